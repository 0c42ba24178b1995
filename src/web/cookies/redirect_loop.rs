//! The loop detector: how often a browser went round for one target without arriving there.
//!
//! A small cookie counts completed sign-ins to the same target within a minute, and refusals that another user flow
//! follows by itself. After the third, the next start stops with a page instead of going round once more.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::FlowError;
use crate::seal::{hex, sha256};
use crate::web::cookies::short_lived::Memo;

/// Rounds to one target that are no accident any more.
const MOST_ROUNDS: u32 = 3;
/// Seconds within which they count.
const WINDOW: i64 = 60;

const ROUNDS: Memo = Memo {
    secure: "__Host-gatehouse-rounds",
    loopback: "gatehouse-rounds",
    seconds: WINDOW,
};

/// The first digits of a hash: a cookie need not repeat where somebody went.
fn digest(profile: &Profile, target: &ReturnTo) -> String {
    let mut digits = hex(&sha256(
        format!("{} {}", profile.id, target.as_str()).as_bytes(),
    ));
    digits.truncate(12);
    digits
}

/// Rounds counted so far, and when the first was.
fn counted(
    headers: &HeaderMap,
    profile: &Profile,
    target: &ReturnTo,
    now: Timestamp,
) -> (u32, i64) {
    let read = || {
        let mut parts = ROUNDS.read(headers, profile)?.splitn(3, '.');
        let (count, first, of) = (
            parts.next()?.parse().ok()?,
            parts.next()?.parse().ok()?,
            parts.next()?,
        );
        let age = now.timestamp() - first;
        (of == digest(profile, target) && (0..WINDOW).contains(&age)).then_some((count, first))
    };
    read().unwrap_or((0, now.timestamp()))
}

/// Stops a start that would only go round.
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
    let value = format!(
        "{}.{first}.{}",
        rounds.saturating_add(1),
        digest(profile, target)
    );
    ROUNDS.write(response, profile, value);
}

/// Begins to count anew: a person who signs out and in again has arrived every time.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    ROUNDS.forget(response, headers, profile);
}
