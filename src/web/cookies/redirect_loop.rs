//! Detects redirect loops: an application that sends people to sign in again right after they have signed in.
//!
//! A cookie counts the sign-ins to one target within a minute, and the refusals that another user flow follows by
//! itself. After the third, the next start stops with a page instead of redirecting once more.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::FlowError;
use crate::seal::short_hash;
use crate::web::cookies::flags::REDIRECT_LOOP;
use crate::web::cookies::short_lived::ShortLivedCookie;

/// More rounds to one target are a loop.
const MOST_ROUNDS: u32 = 3;
/// Seconds within which rounds count.
const WINDOW_SECONDS: i64 = 60;

const COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: REDIRECT_LOOP,
    seconds: WINDOW_SECONDS,
};

/// Names the target without saying where the person goes.
fn target_hash(profile: &Profile, target: &ReturnTo) -> String {
    short_hash::<12>(format!("{} {}", profile.id, target.as_str()).as_bytes())
}

/// Rounds counted so far, and when the first was.
fn counted(
    headers: &HeaderMap,
    profile: &Profile,
    target: &ReturnTo,
    now: Timestamp,
) -> (u32, i64) {
    let read = || {
        let mut parts = COOKIE.read(headers, profile)?.splitn(3, '.');
        let rounds = parts.next()?.parse().ok()?;
        let first: i64 = parts.next()?.parse().ok()?;
        let hash = parts.next()?;
        let age = now.timestamp().saturating_sub(first);
        let counts = hash == target_hash(profile, target) && (0..WINDOW_SECONDS).contains(&age);
        counts.then_some((rounds, first))
    };
    read().unwrap_or((0, now.timestamp()))
}

/// Refuses a start that would only continue a loop.
///
/// # Errors
/// `RedirectLoop` after the third round to this target.
pub fn stop_loop(
    headers: &HeaderMap,
    profile: &Profile,
    target: &ReturnTo,
    now: Timestamp,
) -> Result<(), FlowError> {
    let (rounds, _) = counted(headers, profile, target, now);
    if rounds < MOST_ROUNDS {
        Ok(())
    } else {
        Err(FlowError::RedirectLoop {
            rounds,
            target: target.clone(),
        })
    }
}

/// Counts a round.
pub fn count(
    response: &mut HttpResponseBuilder,
    headers: &HeaderMap,
    profile: &Profile,
    target: &ReturnTo,
    now: Timestamp,
) {
    let (rounds, first) = counted(headers, profile, target, now);
    let rounds = rounds.saturating_add(1);
    let hash = target_hash(profile, target);
    COOKIE.write(response, profile, format!("{rounds}.{first}.{hash}"));
}

/// Sets the counter to zero at sign-out: somebody who signs out and in again is in no loop.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    COOKIE.forget(response, headers, profile);
}
