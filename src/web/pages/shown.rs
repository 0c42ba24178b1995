//! Text, links and times that a page may show.
//!
//! Everything foreign (a name, a claim, an authority's message) becomes one of these types before
//! it reaches a template. Escaping is not done here: Tera escapes whatever it prints.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;

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
pub type BodyText = Shown<200_000>;

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

/// A link that is safe to put on a page: a path on this site, or an https address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Href(String);

/// A link that a page must not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a link must be a path that begins with one slash, or an https address")]
pub struct UnsafeHref;

impl Href {
    /// Accepts a path on this site, or an `https` address.
    ///
    /// # Errors
    /// [`UnsafeHref`] for other schemes (`javascript:`, `data:`, `http:`), for addresses with a
    /// user name or password, for relative paths, and for `//host` and `/\host`, which browsers
    /// take for another site (URL Standard, "relative state").
    pub fn parse(text: &str) -> Result<Self, UnsafeHref> {
        if text
            .chars()
            .any(|character| character.is_control() || character == '\\')
        {
            return Err(UnsafeHref);
        }
        if text.starts_with('/') {
            return if text.starts_with("//") {
                Err(UnsafeHref)
            } else {
                Ok(Self(text.to_owned()))
            };
        }
        let address = url::Url::parse(text).map_err(|_| UnsafeHref)?;
        let bare = address.username().is_empty() && address.password().is_none();
        if address.scheme() == "https" && bare {
            Ok(Self(address.into()))
        } else {
            Err(UnsafeHref)
        }
    }

    /// The root of this site.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The address as it will be printed, before escaping.
    pub fn as_str(&self) -> &str {
        &self.0
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
    pub fn exact(at: DateTime<Utc>) -> Self {
        Self {
            iso: iso(at),
            text: at.format("%-d %B %Y, %H:%M UTC").to_string(),
        }
    }

    /// How long ago it was, up to a week; after that, or when it lies ahead, the date.
    pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
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

fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
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
    fn a_link_leads_to_a_path_here_or_to_https() {
        for good in [
            "/",
            "/auth/sign_in?return_to=%2F",
            "https://help.contoso.example/a?b=c",
        ] {
            assert!(Href::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "http://contoso.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "https://contoso.example@evil.example/",
            "auth/sign_in",
        ] {
            assert_eq!(Href::parse(bad), Err(UnsafeHref), "{bad:?}");
        }
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
