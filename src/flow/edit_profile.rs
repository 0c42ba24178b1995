//! Take over the claims that a person changed in the authority's edit-profile flow. The session stays.

use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check;
use crate::store::{Lease, LeaseOwner, ReplaceResult};
use std::time::Duration;

/// Claims about the token, not about the person: those of the sign-in stay.
const OF_THE_TOKEN: [&str; 14] = [
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "c_hash",
    "tfp",
    "acr",
    "sid",
    "ver",
    "sub",
];

/// The lease of the row, for this one write.
const LEASE: Duration = Duration::from_secs(5);

/// How long each try waits for a refresh that is running.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often the row is tried.
const TRIES: u32 = 3;

/// Replaces the claims of the session by the edited ones; the tokens of the edit-profile flow are dropped.
///
/// 1. The browser has a session, and the person who edited is the person of the session.
/// 2. The lease of the row: a refresh may be running, which writes claims too. It is waited for, and steps 1 and 2 happen
///    again with the claims that it stored.
/// 3. Under the lease the claims are stored; the tokens of the session stay.
///
/// # Errors
/// `NotSignedIn` without a session, `OtherPerson` when somebody else edited, `Busy` when a refresh did not release the
/// session in time.
pub async fn apply(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    edited: &Identity,
) -> Result<(), FlowError> {
    let owner = LeaseOwner::generate(&*services.random);
    for _ in 0..TRIES {
        let signed_in = session_check::require(services, profile, handle).await?;
        let identity = merged(profile, &signed_in.session().identity, edited)?;
        let handle = signed_in.handle();
        let seen = services
            .store
            .tokens(handle)
            .await?
            .ok_or(FlowError::NotSignedIn)?
            .version;
        match services.store.lease_to_write(handle, owner, LEASE).await? {
            Lease::Gone => return Err(FlowError::NotSignedIn),
            Lease::Held | Lease::BackingOff(_) => {
                services
                    .store
                    .wait_for_refresh(handle, seen, PATIENCE)
                    .await?;
            }
            Lease::Taken(stored) => {
                match services
                    .store
                    .replace_tokens(
                        handle,
                        owner,
                        stored.version,
                        &stored.tokens,
                        Some(&identity),
                    )
                    .await?
                {
                    ReplaceResult::Stored { .. } => return Ok(()),
                    ReplaceResult::SessionGone => return Err(FlowError::NotSignedIn),
                    ReplaceResult::LeaseLost => {}
                }
            }
        }
    }
    Err(FlowError::Busy)
}

/// The claims of the session with the edited ones in their place.
fn merged(profile: &Profile, current: &Identity, edited: &Identity) -> Result<Identity, FlowError> {
    let same = ["sub", "oid"]
        .iter()
        .all(|name| current.text(name) == edited.text(name));
    if !same {
        return Err(FlowError::OtherPerson);
    }
    let mut claims = current.claims();
    let new = edited
        .claims()
        .into_iter()
        .filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str()));
    claims.extend(new);
    Identity::from_claims(&claims, profile.authority.dialect().person_by_object)
        .ok_or(FlowError::OtherPerson)
}
