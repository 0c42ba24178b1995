//! `SessionName`: what a person calls a session of their own.

use std::fmt;

/// A name with 1 to 40 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionName(String);

impl SessionName {
    /// Characters of a name.
    pub const LONGEST: usize = 40;

    /// What a person typed: without control characters and outer white space, cut at [`Self::LONGEST`]. `None` if nothing
    /// is left, which takes a name away.
    pub fn typed(text: &str) -> Option<Self> {
        let visible = text.chars().filter(|character| !character.is_control());
        let cut: String = visible.take(4 * Self::LONGEST).collect();
        let name: String = cut.trim().chars().take(Self::LONGEST).collect();
        let name = name.trim_end();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_visible_or_there_is_none() {
        let typed = |text: &str| SessionName::typed(text).map(|name| name.to_string());
        assert_eq!(
            typed("  Kitchen tablet \r\n"),
            Some("Kitchen tablet".to_owned())
        );
        assert_eq!(typed("a\u{0}b\u{1b}[1m"), Some("ab[1m".to_owned()));
        assert_eq!(typed(&"é".repeat(500)), Some("é".repeat(40)));
        for nothing in ["", "   ", "\u{0}\n"] {
            assert_eq!(typed(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_name_behind_much_white_space_is_still_read() {
        let text = format!("{}Ada", " ".repeat(2 * SessionName::LONGEST));
        assert_eq!(SessionName::typed(&text).unwrap().to_string(), "Ada");
    }
}
