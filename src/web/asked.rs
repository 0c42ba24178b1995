//! Which API's scopes a person was just sent to the authority for: who comes back without them is told, and not sent
//! round again. After ten minutes a call sends the person once more, should somebody have consented meanwhile.

use actix_web::HttpResponseBuilder;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::HeaderMap;

use super::browser::single_value;
use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;

/// Seconds for which the answer of the authority holds.
const HOLDS: i64 = 600;

fn name(profile: &Profile) -> &'static str {
    if profile.public_url.is_https() {
        "__Host-gatehouse-asked"
    } else {
        "gatehouse-asked"
    }
}

/// Notes that the person came back from being asked for the scopes of `api`.
pub fn note(response: &mut HttpResponseBuilder, profile: &Profile, api: &ApiName, now: Timestamp) {
    let value = format!("{}.{api}.{}", now.timestamp(), profile.id);
    let cookie = Cookie::build(name(profile), value)
        .path("/")
        .http_only(true)
        .secure(profile.public_url.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(HOLDS))
        .finish();
    response.cookie(cookie);
}

/// Whether the person was asked for the scopes of `api` a moment ago.
pub fn lately(headers: &HeaderMap, profile: &Profile, api: &ApiName, now: Timestamp) -> bool {
    let read = || {
        let mut parts = single_value(headers, name(profile))?.splitn(3, '.');
        let at: i64 = parts.next()?.parse().ok()?;
        Some((at, parts.next()?, parts.next()?))
    };
    read().is_some_and(|(at, asked, of)| {
        let age = now.timestamp().saturating_sub(at);
        (0..HOLDS).contains(&age) && asked == api.as_str() && of == profile.id.as_str()
    })
}
