//! Flash message: one of four fixed messages, shown once on the home page after a user flow was cancelled or finished.

use crate::domain::authority::UserFlowKind;
use crate::domain::language::Message;

/// The result of a user flow that leads to the home page without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// The person cancelled it.
    Cancelled(UserFlowKind),
    /// The profile was edited.
    ProfileUpdated,
}

/// Every flash message with its word. Any other word shows nothing, so that a link cannot put text on the page.
const FLASHES: [(Flash, &str); 4] = [
    (Flash::Cancelled(UserFlowKind::SignIn), "sign-in-cancelled"),
    (
        Flash::Cancelled(UserFlowKind::EditProfile),
        "edit-cancelled",
    ),
    (
        Flash::Cancelled(UserFlowKind::ResetPassword),
        "reset-cancelled",
    ),
    (Flash::ProfileUpdated, "profile-updated"),
];

impl Flash {
    /// Reads the word of a flash message.
    pub fn parse(word: &str) -> Option<Self> {
        let known = FLASHES.iter().find(|(_, known)| *known == word)?;
        Some(known.0)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        let known = FLASHES.iter().find(|(notice, _)| *notice == self);
        known.map_or("", |(_, word)| word)
    }

    /// What it says to a person.
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Cancelled(UserFlowKind::SignIn) => "news-sign-in-cancelled",
            Self::Cancelled(UserFlowKind::EditProfile) => "news-edit-cancelled",
            Self::Cancelled(UserFlowKind::ResetPassword) => "news-reset-cancelled",
            Self::ProfileUpdated => "news-profile-updated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Catalogues;

    #[test]
    fn every_notice_has_a_word_of_its_own_and_no_other_word_is_one() {
        for (notice, word) in FLASHES {
            assert_eq!(notice.word(), word);
            assert_eq!(Flash::parse(word), Some(notice));
            let text = Catalogues::built_in().english().text(&notice.message());
            assert!(text.ends_with('.'), "{text}");
        }
        for word in [
            "",
            "Call 0800 123 456",
            "PROFILE-UPDATED",
            "profile-updated ",
        ] {
            assert_eq!(Flash::parse(word), None, "{word}");
        }
    }
}
