//! One session of the list, as people read it.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::language::{Language, Message};

/// One session of the list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// The session's id.
    pub id: String,
    /// The browser in a few words.
    pub browser: String,
    /// Whether this browser has it.
    pub current: bool,
    /// When it began, for people.
    pub created: String,
    /// The same, exactly.
    pub created_exact: String,
    /// When it began, for machines.
    pub created_iso: String,
    /// When it was last used, for people.
    pub seen: String,
    /// The same, exactly.
    pub seen_exact: String,
    /// When it was last used, for machines.
    pub seen_iso: String,
    /// When it ends, for people.
    pub expires: String,
    /// The same, exactly.
    pub expires_exact: String,
    /// When it ends, for machines.
    pub expires_iso: String,
    /// The name of the button that ends it.
    pub end_label: String,
}

/// The times of a session, and the time at which they are told.
#[derive(Debug, Clone, Copy)]
pub struct SessionTimes {
    /// When it began.
    pub created: Timestamp,
    /// When it was last used.
    pub seen: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl SessionRow {
    /// The row of a session in a language.
    pub fn new(
        language: &Language,
        id: String,
        browser: String,
        current: bool,
        times: &SessionTimes,
    ) -> Self {
        let relative = |at| language.relative(at, times.now);
        let exact = |at| language.date_time(at);
        let end_label = Message::new("session-end-which")
            .with("browser", browser.as_str())
            .with("when", exact(times.created));
        Self {
            id,
            browser,
            current,
            created: relative(times.created),
            created_exact: exact(times.created),
            created_iso: times.created.to_rfc3339(),
            seen: relative(times.seen),
            seen_exact: exact(times.seen),
            seen_iso: times.seen.to_rfc3339(),
            expires: relative(times.expires),
            expires_exact: exact(times.expires),
            expires_iso: times.expires.to_rfc3339(),
            end_label: language.text(&end_label),
        }
    }
}

/// A browser with its operating system.
pub fn browser_on_system(language: &Language, browser: &str, system: &str) -> String {
    let message = Message::new("browser-on-system")
        .with("browser", browser)
        .with("system", system);
    language.text(&message)
}

/// An hour in November 2026, for samples.
pub(super) fn sample_time(day: u32, hour: u32) -> Timestamp {
    const NOVEMBER: i64 = 1_793_491_200;
    let seconds = NOVEMBER + i64::from(day - 1) * 86_400 + i64::from(hour) * 3_600;
    Timestamp::from_timestamp(seconds, 0).unwrap_or_default()
}
