//! The language and the time zone of one visit.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;
use crate::domain::language::catalogue::Catalogue;
use crate::domain::language::catalogues::Catalogues;
use crate::domain::language::message::Message;

/// Minutes of an hour and of a day.
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;
/// Minutes from which on the exact time says more than the relative one.
const LONG_AGO: u64 = 30 * DAY;

/// The languages of a profile.
#[derive(Debug, Clone)]
pub struct LanguageOptions {
    /// Every language, with the messages that the profile overrides.
    pub catalogues: Arc<Catalogues>,
    /// The language of a browser that wants none of them.
    pub default: Arc<Catalogue>,
    /// The zone in which times are shown.
    pub time_zone: TimeZone,
}

impl Default for LanguageOptions {
    fn default() -> Self {
        let catalogues = Catalogues::built_in();
        Self {
            default: Arc::clone(catalogues.english()),
            catalogues,
            time_zone: TimeZone::UTC,
        }
    }
}

impl LanguageOptions {
    /// The language that a person chose, or else the one that the browser wants, or else the profile's.
    pub fn choose(&self, chosen: Option<&str>, accept_language: Option<&str>) -> Language {
        let catalogue = chosen
            .and_then(|tag| self.catalogues.find(tag))
            .or_else(|| self.catalogues.accepted(accept_language?))
            .unwrap_or(&self.default);
        Language {
            catalogue: Arc::clone(catalogue),
            catalogues: Arc::clone(&self.catalogues),
            time_zone: self.time_zone.clone(),
        }
    }
}

/// The language and the time zone in which a page is written.
#[derive(Debug, Clone)]
pub struct Language {
    catalogue: Arc<Catalogue>,
    catalogues: Arc<Catalogues>,
    time_zone: TimeZone,
}

impl Language {
    /// The catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// All languages that the person may choose.
    pub fn all(&self) -> &Catalogues {
        &self.catalogues
    }

    /// The tag, such as `zh-Hans`.
    pub fn tag(&self) -> String {
        self.catalogue.tag().to_string()
    }

    /// The text of a message.
    pub fn text(&self, message: &Message) -> String {
        self.catalogue.text(message)
    }

    /// The text of the message of an id.
    pub fn say(&self, id: &'static str) -> String {
        self.text(&Message::new(id))
    }

    /// A time: day and minute in the profile's zone.
    pub fn date_time(&self, at: Timestamp) -> String {
        self.catalogue.date_time(at, &self.time_zone)
    }

    /// How far away a time is, such as "2 hours ago"; far from now, the time itself.
    pub fn relative(&self, at: Timestamp, now: Timestamp) -> String {
        let minutes = (at - now).num_minutes();
        let count = minutes.unsigned_abs();
        let ids = if minutes > 0 {
            ["in-minutes", "in-hours", "in-days"]
        } else {
            ["ago-minutes", "ago-hours", "ago-days"]
        };
        let [in_minutes, in_hours, in_days] = ids.map(Message::new);
        let message = match count {
            0 => Message::new("ago-now"),
            1..HOUR => in_minutes.with("count", count),
            HOUR..DAY => in_hours.with("count", count / HOUR),
            DAY..LONG_AGO => in_days.with("count", count / DAY),
            _ => return self.date_time(at),
        };
        self.text(&message)
    }
}
