//! Take over what a person changed in the authority's edit-profile flow. The session stays.

use super::error::FlowError;
use super::gate::Gate;
use super::session_check;
use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::store::{Lease, LeaseOwner, Replaced};
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

/// Replaces the claims of the session by the edited ones; tokens of the edit flow are dropped.
///
/// # Errors
/// `NotSignedIn` without a session, `OtherPerson` when somebody else edited.
pub async fn apply(
    gate: &Gate,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    edited: &Identity,
) -> Result<(), FlowError> {
    let signed_in = session_check::require(gate, profile, handle).await?;
    let current = &signed_in.session().identity;
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
    let identity = Identity::from_claims(&claims, profile.authority.dialect().person_by_object);
    let identity = identity.ok_or(FlowError::OtherPerson)?;
    let owner = LeaseOwner::generate(&*gate.random);
    let Lease::Taken(stored) = gate.store.lease(signed_in.handle(), owner, HOLD).await? else {
        // A refresh is under way and brings the new claims along.
        return Ok(());
    };
    match gate
        .store
        .replace_tokens(
            signed_in.handle(),
            owner,
            stored.version,
            &stored.tokens,
            Some(&identity),
        )
        .await?
    {
        Replaced::Yes { .. } | Replaced::LostLease => Ok(()),
        Replaced::Gone => Err(FlowError::NotSignedIn),
    }
}
