//! End the session here, then say where to end it at the authority. Local first, always: an authority that is down
//! cannot keep anybody signed in here.

use std::time::Duration;

use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::IdToken;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::{attempt_cookie, audit};
use crate::oidc::EndSession;
use url::Url;

/// The person does not wait longer for metadata before being signed out here only.
const AUTHORITY_PATIENCE: Duration = Duration::from_millis(1_500);

/// What is left to do after the session ended.
#[derive(Debug)]
pub enum SignedOut {
    /// The authority's end-session address comes next.
    Continue(Url),
    /// The authority has none, or cannot be asked: signed out here only.
    HereOnly,
    /// Nobody was signed in.
    Nobody,
}

/// Ends the browser's session at this profile.
///
/// # Errors
/// `Store` when the row could not be deleted: then nobody is told that they are signed out.
pub async fn sign_out(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
) -> Result<SignedOut, FlowError> {
    let Some(handle) = handle else {
        return Ok(SignedOut::Nobody);
    };
    let Some(ended) = services.store.end(handle, &profile.id).await? else {
        // The session ended before, or is another profile's, but the authority may still know the person: a sign-out is meant for both.
        return Ok(at_authority(services, profile, None, None).await);
    };
    audit::signed_out(
        &profile.id,
        &ended.session.id,
        &ended.session.identity.person(),
    );
    if ended.session.binding != profile.binding {
        return Ok(SignedOut::HereOnly);
    }
    let login_hint = ended.session.identity.text("login_hint");
    let address = at_authority(
        services,
        profile,
        Some(&ended.tokens.id_token),
        login_hint.as_deref(),
    );
    let revoked = async {
        if let Some(token) = &ended.tokens.refresh {
            services.authorities.revoke(profile, token).await;
        }
    };
    let (next, _) = tokio::join!(
        address,
        // RFC 7009, where the authority offers it; deleting our copy is what counts.
        tokio::time::timeout(AUTHORITY_PATIENCE, revoked),
    );
    Ok(next)
}

/// Where to sign out at the authority, if it says so in time.
async fn at_authority(
    services: &Services,
    profile: &Profile,
    id_token: Option<&IdToken>,
    login_hint: Option<&str>,
) -> SignedOut {
    let state = attempt_cookie::new_state(services, profile, &ReturnTo::home(&profile.public_url));
    let request = EndSession {
        id_token,
        login_hint,
        state: Some(state.expose()),
    };
    let address = services.authorities.end_session_address(profile, &request);
    match tokio::time::timeout(AUTHORITY_PATIENCE, address).await {
        Ok(Some(address)) => SignedOut::Continue(address),
        Ok(None) | Err(_) => SignedOut::HereOnly,
    }
}
