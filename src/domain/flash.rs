//! Flash message: one of a few fixed messages, shown once on the home page after a user flow was cancelled or finished.

use crate::domain::authority::UserFlowKind;
use crate::domain::language::Message;

/// The result of a user flow that leads to the home page without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// The person cancelled it.
    Cancelled(UserFlowKind),
    /// The profile was edited.
    ProfileUpdated,
    /// The person signed out here and at the authority.
    SignedOut,
    /// So many sessions were ended.
    SessionsEnded(u32),
    /// A session got a name, or lost it.
    SessionRenamed,
    /// The session of this browser was ended before its time.
    SessionEnded,
    /// The session of this browser ran out.
    SessionExpired,
    /// The profile does not admit the person of this browser's session any more.
    SessionNotAllowed,
}

/// The beginning of the word of [`Flash::SessionsEnded`]; the number follows.
const SESSIONS_ENDED: &str = "sessions-ended-";

/// Every flash message with its word. Any other word shows nothing, so that a link cannot put text on the page.
const FLASHES: [(Flash, &str); 9] = [
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
    (Flash::SignedOut, "signed-out"),
    (Flash::SessionRenamed, "session-renamed"),
    (Flash::SessionEnded, "session-ended"),
    (Flash::SessionExpired, "session-expired"),
    (Flash::SessionNotAllowed, "session-not-allowed"),
];

impl Flash {
    /// Reads the word of a flash message.
    pub fn parse(word: &str) -> Option<Self> {
        if let Some(count) = word.strip_prefix(SESSIONS_ENDED) {
            let digits =
                (1..=4).contains(&count.len()) && count.bytes().all(|b| b.is_ascii_digit());
            return count
                .parse()
                .ok()
                .filter(|_| digits)
                .map(Self::SessionsEnded);
        }
        let known = FLASHES.iter().find(|(_, known)| *known == word)?;
        Some(known.0)
    }

    /// Its word.
    pub fn word(self) -> String {
        if let Self::SessionsEnded(count) = self {
            return format!("{SESSIONS_ENDED}{}", count.min(9_999));
        }
        let known = FLASHES.iter().find(|(notice, _)| *notice == self);
        known.map_or("", |(_, word)| word).to_owned()
    }

    /// What it says to a person.
    pub fn message(self) -> Message {
        if let Self::SessionsEnded(count) = self {
            return Message::new("news-sessions-ended").with("count", count);
        }
        Message::new(match self {
            Self::Cancelled(UserFlowKind::SignIn) => "news-sign-in-cancelled",
            Self::Cancelled(UserFlowKind::EditProfile) => "news-edit-cancelled",
            Self::Cancelled(UserFlowKind::ResetPassword) => "news-reset-cancelled",
            Self::ProfileUpdated => "news-profile-updated",
            Self::SessionRenamed => "news-session-renamed",
            Self::SessionEnded => "news-session-ended",
            Self::SessionExpired => "news-session-expired",
            Self::SessionNotAllowed => "news-session-not-allowed",
            Self::SignedOut | Self::SessionsEnded(_) => "signed-out-title",
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
            assert!(text.len() > 10, "{text}");
        }
        let ended = Flash::SessionsEnded(3);
        assert_eq!(Flash::parse(&ended.word()), Some(ended));
        for word in [
            "",
            "Call 0800 123 456",
            "PROFILE-UPDATED",
            "profile-updated ",
            "sessions-ended-",
            "sessions-ended-x",
            "sessions-ended-12345",
        ] {
            assert_eq!(Flash::parse(word), None, "{word}");
        }
    }
}
