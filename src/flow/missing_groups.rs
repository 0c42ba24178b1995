//! Groups of a signed-in person that were never read, because the profile had no rule for groups at the sign-in.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::identity::Groups;
use crate::domain::profile::Profile;
use crate::domain::session::{Session, SessionHandle};
use crate::flow::access::{GroupsRead, read_groups};
use crate::flow::error::FlowError;
use crate::flow::refresh::lease::{HeldLease, LEASE, RowState};
use crate::flow::services::Services;
use crate::flow::throttle::LONGEST_RETRY_AFTER;
use crate::seal::handle_hash;
use crate::store::{Lease, LeaseOwner};

/// How long this process does not try again after a failure.
const BACK_OFF: Duration = Duration::from_secs(5);
/// How long each try waits for a refresh that is running, or for another request that reads the groups.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often the row is tried.
const TRIES: u32 = 3;

/// What came of it.
#[derive(Debug)]
pub enum MissingGroups {
    /// The session with the groups, as it is stored now.
    Read(Arc<Session>),
    /// Only a new sign-in can read them, or the session ended meanwhile.
    SignInAgain,
    /// They cannot be read now.
    Unavailable,
}

/// Reads the groups of a session that has none, and stores them.
///
/// 1. After a failure, this process does not try again for a few seconds.
/// 2. The lease of the row, because reading the groups may take a refresh. Whoever does not get the lease waits for its
///    holder, and finds the groups that the holder stored.
/// 3. Under the lease the groups are read. The newest tokens are stored, with the groups or without.
///
/// # Errors
/// `Store` when the store gives no answer.
pub async fn read(
    services: &Services,
    profile: &Profile,
    handle: &SessionHandle,
) -> Result<MissingGroups, FlowError> {
    let key = handle_hash(handle);
    let owner = LeaseOwner::generate(&*services.random);
    for _ in 0..TRIES {
        let held_back = &services.groups_backoff;
        if held_back.remaining(&key, services.now()).is_some() {
            return Ok(MissingGroups::Unavailable);
        }
        let Some(seen) = services.store.tokens(handle).await? else {
            return Ok(MissingGroups::SignInAgain);
        };
        match services.store.lease_to_write(handle, owner, LEASE).await? {
            Lease::Gone => return Ok(MissingGroups::SignInAgain),
            Lease::Held | Lease::BackingOff(_) => {
                let store = &services.store;
                store
                    .wait_for_refresh(handle, seen.version, PATIENCE)
                    .await?;
            }
            Lease::Taken(stored) => {
                let Some(session) = services.store.find(handle).await? else {
                    return Ok(MissingGroups::SignInAgain);
                };
                let held = HeldLease {
                    store: &services.store,
                    handle,
                    session_id: session.id,
                    owner,
                    stored,
                };
                if session.identity.groups() != Groups::Unknown {
                    held.release().await;
                    return Ok(MissingGroups::Read(session));
                }
                let reading = under_lease(services, profile, &session, &held);
                return held.renewed_during(reading).await;
            }
        }
        if let Some(session) = services.store.find(handle).await?
            && session.identity.groups() != Groups::Unknown
        {
            return Ok(MissingGroups::Read(session));
        }
    }
    Ok(MissingGroups::Unavailable)
}

/// Step 3.
async fn under_lease(
    services: &Services,
    profile: &Profile,
    session: &Session,
    held: &HeldLease<'_>,
) -> Result<MissingGroups, FlowError> {
    let mut tokens = held.stored.tokens.clone();
    let read = read_groups(services, profile, &session.identity, &mut tokens, None).await;
    let identity = match &read {
        GroupsRead::Known(groups) => Some(session.identity.with_groups(groups)),
        GroupsRead::Unavailable(_) | GroupsRead::Unreadable => None,
    };
    if let RowState::Gone = held.store_tokens(&tokens, identity.as_ref()).await? {
        return Ok(MissingGroups::SignInAgain);
    }
    match read {
        GroupsRead::Known(_) => Ok(match services.store.find(held.handle).await? {
            Some(session) => MissingGroups::Read(session),
            None => MissingGroups::SignInAgain,
        }),
        GroupsRead::Unreadable => Ok(MissingGroups::SignInAgain),
        GroupsRead::Unavailable(retry_after) => {
            let pause = retry_after.unwrap_or(BACK_OFF).min(LONGEST_RETRY_AFTER);
            let until = services.now() + pause;
            let key = handle_hash(held.handle);
            services.groups_backoff.hold_back(key, until, ());
            Ok(MissingGroups::Unavailable)
        }
    }
}
