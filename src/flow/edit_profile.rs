//! Take over the claims that a person changed in the authority's edit-profile flow. The session stays.

use crate::domain::identity::{Claims, Identity, object_of, subject_of};
use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check;
use crate::store::{Lease, LeaseOwner, ReplaceResult};
use std::time::Duration;

/// Claims about the token, not about the person: those of the sign-in stay.
const OF_THE_TOKEN: [&str; 15] = [
    "iss",
    // The policy decides which tenant it names: that of the sign-in was judged.
    "tid",
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
        let identity = merged(&signed_in.session().identity, edited)?;
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
fn merged(current: &Identity, edited: &Identity) -> Result<Identity, FlowError> {
    let mut claims = current.claims();
    let edited = edited.claims();
    if !is_same_person(&claims, &edited) {
        return Err(FlowError::OtherPerson);
    }
    let new = edited
        .into_iter()
        .filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str()));
    claims.extend(new);
    Ok(current.with_claims(&claims))
}

/// Whether `sub` and `oid` name one person as far as both have them. Claims that are absent, and a `sub` that is the same
/// for everybody, name nobody.
fn is_same_person(current: &Claims, edited: &Claims) -> bool {
    let named = [
        subject_of(current).zip(subject_of(edited)),
        object_of(current).zip(object_of(edited)),
    ];
    let mut both = named.into_iter().flatten().peekable();
    both.peek().is_some() && both.all(|(before, after)| before == after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn two_sets_of_claims_are_one_persons_only_if_something_says_so() {
        let placeholder = "Not supported currently. Use oid claim.";
        let both = json!({"sub": "s", "oid": "o"});
        let unnamed = json!({"sub": placeholder});
        let object = json!({"sub": placeholder, "oid": "o"});
        for (current, edited, same) in [
            (&both, both.clone(), true),
            (&both, json!({"sub": "s"}), true),
            (&both, json!({"sub": "s", "oid": "other"}), false),
            (&both, json!({"sub": "other", "oid": "o"}), false),
            (&both, unnamed.clone(), false),
            (&unnamed, unnamed.clone(), false),
            (&object, object.clone(), true),
            (&object, json!({"sub": placeholder, "oid": "other"}), false),
            (&object, unnamed.clone(), false),
            (&json!({}), json!({}), false),
        ] {
            let claims = |value: &Value| value.as_object().unwrap().clone();
            let found = is_same_person(&claims(current), &claims(&edited));
            assert_eq!(found, same, "{current} {edited}");
        }
    }

    #[test]
    fn an_edited_profile_does_not_move_a_person_to_another_tenant() {
        use crate::domain::identity::PersonBy;
        let identity = |tid: &str, name: &str| {
            let claims = json!({"iss": "https://i.example", "sub": "s", "tid": tid, "name": name});
            Identity::from_claims(claims.as_object().unwrap(), PersonBy::Subject).unwrap()
        };
        let merged = merged(&identity("partner", "Ada"), &identity("b2c", "Ada L.")).unwrap();
        let claim = |name: &str| merged.claims().get(name).cloned();
        assert_eq!(claim("tid"), Some(json!("partner")));
        assert_eq!(claim("name"), Some(json!("Ada L.")));
    }
}
