//! The cookies of open attempts, one for each, so that many tabs can sign in at once; the oldest go when there are too many.

use actix_web::HttpResponseBuilder;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::HeaderMap;

use crate::domain::attempt::ATTEMPT_LIFETIME;
use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ResponseMode};
use crate::flow::attempt_cookie::{AttemptCookie, AttemptName};
use crate::web::cookies::cookie::{self, ATTEMPT, pairs, single_value};

/// Attempts that may be open in one browser at one origin.
const BOUNDS: CookieBounds = CookieBounds {
    count: 10,
    bytes: 4_096,
};

/// The sealed attempt that belongs to a state.
pub fn read<'a>(headers: &'a HeaderMap, profile: &Profile, name: &AttemptName) -> Option<&'a str> {
    let name = ATTEMPT.with_suffix(profile, name.as_str());
    single_value(headers, &name).and_then(undated)
}

/// Keeps a new attempt and removes the oldest when there are too many.
pub fn keep(
    response: &mut HttpResponseBuilder,
    headers: &HeaderMap,
    profile: &Profile,
    attempt: &AttemptCookie,
    now: Timestamp,
) {
    let name = ATTEMPT.with_suffix(profile, attempt.name.as_str());
    // Milliseconds: a restored window opens its tabs within one second.
    let value = dated(&attempt.value, now.timestamp_millis());
    let prefix = ATTEMPT.on(profile);
    let open = pairs(headers)
        .filter(|(name, _)| name.strip_prefix(prefix).is_some_and(AttemptName::is_one));
    for oldest in evicted(BOUNDS, open, (&name, &value)) {
        remove(response, profile, oldest.to_owned());
    }
    let seconds = i64::try_from(ATTEMPT_LIFETIME.as_secs()).unwrap_or(600);
    let max_age = Some(Duration::seconds(seconds));
    response.cookie(cookie::build(
        profile,
        name,
        value,
        same_site(profile),
        max_age,
    ));
}

/// Removes an attempt that is over.
pub fn forget(response: &mut HttpResponseBuilder, profile: &Profile, name: &AttemptName) {
    remove(
        response,
        profile,
        ATTEMPT.with_suffix(profile, name.as_str()),
    );
}

fn remove(response: &mut HttpResponseBuilder, profile: &Profile, name: String) {
    response.cookie(cookie::removal(profile, name, same_site(profile)));
}

/// A callback by form is a cross-site POST, to which browsers add `SameSite=None` cookies only. A further host gets no
/// callback.
fn same_site(profile: &Profile) -> SameSite {
    match profile.authorize.response_mode {
        ResponseMode::FormPost if !profile.is_at_further_host() => SameSite::None,
        ResponseMode::FormPost | ResponseMode::Query => SameSite::Lax,
    }
}

/// What all cookies of one kind may amount to at one origin.
#[derive(Debug, Clone, Copy)]
pub struct CookieBounds {
    /// How many there may be.
    pub count: usize,
    /// Bytes of all names and values.
    pub bytes: usize,
}

/// Puts the time in front of a value, for [`evicted`].
pub fn dated(value: &str, now_millis: i64) -> String {
    format!("{now_millis}.{value}")
}

/// The value without its time.
pub fn undated(value: &str) -> Option<&str> {
    value.split_once('.').map(|(_, value)| value)
}

/// Names of the cookies that must go so that a new one fits in. The time of a value is not sealed: a browser that
/// changes it harms its own attempts only.
pub fn evicted<'a>(
    bounds: CookieBounds,
    kept: impl Iterator<Item = (&'a str, &'a str)>,
    new: (&str, &str),
) -> Vec<&'a str> {
    let size = |(name, value): (&str, &str)| name.len() + value.len();
    let time = |value: &str| -> i64 {
        let time = value.split_once('.').and_then(|(at, _)| at.parse().ok());
        time.unwrap_or(0)
    };
    let mut kept: Vec<(&str, &str)> = kept.collect();
    // Of one moment, the first is the oldest: so browsers sort them (RFC 6265 §5.4).
    kept.sort_by_key(|(_, value)| time(value));
    let mut count = kept.len() + 1;
    let mut bytes = size(new) + kept.iter().map(|pair| size(*pair)).sum::<usize>();
    let mut gone = Vec::new();
    for pair in kept {
        if count <= bounds.count && bytes <= bounds.bytes {
            break;
        }
        gone.push(pair.0);
        count -= 1;
        bytes -= size(pair);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: CookieBounds = CookieBounds {
        count: 3,
        bytes: 40,
    };

    #[test]
    fn the_oldest_go_until_count_and_bytes_are_kept() {
        let kept = [("b", "20.x"), ("a", "10.x"), ("c", "20.x"), ("odd", "x")];
        let new = ("d", "30.x");
        assert_eq!(evicted(BOUNDS, kept.into_iter().take(2), new), [""; 0]);
        assert_eq!(evicted(BOUNDS, kept.into_iter().take(3), new), ["a"]);
        assert_eq!(evicted(BOUNDS, kept.into_iter(), new), ["odd", "a"]);
        let long = "x".repeat(33);
        assert_eq!(
            evicted(BOUNDS, kept.into_iter().take(3), ("d", &long)),
            ["a", "b"]
        );
    }

    #[test]
    fn a_time_is_put_before_a_value_and_taken_off() {
        assert_eq!(dated("a.b", 7), "7.a.b");
        assert_eq!(undated("7.a.b"), Some("a.b"));
        assert_eq!(undated("ab"), None);
    }
}
