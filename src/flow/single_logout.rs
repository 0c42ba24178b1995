//! Single logout: a person signed out at the authority, and the sessions here end too. The front channel names a `sid`,
//! the back channel sends a signed logout token.

use crate::domain::authority::PersonClaims;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::Profile;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::oidc::{LogoutToken, OidcError};
use crate::seal::sha256;
use crate::store::{EndedByLogoutToken, EndedBySid, LogoutTokenUse};

/// Ends the sessions of `sid` at this profile, without any cookie (Front-Channel Logout 1.0 §3).
///
/// 1. `iss`, if it was sent, is the authority's; Microsoft sends none. A wrong one ends nothing.
/// 2. The sessions of `sid` end, on every replica. An unknown `sid` ends nothing; the caller cannot tell the difference.
///
/// # Errors
/// `Store` when it is unknown whether the sessions ended; `AuthorityUnavailable` when it is unknown whether `iss` is the
/// authority's.
pub async fn front_channel(
    services: &Services,
    profile: &Profile,
    iss: Option<&str>,
    sid: &str,
) -> Result<(), FlowError> {
    if let Some(iss) = iss {
        let judged = services.authorities.is_logout_issuer(profile, iss).await;
        // Unknown is not "no".
        if !judged.map_err(|error| FlowError::from_oidc(error, None))? {
            return Ok(());
        }
    }
    let ended = services.store.end_by_sid(&profile.id, sid, None).await?;
    if let EndedBySid::Ended(count @ 1..) = ended {
        audit::revoked(Some(&profile.id), "front_channel", count);
    }
    Ok(())
}

/// The person that a logout token names, as sessions know the person. Directories identify a person by `tid` and `oid`, which
/// no logout token has; beside a `sid` their `sub` is not needed.
fn person_of(profile: &Profile, token: &LogoutToken) -> Result<Option<SubjectKey>, FlowError> {
    if profile.authority.dialect().person == PersonClaims::Subject {
        let key = |sub: &str| SubjectKey::stored(format!("{}#{sub}", token.iss));
        return Ok(token.sub.as_deref().map(key));
    }
    if token.sid.is_none() {
        return Err(FlowError::LogoutTokenRefused(
            "a logout token of this kind of authority must name a sid",
        ));
    }
    Ok(None)
}

/// Ends sessions by a logout token (Back-Channel Logout 1.0 §2.6).
///
/// 1. The token goes through every check of `oidc/requests/logout_token.rs`.
/// 2. One transaction records its use and ends the sessions that it names, by `sid`, `sub` or both. A token that was
///    used before, on whichever replica, ends nothing.
///
/// # Errors
/// `LogoutTokenRefused` for a token that breaks a rule or was used before; `Store` and `AuthorityUnavailable` when it could
/// not be judged: the sender may send it again.
pub async fn back_channel(
    services: &Services,
    profile: &Profile,
    token: &str,
) -> Result<(), FlowError> {
    let token = services
        .authorities
        .verify_logout_token(profile, token)
        .await
        .map_err(|error| match error {
            OidcError::Unavailable { .. } | OidcError::Misconfigured(_) => {
                FlowError::from_oidc(error, None)
            }
            other => {
                audit::logout_token_refused(profile, &other);
                FlowError::LogoutTokenRefused("the logout token is not valid")
            }
        })?;
    let key = sha256(format!("{}\n{}", profile.id, token.jti).as_bytes());
    let person = person_of(profile, &token)?;
    let token_use = LogoutTokenUse {
        key: &key,
        until: token.exp,
        sid: token.sid.as_deref(),
        person: person.as_ref(),
    };
    let count = match services
        .store
        .end_by_logout_token(&profile.id, token_use)
        .await?
    {
        EndedByLogoutToken::Ended(count) => count,
        EndedByLogoutToken::OtherPerson => {
            return Err(FlowError::LogoutTokenRefused("the sid is another person's"));
        }
        EndedByLogoutToken::Replayed => {
            audit::logout_token_replayed(profile);
            return Err(FlowError::LogoutTokenRefused(
                "the logout token was used before",
            ));
        }
    };
    audit::revoked(Some(&profile.id), "back_channel", count);
    Ok(())
}
