//! Dates, times and numbers as people of a language write them (CLDR).

use chrono::{Datelike as _, Timelike as _};
use icu_calendar::Gregorian;
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;

/// The formats of one language.
pub(super) struct Dates(FixedCalendarDateTimeFormatter<Gregorian, fieldsets::YMDT>);

impl Dates {
    /// The formats of a locale; `None` for a text that is no locale.
    pub(super) fn of(locale: &str) -> Option<Self> {
        let locale: Locale = locale.parse().ok()?;
        let fields = fieldsets::YMD::long().with_time_hm();
        FixedCalendarDateTimeFormatter::try_new((&locale).into(), fields)
            .ok()
            .map(Self)
    }

    /// Day and minute at a place, with the name of its time.
    pub(super) fn text(&self, at: Timestamp, zone: &TimeZone) -> Option<String> {
        let instant = jiff::Timestamp::from_second(at.timestamp()).ok()?;
        let told = zone.to_offset_info(instant);
        let local = at + chrono::TimeDelta::seconds(told.offset().seconds().into());
        let part = |part: u32| u8::try_from(part).ok();
        let date = Date::try_new_gregorian(local.year(), part(local.month())?, part(local.day())?);
        let time = Time::try_new(part(local.hour())?, part(local.minute())?, 0, 0);
        let (date, time) = (date.ok()?, time.ok()?);
        let text = self.0.format(&DateTime { date, time });
        Some(format!("{text} {}", told.abbreviation()))
    }
}

/// A number as a language writes it.
pub(super) struct Numbers(DecimalFormatter);

impl Numbers {
    /// The number as text.
    pub(super) fn text(&self, number: u64) -> String {
        self.0.format(&Decimal::from(number)).to_string()
    }
}

impl intl_memoizer::Memoizable for Numbers {
    type Args = ();
    type Error = ();

    fn construct(tag: unic_langid::LanguageIdentifier, (): ()) -> Result<Self, ()> {
        let locale: Locale = tag.to_string().parse().map_err(|_| ())?;
        DecimalFormatter::try_new(
            (&locale).into(),
            icu_decimal::options::DecimalFormatterOptions::default(),
        )
        .map(Self)
        .map_err(|_| ())
    }
}
