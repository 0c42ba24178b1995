//! An authority says that somebody signed out there: front channel by `sid`, back channel by a signed token.

use crate::domain::authority::UserFlowKind;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::Profile;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::oidc::OidcError;
use crate::seal::sha256;
use crate::store::{EndedByLogoutToken, EndedBySid, LogoutTokenUse};

/// Ends the sessions of `sid` at this profile, without any cookie (Front-Channel Logout 1.0 §3). `iss`, if sent, must
/// be the authority's; Microsoft sends none. Ends nothing for a stranger's `sid`, and says so to nobody.
///
/// # Errors
/// `Store` when it is unknown whether they ended, `AuthorityUnavailable` when it is unknown whose notice it is.
pub async fn front_channel(
    services: &Services,
    profile: &Profile,
    iss: Option<&str>,
    sid: &str,
) -> Result<(), FlowError> {
    if iss.is_some() {
        match services
            .authorities
            .judge_issuer_parameter(profile, UserFlowKind::SignIn, iss)
            .await
        {
            Ok(()) => {}
            Err(OidcError::Invalid(_)) => return Ok(()),
            // Whose notice it is cannot be told now: unknown is not "no".
            Err(error) => return Err(FlowError::from_oidc(error, None)),
        }
    }
    let ended = services.store.end_by_sid(&profile.id, sid, None).await?;
    if let EndedBySid::Ended(count @ 1..) = ended {
        audit::revoked(Some(&profile.id), "front_channel", count);
    }
    Ok(())
}

/// Ends sessions by a logout token (Back-Channel Logout 1.0 §2.6).
///
/// # Errors
/// `NoticeRefused` for a token that breaks a rule or was used before; `Store` and `AuthorityUnavailable` when it could
/// not be judged: the sender may repeat it.
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
                FlowError::NoticeRefused("the logout token is not valid")
            }
        })?;
    let key = sha256(format!("{}\n{}", profile.id, token.jti).as_bytes());
    let person = token
        .sub
        .as_deref()
        .map(|sub| SubjectKey::stored(format!("{}#{sub}", token.iss)));
    let notice = LogoutTokenUse {
        key: &key,
        until: token.exp,
        sid: token.sid.as_deref(),
        person: person.as_ref(),
    };
    let count = match services
        .store
        .end_by_logout_token(&profile.id, notice)
        .await?
    {
        EndedByLogoutToken::Ended(count) => count,
        EndedByLogoutToken::OtherPerson => {
            return Err(FlowError::NoticeRefused("the sid is another person's"));
        }
        EndedByLogoutToken::Replayed => {
            audit::logout_token_replayed(profile);
            return Err(FlowError::NoticeRefused("the logout token was used before"));
        }
    };
    audit::revoked(Some(&profile.id), "back_channel", count);
    Ok(())
}
