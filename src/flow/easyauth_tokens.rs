//! The tokens that an application gets as in App Service: the ID token, and an access token for the first API.

use std::sync::Arc;

use crate::domain::profile::Profile;
use crate::domain::secret::IdToken;
use crate::domain::token_set::AccessGrant;
use crate::flow::error::FlowError;
use crate::flow::refresh::{Force, Token, usable_token};
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;

/// Tokens of one session. There is no refresh token among them.
#[derive(Debug, Clone)]
pub struct EasyAuthTokens {
    /// The ID token as it was received; it may have expired.
    pub id_token: IdToken,
    /// A usable access token for the profile's first API, if it has one and no interaction is needed.
    pub access: Option<AccessGrant>,
}

/// The tokens of a session. An access token that is about to expire is refreshed first, once for all replicas.
///
/// # Errors
/// `NotSignedIn` when the session is gone; `Store`, `RefreshDelayed` and outages of the authority when nobody can tell.
pub async fn tokens(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    signed_in: &SignedIn,
) -> Result<EasyAuthTokens, FlowError> {
    let access = match profile.apis.first() {
        None => None,
        Some(api) => {
            match usable_token(services, profile, signed_in, api, Force::default()).await? {
                Token::Usable(grant) => Some(grant),
                Token::Interaction { .. } => None,
                Token::Delayed { why, retry_after } => {
                    return Err(FlowError::RefreshDelayed { why, retry_after });
                }
                Token::Unavailable(cause) => return Err(FlowError::from_oidc(*cause, None)),
                Token::Ended => return Err(FlowError::NotSignedIn),
            }
        }
    };
    let stored = services.store.tokens(signed_in.handle()).await?;
    let stored = stored.ok_or(FlowError::NotSignedIn)?;
    let id_token = stored.tokens.id_token.clone();
    Ok(EasyAuthTokens { id_token, access })
}
