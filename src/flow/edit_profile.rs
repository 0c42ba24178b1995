//! Take over what a person changed in the authority's edit-profile flow. The session stays.

use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check;
use crate::store::{Lease, LeaseOwner, ReplaceResult};
use std::time::Duration;

/// Claims that say which token it was, not who the person is: those of the sign-in stay.
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

/// How long the row is held for this one write.
const HOLD: Duration = Duration::from_secs(5);

/// How long a refresh under way is waited for, each time.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often the row is tried.
const TRIES: u32 = 3;

/// Replaces the claims of the session by the edited ones; tokens of the edit flow are dropped.
///
/// # Errors
/// `NotSignedIn` without a session, `OtherPerson` when somebody else edited, `Busy` when a refresh did not let go of
/// the session.
pub async fn apply(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    edited: &Identity,
) -> Result<(), FlowError> {
    let owner = LeaseOwner::generate(&*services.random);
    for _ in 0..TRIES {
        // Read each time: a refresh that was waited for may have brought other claims.
        let signed_in = session_check::require(services, profile, handle).await?;
        let identity = merged(profile, &signed_in.session().identity, edited)?;
        let handle = signed_in.handle();
        let seen = services
            .store
            .tokens(handle)
            .await?
            .ok_or(FlowError::NotSignedIn)?
            .version;
        match services.store.lease_to_write(handle, owner, HOLD).await? {
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
