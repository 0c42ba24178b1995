//! A response that was read to its end within its limit, and the response headers that say when to call again.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderName};

use crate::domain::clock::Timestamp;

/// No `Retry-After` is believed beyond this.
const LONGEST_RETRY: Duration = Duration::from_hours(1);

/// `Retry-After` as time from `now`, in seconds or as a date (RFC 9110 §10.2.3), at most an hour.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (http_date(text)? - now).to_std().unwrap_or_default(),
    };
    Some(wait.min(LONGEST_RETRY))
}

/// An HTTP date in one of its three forms (RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(text)
        .ok()
        .map(|date: SystemTime| date.into())
}

/// A response that was read to its end within its limit.
#[derive(Debug)]
pub struct BufferedResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl BufferedResponse {
    /// `Retry-After` as time from `now`, at most an hour.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1).
    pub fn max_age(&self) -> Option<Duration> {
        self.text(header::CACHE_CONTROL)?
            .split(',')
            .find_map(|directive| {
                let (name, value) = directive.trim().split_once('=')?;
                name.eq_ignore_ascii_case("max-age").then_some(())?;
                value
                    .trim_matches('"')
                    .parse()
                    .ok()
                    .map(Duration::from_secs)
            })
    }

    /// The sender's clock (RFC 9110 §6.6.1).
    pub fn date(&self) -> Option<Timestamp> {
        http_date(self.text(header::DATE)?)
    }

    /// The media type in lower case, parameters left off.
    pub fn media_type(&self) -> String {
        let text = self.text(header::CONTENT_TYPE).unwrap_or_default();
        let media = text.split(';').next().unwrap_or_default();
        media.trim().to_ascii_lowercase()
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(name: HeaderName, value: &str) -> BufferedResponse {
        BufferedResponse {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(name, value.parse().unwrap())]),
            body: Vec::new(),
        }
    }

    // proves: D11
    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date_and_never_beyond_an_hour() {
        let now = http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        let wait = |value| response(header::RETRY_AFTER, value).retry_after(now);
        assert_eq!(wait("120"), Some(Duration::from_mins(2)));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(wait(date), Some(Duration::from_secs(37)), "{date}");
        }
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:48:00 GMT"),
            Some(Duration::ZERO),
            "a date that has passed"
        );
        assert_eq!(wait("99999999"), Some(LONGEST_RETRY));
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn max_age_is_found_among_other_directives() {
        let age = |value| response(header::CACHE_CONTROL, value).max_age();
        assert_eq!(
            age("max-age=86400, private"),
            Some(Duration::from_hours(24))
        );
        assert_eq!(age("no-store"), None);
        assert_eq!(age("private, MAX-AGE=\"60\""), Some(Duration::from_mins(1)));
    }
}
