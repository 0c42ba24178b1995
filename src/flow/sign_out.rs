//! End the session here, then say where to end it at the authority.

use std::time::Duration;

use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::State;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::{attempt_cookie, audit};
use crate::oidc::EndSession;
use url::Url;

/// How long a sign-out waits for the authority; after that the person is signed out here only.
const AUTHORITY_PATIENCE: Duration = Duration::from_millis(1_500);

/// What is left to do after the session ended.
#[derive(Debug)]
pub enum SignedOut {
    /// The authority's end-session address comes next.
    Continue(Url),
    /// The person is signed out here only: the authority has no end-session address, or does not answer.
    HereOnly,
    /// Nobody was signed in.
    Nobody,
}

/// Where the authority leads the browser afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// To the home page, the address that is registered for sign-outs.
    Home,
    /// To the redirect URI, which every proxy sends here: the home page may be an application's. A cookie says
    /// where the person goes on, so that no `state` is needed.
    RedirectUri,
}

/// Ends the browser's session at this profile.
///
/// 1. The row is deleted first. An authority that is down cannot keep anybody signed in here.
/// 2. A session that ended before, or that belongs to another profile, may still live at the authority: the person is
///    sent to its end-session address without a hint.
/// 3. A session of an authority that the profile no longer has ends here only.
/// 4. The authority's end-session address, with the ID token as the hint. It may need metadata; after 1.5 s the person
///    is signed out here only.
/// 5. Meanwhile the refresh token is revoked, where the authority offers that (RFC 7009), within the same time. What
///    counts is that the gateway's copy is deleted.
///
/// # Errors
/// `Store` when the row could not be deleted: then no answer claims a sign-out.
pub async fn sign_out(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    way_back: WayBack,
) -> Result<SignedOut, FlowError> {
    let Some(handle) = handle else {
        return Ok(SignedOut::Nobody);
    };
    let Some(ended) = services.store.end(handle, &profile.id).await? else {
        return Ok(at_authority(services, profile, EndSession::default(), way_back).await);
    };
    audit::signed_out(
        &profile.id,
        &ended.session.id,
        &ended.session.identity.person(),
    );
    if ended.session.fingerprint != profile.fingerprint {
        return Ok(SignedOut::HereOnly);
    }
    let login_hint = ended.session.identity.text("login_hint");
    let whom = EndSession {
        id_token: Some(&ended.tokens.id_token),
        login_hint: login_hint.as_deref(),
        ..EndSession::default()
    };
    let address = at_authority(services, profile, whom, way_back);
    let revoked = async {
        if let Some(token) = &ended.tokens.refresh {
            services.authorities.revoke(profile, token).await;
        }
    };
    let (next, _) = tokio::join!(address, tokio::time::timeout(AUTHORITY_PATIENCE, revoked),);
    Ok(next)
}

/// Origins that the authority's sign-out may lead to, as far as its metadata is known. Never waits for the authority.
pub fn authority_origins(services: &Services, profile: &Profile) -> Vec<String> {
    let origins = services.authorities.sign_out_origins(profile);
    origins.unwrap_or_default()
}

/// The end-session address at the authority, if it is known in time.
async fn at_authority(
    services: &Services,
    profile: &Profile,
    whom: EndSession<'_>,
    way_back: WayBack,
) -> SignedOut {
    let home = ReturnTo::home(profile.main_url());
    let state =
        (way_back == WayBack::Home).then(|| attempt_cookie::new_state(services, profile, &home, 0));
    let request = EndSession {
        state: state.as_ref().map(State::expose),
        to_redirect_uri: way_back == WayBack::RedirectUri,
        ..whom
    };
    let address = services.authorities.end_session_address(profile, &request);
    match tokio::time::timeout(AUTHORITY_PATIENCE, address).await {
        Ok(Some(address)) => SignedOut::Continue(address),
        Ok(None) | Err(_) => SignedOut::HereOnly,
    }
}
