//! The address that signs a browser out at the authority (OpenID Connect RP-Initiated Logout 1.0 §2).
//!
//! The session here has ended before a browser follows this address, so an authority without one is no failure.
//!
//! The refresh token is revoked as well (RFC 7009), so that a sign-out also ends the grant at the authority. A failure is
//! only logged: the session here has ended already, and Microsoft has no such endpoint.

use openidconnect::{
    ClientId, CsrfToken, EndSessionUrl, LogoutHint, LogoutRequest, PostLogoutRedirectUrl,
};
use url::Url;

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::domain::secret::{IdToken, RefreshToken};
use crate::oidc::authorities::Authorities;
use crate::oidc::client_auth::credentials::Try;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::requests::parameters::Form;

/// Characters; proxies and browsers cut or refuse longer addresses.
const LONGEST: usize = 2_048;

/// Whom to sign out.
#[derive(Clone, Copy, Default)]
pub struct EndSession<'a> {
    /// The ID token of the session that ended.
    pub id_token: Option<&'a IdToken>,
    /// The `login_hint` claim of that session; never a user name (microsoft-identity 4).
    pub login_hint: Option<&'a str>,
    /// Comes back in the redirect.
    pub state: Option<&'a str>,
    /// The authority returns to the redirect URI instead of the home page.
    pub to_redirect_uri: bool,
}

impl Authorities {
    /// The end-session address with its parameters; `None` if the authority has none, has one without https, or
    /// cannot be asked now.
    pub async fn end_session_address(
        &self,
        profile: &Profile,
        request: &EndSession<'_>,
    ) -> Option<Url> {
        let client = self.profile_client(profile);
        let flow = UserFlowKind::SignIn;
        let authority = match client.at_hand(profile, flow) {
            Some(authority) => authority,
            None => client.discovered(profile, flow).await.ok()?,
        };
        address(profile, &authority.metadata, request)
    }

    /// Origins of the end-session endpoint and of the issuer: they may show our logout page in a frame, and a sign-out
    /// form may lead there. `None` while the metadata is not fetched yet; nothing is fetched for it.
    pub fn sign_out_origins(&self, profile: &Profile) -> Option<Vec<String>> {
        let client = self.profile_client(profile);
        let authority = client.at_hand(profile, UserFlowKind::SignIn)?;
        let issuer = Url::parse(&authority.metadata.trusted.issuer).ok();
        let endpoint = authority.metadata.end_session_endpoint.clone();
        let urls = issuer.into_iter().chain(endpoint);
        let mut origins: Vec<String> = urls.map(|url| url.origin().ascii_serialization()).collect();
        origins.dedup();
        Some(origins)
    }
}

fn address(profile: &Profile, metadata: &Metadata, request: &EndSession<'_>) -> Option<Url> {
    let endpoint = metadata.end_session_endpoint.clone()?;
    let without_state = EndSession {
        state: None,
        ..*request
    };
    // B2C shows an error without the hint, and the state only brings the browser back to one place more.
    for request in [request, &without_state] {
        let with_hint = hinted(profile, &endpoint, request, true)?;
        if with_hint.as_str().len() <= LONGEST {
            return Some(with_hint);
        }
    }
    tracing::warn!(
        profile.id = %profile.id,
        longest = LONGEST,
        "the sign-out address is too long with its hint, which is left out: the authority may ask for the account or show an error"
    );
    hinted(profile, &endpoint, request, false)
}

fn hinted(profile: &Profile, endpoint: &Url, request: &EndSession<'_>, hints: bool) -> Option<Url> {
    let back = if request.to_redirect_uri {
        profile.redirect_uri()
    } else {
        profile.post_logout_uri()
    };
    let back = PostLogoutRedirectUrl::new(back).ok()?;
    let mut logout = LogoutRequest::from(EndSessionUrl::from_url(endpoint.clone()))
        .set_client_id(ClientId::new(profile.client.id.as_str().to_owned()))
        .set_post_logout_redirect_uri(back);
    if let Some(state) = request.state {
        logout = logout.set_state(CsrfToken::new(state.to_owned()));
    }
    let by_hint = profile.authority.dialect().logout_hint;
    let wanted = hints && !profile.sign_out.account_picker;
    if let (true, true, Some(hint)) = (wanted, by_hint, request.login_hint) {
        logout = logout.set_logout_hint(LogoutHint::new(hint.to_owned()));
    }
    let mut address = logout.http_get_url();
    if let (true, false, Some(token)) = (wanted, by_hint, request.id_token) {
        // openidconnect takes only a token that it parsed itself.
        address
            .query_pairs_mut()
            .append_pair("id_token_hint", token.expose());
    }
    Some(address)
}

impl Authorities {
    /// Revokes a refresh token where the authority announces an endpoint for it; otherwise does nothing. For a
    /// sign-out that the person asked for, never for an unauthenticated notice.
    pub async fn revoke(&self, profile: &Profile, token: &RefreshToken) {
        let client = self.profile_client(profile);
        let Some(authority) = client.at_hand(profile, UserFlowKind::SignIn) else {
            return;
        };
        let Some(endpoint) = &authority.metadata.revocation_endpoint else {
            return;
        };
        let form: Form<'_> = vec![
            ("token", token.expose().into()),
            ("token_type_hint", "refresh_token".into()),
        ];
        let outcome = match client.authenticate(&authority, Try::First).await {
            Ok(authentication) => match client.post(endpoint, &form, &authentication).await {
                // RFC 7009 §2.2: 200 also for an unknown token.
                Ok(response) if response.status.as_u16() == 200 => return,
                Ok(response) => format!("status {}", response.status.as_u16()),
                Err(error) => error.to_string(),
            },
            Err(problem) => problem.to_string(),
        };
        tracing::warn!(profile.id = %profile.id, outcome, "a refresh token could not be revoked");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::oidc::testing::{b2c, entra, metadata_of, oidc};

    fn sign_out(profile: &Profile, request: &EndSession<'_>) -> BTreeMap<String, String> {
        let url = address(profile, &metadata_of(profile), request).unwrap();
        assert!(url.as_str().len() <= LONGEST);
        url.query_pairs().into_owned().collect()
    }

    // proves: B208, T14
    #[test]
    fn entra_gets_the_login_hint_and_no_token() {
        let token = IdToken::new("e30.e30.x");
        let request = EndSession {
            id_token: Some(&token),
            login_hint: Some("O.CiQ+/="),
            state: Some("s-1"),
            to_redirect_uri: false,
        };
        let all = sign_out(&entra(), &request);
        assert_eq!(all["logout_hint"], "O.CiQ+/=");
        assert_eq!(all["post_logout_redirect_uri"], "https://app.example/");
        assert_eq!(all["client_id"], "client");
        assert_eq!(all["state"], "s-1");
        assert!(!all.contains_key("id_token_hint"));
    }

    // proves: T14
    #[test]
    fn the_account_picker_is_had_by_leaving_the_hint_out() {
        let mut profile = entra();
        profile.sign_out.account_picker = true;
        let request = EndSession {
            login_hint: Some("O.CiQ"),
            ..EndSession::default()
        };
        assert!(!sign_out(&profile, &request).contains_key("logout_hint"));
    }

    // proves: A37, T14
    #[test]
    fn b2c_and_generic_providers_get_the_id_token() {
        let token = IdToken::new("e30.e30.x");
        let request = EndSession {
            id_token: Some(&token),
            login_hint: Some("O.CiQ"),
            ..EndSession::default()
        };
        for profile in [b2c(), oidc()] {
            let all = sign_out(&profile, &request);
            assert_eq!(all["id_token_hint"], "e30.e30.x");
            assert!(!all.contains_key("logout_hint"));
        }
    }

    #[test]
    fn a_sign_out_that_goes_on_returns_to_the_redirect_uri() {
        let request = EndSession {
            to_redirect_uri: true,
            ..EndSession::default()
        };
        for profile in [entra(), b2c(), oidc()] {
            let all = sign_out(&profile, &request);
            assert_eq!(all["post_logout_redirect_uri"], profile.redirect_uri());
            assert!(!all.contains_key("state"));
        }
    }

    // proves: B100
    #[test]
    fn an_id_token_that_would_make_the_address_too_long_is_left_out() {
        let token = IdToken::new("x".repeat(12_000));
        let request = EndSession {
            id_token: Some(&token),
            ..EndSession::default()
        };
        let all = sign_out(&oidc(), &request);
        assert!(!all.contains_key("id_token_hint"));
        assert!(all.contains_key("post_logout_redirect_uri"));
    }

    #[test]
    fn the_state_is_left_out_before_the_id_token() {
        let token = IdToken::new("x".repeat(1_800));
        let state = "s".repeat(200);
        let request = EndSession {
            id_token: Some(&token),
            state: Some(&state),
            ..EndSession::default()
        };
        let all = sign_out(&b2c(), &request);
        assert!(all.contains_key("id_token_hint"));
        assert!(!all.contains_key("state"));
    }

    // proves: B99
    #[test]
    fn it_works_without_any_token() {
        let all = sign_out(&b2c(), &EndSession::default());
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn an_endpoint_with_a_query_keeps_it() {
        let profile = b2c();
        let mut metadata = metadata_of(&profile);
        metadata.end_session_endpoint =
            Url::parse("https://t.b2clogin.com/t/oauth2/v2.0/logout?p=b2c_1_x").ok();
        let url = address(&profile, &metadata, &EndSession::default()).unwrap();
        assert!(url.query().unwrap().starts_with("p=b2c_1_x&"), "{url}");
    }

    // proves: B103
    #[test]
    fn without_an_endpoint_there_is_no_address() {
        let mut metadata = metadata_of(&oidc());
        metadata.end_session_endpoint = None;
        assert_eq!(address(&oidc(), &metadata, &EndSession::default()), None);
    }
}
