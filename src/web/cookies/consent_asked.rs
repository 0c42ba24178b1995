//! Remembers for ten minutes that this person was already sent to consent to an API's scopes, so that a refusal is
//! explained instead of retried in a loop. Removed at sign-out.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::Profile;
use crate::seal::short_hash;
use crate::web::cookies::flags::CONSENT_ASKED;
use crate::web::cookies::short_lived::ShortLivedCookie;

/// Afterwards the person is sent once more: somebody may have consented meanwhile.
const LIFETIME_SECONDS: i64 = 600;

const COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: CONSENT_ASKED,
    seconds: LIFETIME_SECONDS,
};

/// Names the person at this profile without saying who it is.
fn person_hash(profile: &Profile, person: &SubjectKey) -> String {
    short_hash::<12>(format!("{} {person}", profile.id).as_bytes())
}

/// Notes that the person came back from being asked for the scopes of `api`.
pub fn note(
    response: &mut HttpResponseBuilder,
    profile: &Profile,
    person: &SubjectKey,
    api: &ApiName,
    now: Timestamp,
) {
    let hash = person_hash(profile, person);
    let value = format!("{}.{api}.{hash}", now.timestamp());
    COOKIE.write(response, profile, value);
}

/// Removes the note: the next person to sign in was not asked.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    COOKIE.forget(response, headers, profile);
}

/// Whether the person was asked for the scopes of `api` within the last ten minutes.
pub fn lately(
    headers: &HeaderMap,
    profile: &Profile,
    person: &SubjectKey,
    api: &ApiName,
    now: Timestamp,
) -> bool {
    let read = || {
        let mut parts = COOKIE.read(headers, profile)?.splitn(3, '.');
        let at: i64 = parts.next()?.parse().ok()?;
        Some((at, parts.next()?, parts.next()?))
    };
    read().is_some_and(|(at, asked, hash)| {
        let age = now.timestamp().saturating_sub(at);
        (0..LIFETIME_SECONDS).contains(&age)
            && asked == api.as_str()
            && hash == person_hash(profile, person)
    })
}
