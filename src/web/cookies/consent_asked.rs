//! Which API's scopes a person was just sent to the authority for: who comes back without them is told, and not sent
//! round again. The answer is that person's and goes with the sign-out. After ten minutes a call sends the person once more, should somebody have consented meanwhile.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::Profile;
use crate::seal::{hex, sha256};
use crate::web::cookies::short_lived::Memo;

/// Seconds for which the answer of the authority holds.
const HOLDS: i64 = 600;

const ASKED: Memo = Memo {
    secure: "__Host-gatehouse-asked",
    loopback: "gatehouse-asked",
    seconds: HOLDS,
};

/// The first digits of a hash: a cookie need not repeat who somebody is.
fn digest(profile: &Profile, person: &SubjectKey) -> String {
    let mut digits = hex(&sha256(format!("{} {person}", profile.id).as_bytes()));
    digits.truncate(12);
    digits
}

/// Notes that the person came back from being asked for the scopes of `api`.
pub fn note(
    response: &mut HttpResponseBuilder,
    profile: &Profile,
    person: &SubjectKey,
    api: &ApiName,
    now: Timestamp,
) {
    let value = format!("{}.{api}.{}", now.timestamp(), digest(profile, person));
    ASKED.write(response, profile, value);
}

/// Whoever signs in next was not asked.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    ASKED.forget(response, headers, profile);
}

/// Whether the person was asked for the scopes of `api` a moment ago.
pub fn lately(
    headers: &HeaderMap,
    profile: &Profile,
    person: &SubjectKey,
    api: &ApiName,
    now: Timestamp,
) -> bool {
    let read = || {
        let mut parts = ASKED.read(headers, profile)?.splitn(3, '.');
        let at: i64 = parts.next()?.parse().ok()?;
        Some((at, parts.next()?, parts.next()?))
    };
    read().is_some_and(|(at, asked, of)| {
        let age = now.timestamp().saturating_sub(at);
        (0..HOLDS).contains(&age) && asked == api.as_str() && of == digest(profile, person)
    })
}
