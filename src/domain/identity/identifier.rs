//! Text that identifies somebody or something, as strangers send it.

/// Bytes. `sub` is at most 255 ASCII characters (OIDC Core §2); a key of a person adds the issuer.
pub const LONGEST_IDENTIFIER: usize = 2_400;

/// Whether the text can be an identifier: not empty, at most `longest` bytes, no control character. A database refuses NUL,
/// and other control characters would reach the terminal of an operator.
pub fn is_identifier(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: E11
    #[test]
    fn empty_endless_and_unprintable_text_is_no_identifier() {
        assert!(is_identifier("00000000-0000-0000-66f3-3332eca7ea81", 255));
        assert!(is_identifier("ädä", 255));
        for bad in [
            "",
            "a\0b",
            "a\u{1b}[2Jb",
            "a\nb",
            "a\u{85}b",
            &"a".repeat(256),
        ] {
            assert!(!is_identifier(bad, 255), "{bad:?}");
        }
    }
}
