//! A further host takes a ticket.

use crate::domain::attempt::USED_STATE_LIFETIME;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::session::SessionHandle;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::hand_off::request::open_attempt;
use crate::flow::hand_off::ticket::Ticket;
use crate::flow::services::Services;
use crate::flow::session_check::{self, Use};
use crate::store::{FirstUse, ReplayScope};

/// How a landing ended without an error.
#[derive(Debug)]
pub enum Landed {
    /// The host has the session now.
    SignedIn {
        /// The handle of the session, for the cookie of this host.
        handle: SessionHandle,
        /// Where the person wanted to go.
        return_to: ReturnTo,
    },
    /// The browser goes on with the session that it has here.
    Redirect(ReturnTo),
    /// The ticket is of no use any more; the attempt is, and one more hand-off leads to the same place.
    Again(ReturnTo),
}

/// Takes a ticket at the further host that `profile` is at.
///
/// The order is the guarantee. That the ticket is of this profile and this host, `open_ticket` has judged.
///
/// 1. The attempt that the ticket answers is in this browser and younger than ten minutes. Without it nobody is signed
///    in: the ticket may be somebody else's (login CSRF). A browser that has a session here goes home.
/// 2. The ticket is younger than a minute.
/// 3. The session lives. While the store gives no answer nothing is spent, so that a reload succeeds.
/// 4. The use of the ticket is recorded in the store, once for all replicas.
///
/// # Errors
/// `AttemptNotFound` without the attempt; `Store` and `GroupsUnavailable` when the answer is unknown.
pub async fn land(
    services: &Services,
    profile: &Profile,
    ticket: Ticket,
    attempt: Option<&str>,
    handle: Option<&SessionHandle>,
) -> Result<Landed, FlowError> {
    let opened = attempt.and_then(|cookie| open_attempt(services, profile, &ticket.id, cookie));
    let Some(return_to) = opened else {
        let here = session_check::check(services, profile, handle, Use::Peek).await?;
        if here.is_some() {
            return Ok(Landed::Redirect(ReturnTo::home(&profile.public_url)));
        }
        return Err(refused(
            profile,
            "the browser has no attempt that the ticket answers",
        ));
    };
    if ticket.is_over(services.now()) {
        return Ok(Landed::Again(return_to));
    }
    let found = session_check::check(services, profile, Some(&ticket.handle), Use::Sliding).await?;
    if found.is_none() {
        return Ok(Landed::Again(return_to));
    }
    let until = services.now() + USED_STATE_LIFETIME;
    let store = &services.store;
    let used = store.record_once(ReplayScope::Ticket, &ticket.hash, until);
    if used.await? == FirstUse::No {
        // The answer to the first use never reached this browser: its attempt would be gone.
        return Ok(Landed::Again(return_to));
    }
    Ok(Landed::SignedIn {
        handle: ticket.handle,
        return_to,
    })
}

fn refused(profile: &Profile, why: &'static str) -> FlowError {
    audit::refused(profile, "attempt_not_found", None, &why);
    FlowError::AttemptNotFound { why, target: None }
}
