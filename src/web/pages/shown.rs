//! Text and times that a page may show.
//!
//! Everything foreign (a name, a claim, an authority's message) becomes one of these types before
//! it reaches a template. Escaping is not done here: Tera escapes whatever it prints.

use std::fmt;

use chrono::{SecondsFormat, TimeDelta};
use serde::Serialize;

use crate::domain::clock::Timestamp;

/// Text for a page: at most `MAX` characters, without characters that make a reader see something
/// else than what is there.
///
/// Control characters and the direction overrides of Unicode (UAX #9 §2.1–§2.2) become U+FFFD, so
/// that they are seen instead of acted upon; a cut is marked with "…".
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown<const MAX: usize>(String);

/// A name, a label or an identifier.
pub type Label = Shown<120>;
/// A sentence or two; 500 is the bound for an authority's own words.
pub type Sentence = Shown<500>;
/// A claim's value.
pub type ClaimText = Shown<2_000>;
/// The pretty-printed answer of an API. Its caller has already bounded it in bytes.
pub type BodyText = Shown<BODY_CHARACTERS>;

/// Characters of an answer that a page shows.
pub(super) const BODY_CHARACTERS: usize = 200_000;

impl<const MAX: usize> Shown<MAX> {
    /// Makes text fit to be shown.
    pub fn new(text: &str) -> Self {
        let mut shown: String = text.chars().take(MAX).map(visible).collect();
        if text.chars().nth(MAX).is_some() {
            shown.push('…');
        }
        Self(shown)
    }

    /// The text as it will be printed, before escaping.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Line breaks and tabs stay: templates print long values with `white-space: pre-wrap`.
fn visible(character: char) -> char {
    match character {
        '\n' | '\t' => character,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        other if other.is_control() => '\u{FFFD}',
        other => other,
    }
}

impl<const MAX: usize> From<&str> for Shown<MAX> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<const MAX: usize> From<String> for Shown<MAX> {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl<const MAX: usize> fmt::Debug for Shown<MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// A moment: for people in words, for machines in RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct When {
    iso: String,
    text: String,
}

impl When {
    /// The date and time in UTC. Without JavaScript a page cannot know the reader's time zone.
    pub fn exact(at: Timestamp) -> Self {
        Self {
            iso: iso(at),
            text: at.format("%-d %B %Y, %H:%M UTC").to_string(),
        }
    }

    /// How long ago it was, up to a week; after that, or when it lies ahead, the date.
    pub fn ago(at: Timestamp, now: Timestamp) -> Self {
        // A replica's clock may be a little ahead of this one's.
        let age = now.signed_duration_since(at);
        if age < TimeDelta::minutes(-2) || age >= TimeDelta::days(7) {
            return Self::exact(at);
        }
        let text = if age < TimeDelta::minutes(1) {
            "just now".to_owned()
        } else if age < TimeDelta::hours(1) {
            counted(age.num_minutes(), "minute")
        } else if age < TimeDelta::days(1) {
            counted(age.num_hours(), "hour")
        } else {
            counted(age.num_days(), "day")
        };
        Self { iso: iso(at), text }
    }

    /// What people read.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn iso(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_direction_override_is_seen_instead_of_obeyed() {
        assert_eq!(
            Label::new("a\u{202E}b\u{0}c").as_str(),
            "a\u{FFFD}b\u{FFFD}c"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        let shown = Label::new(&"é".repeat(10_000));
        assert_eq!(shown.as_str().chars().count(), 121);
        assert!(shown.as_str().ends_with('…'));
    }

    #[test]
    fn a_text_that_just_fits_is_whole() {
        let text = "a".repeat(120);
        assert_eq!(Label::new(&text).as_str(), text);
    }

    #[test]
    fn a_moment_reads_like_speech_for_a_week_and_like_a_date_after() {
        let now = DateTime::parse_from_rfc3339("2026-11-21T12:00:00Z")
            .unwrap()
            .to_utc();
        let ago = |minutes| {
            When::ago(now - TimeDelta::minutes(minutes), now)
                .text()
                .to_owned()
        };
        assert_eq!(ago(0), "just now");
        assert_eq!(ago(1), "1 minute ago");
        assert_eq!(ago(59), "59 minutes ago");
        assert_eq!(ago(60), "1 hour ago");
        assert_eq!(ago(60 * 24 * 2), "2 days ago");
        assert_eq!(ago(60 * 24 * 8), "13 November 2026, 12:00 UTC");
        assert_eq!(ago(-1), "just now");
        assert_eq!(ago(-60), "21 November 2026, 13:00 UTC");
    }
}
