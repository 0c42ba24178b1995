//! `Answer`: what one question of `check --online` has shown.

use serde::Serialize;

/// One question of `check --online`, answered.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// What was asked: `metadata`, `issuer`, `keys`, `tenants`, `clock`, `credential`.
    pub question: String,
    /// Whether all is well.
    pub good: bool,
    /// What was found, or what is wrong.
    pub sentence: String,
    /// What to do about it, if anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// All is well.
pub(in crate::command) fn good(question: impl Into<String>, sentence: impl Into<String>) -> Answer {
    Answer {
        question: question.into(),
        good: true,
        sentence: sentence.into(),
        help: String::new(),
    }
}

/// Something is wrong, and `help` says what to do.
pub(in crate::command) fn bad(
    question: impl Into<String>,
    sentence: impl Into<String>,
    help: impl Into<String>,
) -> Answer {
    Answer {
        good: false,
        help: help.into(),
        ..good(question, sentence)
    }
}
