//! The id of a profile.

use std::fmt;

/// The id of a profile: its file's name. Lower-case letters, digits and hyphens, at most 63.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(String);

impl ProfileId {
    /// Accepts an id; a hyphen may stand neither first nor last.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let shape = (1..=63).contains(&text.len()) && text.bytes().all(allowed);
        (shape && !text.starts_with('-') && !text.ends_with('-')).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: C119
    #[test]
    fn a_profile_id_is_a_file_name_that_needs_no_escaping() {
        for good in ["a", "contoso-staff", "b2c2", &"x".repeat(63)] {
            assert!(ProfileId::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a/b",
            "..",
            "ä",
            "a_b",
            "a\0",
            &"x".repeat(64),
        ] {
            assert!(ProfileId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
