//! The cookies of open attempts, one for each, so that many tabs can sign in at once.

use actix_web::HttpResponseBuilder;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::HeaderMap;

use crate::domain::attempt::ATTEMPT_LIFETIME;
use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ResponseMode};
use crate::flow::attempt_cookie::{AttemptCookie, AttemptName};
use crate::web::cookies::cookie_header::{pairs, single_value};
use crate::web::cookies::eviction::{CookieBounds, dated, evicted, undated};
use crate::web::cookies::flags::{self, ATTEMPT};

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
    response.cookie(flags::build(
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
    response.cookie(flags::removal(profile, name, same_site(profile)));
}

/// A callback by form is a cross-site POST, to which browsers add `SameSite=None` cookies only. A further host gets no
/// callback.
fn same_site(profile: &Profile) -> SameSite {
    match profile.authorize.response_mode {
        ResponseMode::FormPost if !profile.is_at_further_host() => SameSite::None,
        ResponseMode::FormPost | ResponseMode::Query => SameSite::Lax,
    }
}
