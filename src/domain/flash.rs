//! What a journey that came home has to say, once: one of a few fixed sentences.

use crate::domain::authority::Journey;

/// How a journey ended that leads home without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The person cancelled it.
    Cancelled(Journey),
    /// The profile was edited.
    ProfileUpdated,
}

/// Every notice with its word. What is not in here is none: nobody else puts words on a page.
const NOTICES: [(Notice, &str); 4] = [
    (Notice::Cancelled(Journey::SignIn), "sign-in-cancelled"),
    (Notice::Cancelled(Journey::EditProfile), "edit-cancelled"),
    (Notice::Cancelled(Journey::ResetPassword), "reset-cancelled"),
    (Notice::ProfileUpdated, "profile-updated"),
];

impl Notice {
    /// Reads the word of a notice.
    pub fn parse(word: &str) -> Option<Self> {
        let known = NOTICES.iter().find(|(_, known)| *known == word)?;
        Some(known.0)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        let known = NOTICES.iter().find(|(notice, _)| *notice == self);
        known.map_or("", |(_, word)| word)
    }

    /// What it says to a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Cancelled(Journey::SignIn) => "You cancelled the sign-in.",
            Self::Cancelled(Journey::EditProfile) => "You cancelled. Your profile was not changed.",
            Self::Cancelled(Journey::ResetPassword) => {
                "You cancelled. Your password was not changed."
            }
            Self::ProfileUpdated => "Your profile was updated.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_a_word_of_its_own_and_no_other_word_is_one() {
        for (notice, word) in NOTICES {
            assert_eq!(notice.word(), word);
            assert_eq!(Notice::parse(word), Some(notice));
            assert!(notice.sentence().ends_with('.'));
        }
        for word in [
            "",
            "Call 0800 123 456",
            "PROFILE-UPDATED",
            "profile-updated ",
        ] {
            assert_eq!(Notice::parse(word), None, "{word}");
        }
    }
}
