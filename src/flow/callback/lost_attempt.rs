//! A callback whose attempt is not in this browser: evicted by other tabs, older than its life, or begun in another
//! program, as by a link that Office opened.
//!
//! One new attempt with the same target begins by itself. The code that came is never redeemed, so nobody is signed in
//! with a stranger's answer; and an attempt that began so is not followed by another one, so there is no loop.

use crate::domain::return_to::ReturnTo;
use crate::domain::secret::State;
use crate::flow::attempt_cookie::use_once;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::{BrowserVisit, Services};
use crate::flow::sign_in::{AuthorizationOptions, AuthorizationRedirect, begin};
use crate::store::FirstUse;

/// New attempts that begin by themselves, one after the other.
const MOST_ROUNDS: u8 = 1;

/// A `state` of this profile whose attempt is not in this browser.
#[derive(Debug)]
pub struct LostAttempt {
    pub(super) state: State,
    pub(super) target: ReturnTo,
    /// New attempts that began by themselves before it.
    pub(super) rounds: u8,
    /// Why it is not there, for the log.
    pub(super) why: &'static str,
}

impl LostAttempt {
    /// Whether a new attempt may follow: not when the lost one itself began by itself.
    pub(super) fn may_begin_again(&self) -> bool {
        self.rounds < MOST_ROUNDS
    }
}

/// Begins the one new attempt for a lost one.
///
/// 1. The attempt, with the same target. This may fetch metadata; an outage leaves the `state` unused.
/// 2. The use of the old `state` is recorded, once for all replicas. A `state` that was used before begins nothing.
///
/// # Errors
/// `AttemptNotFound` when the `state` was used before, `Store` when that is unknown, and those of [`begin`].
pub async fn begin_again(
    services: &Services,
    visit: BrowserVisit<'_>,
    lost: LostAttempt,
) -> Result<AuthorizationRedirect, FlowError> {
    let options = AuthorizationOptions {
        rounds: lost.rounds.saturating_add(1),
        ..AuthorizationOptions::by_itself(visit.profile)
    };
    let begun = begin(services, visit, options, &lost.target).await?;
    if use_once(services, &lost.state).await? == FirstUse::No {
        let why = "its state was used before";
        audit::refused(visit.profile, "attempt_not_found", None, &why);
        return Err(FlowError::AttemptNotFound {
            why,
            target: Some(lost.target),
        });
    }
    // Once for each `state`: a stranger who repeats one fills no log.
    tracing::info!(profile.id = %visit.profile.id, why = lost.why, "a callback came without its attempt; a new one begins");
    Ok(begun)
}
