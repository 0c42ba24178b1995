//! The authorization request: the address to which a browser is sent to sign in.
//!
//! Owns the parameters, each sent once: PKCE with S256, `state` and `nonce` always, whether the authority announces
//! PKCE or not (RFC 9700 §2.1.1). An endpoint that has a query keeps it.

use std::borrow::Cow;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl,
};
use url::Url;

use crate::domain::api::Api;
use crate::domain::authority::UserFlowKind;
use crate::domain::profile::{Profile, Prompt, ResponseMode};
use crate::domain::random::{Random, random_256};
use crate::domain::route::StepUp;
use crate::domain::secret::{CodeVerifier, Nonce, State};
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{Misconfiguration, OidcError};
use crate::oidc::requests::parameters::{
    authorization_scopes, claims_parameter, signed_in_api, with_contexts,
};

/// The value of `prompt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asking {
    /// The profile's.
    #[default]
    AsTheProfile,
    /// None: the authority shows only what it must, such as a consent or a second factor.
    AsLittleAsPossible,
    /// This one.
    For(Prompt),
}

/// The parameters of one authorization request. Options that are `None` come from the profile.
#[derive(Clone)]
pub struct AuthorizationRequest<'a> {
    /// Comes back in the authorization response (RFC 6749 §4.1.1).
    pub state: &'a State,
    /// Comes back in the ID token (OIDC Core §3.1.2.1).
    pub nonce: &'a Nonce,
    /// Stays here; its hash is sent (RFC 7636 §4.2).
    pub verifier: &'a CodeVerifier,
    /// The API whose scopes are requested; `None` stands for the profile's first.
    pub api: Option<&'a Api>,
    /// A claims challenge to meet: a JSON object.
    pub claims: Option<&'a str>,
    /// `prompt`
    pub prompt: Asking,
    /// `login_hint`
    pub login_hint: Option<&'a str>,
    /// `domain_hint`
    pub domain_hint: Option<&'a str>,
    /// `ui_locales`
    pub ui_locales: Option<&'a str>,
    /// `max_age` in seconds
    pub max_age: Option<u64>,
    /// `acr_values`
    pub acr_values: Option<&'a str>,
    /// What a route demands of the sign-in: it is asked for whatever the other options and the profile say.
    pub step_up: Option<&'a StepUp>,
}

impl<'a> AuthorizationRequest<'a> {
    /// A request with the profile's options.
    pub fn new(state: &'a State, nonce: &'a Nonce, verifier: &'a CodeVerifier) -> Self {
        Self {
            state,
            nonce,
            verifier,
            api: None,
            claims: None,
            prompt: Asking::AsTheProfile,
            login_hint: None,
            domain_hint: None,
            ui_locales: None,
            max_age: None,
            acr_values: None,
            step_up: None,
        }
    }
}

/// A fresh `code_verifier`: 43 characters of base64url from 256 random bits (RFC 7636 §4.1).
pub fn fresh_verifier(random: &dyn Random) -> CodeVerifier {
    CodeVerifier::new(text_256(random))
}

/// A fresh `nonce`: 43 characters of base64url from 256 random bits.
pub fn fresh_nonce(random: &dyn Random) -> Nonce {
    Nonce::new(text_256(random))
}

/// 256 random bits as 43 characters of base64url.
pub fn text_256(random: &dyn Random) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random_256(random))
}

impl Authorities {
    /// The address to which a browser is sent for a user flow.
    ///
    /// # Errors
    /// As [`Self::discovered`].
    pub async fn authorization_address(
        &self,
        profile: &Profile,
        flow: UserFlowKind,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, OidcError> {
        let metadata = self.discovered(profile, flow).await?;
        authorization_address(profile, &metadata, flow, request)
    }
}

fn authorization_address(
    profile: &Profile,
    metadata: &Metadata,
    flow: UserFlowKind,
    request: &AuthorizationRequest<'_>,
) -> Result<Url, OidcError> {
    let malformed = |name| move |_| OidcError::from(Misconfiguration::Member(name));
    let issuer = IssuerUrl::new(metadata.trusted.issuer.clone()).map_err(malformed("issuer"))?;
    let redirect = RedirectUrl::new(profile.redirect_uri()).map_err(malformed("redirect_uri"))?;
    let client = CoreClient::new(
        ClientId::new(profile.client.id.as_str().to_owned()),
        issuer,
        JsonWebKeySet::new(Vec::new()),
    )
    .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()));
    let state = CsrfToken::new(request.state.expose().to_owned());
    let nonce = openidconnect::Nonce::new(request.nonce.expose().to_owned());
    let verifier = PkceCodeVerifier::new(request.verifier.expose().to_owned());
    let api = signed_in_api(profile, request.api);
    let scopes = authorization_scopes(profile, metadata, flow, api);
    let mut address = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || state,
            move || nonce,
        )
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .set_redirect_uri(Cow::Owned(redirect))
        // openidconnect sends `openid` itself.
        .add_scopes(
            scopes
                .into_iter()
                .filter(|scope| scope != "openid")
                .map(openidconnect::Scope::new),
        );
    for (name, value) in options(profile, request) {
        address = address.add_extra_param(name, value);
    }
    Ok(address.url().0)
}

/// Parameters that are sent only if they have a value.
fn options(profile: &Profile, request: &AuthorizationRequest<'_>) -> Vec<(&'static str, String)> {
    let fixed = &profile.authorize;
    let dialect = profile.authority.dialect();
    let text = |own: Option<&str>, fixed: &Option<String>| {
        own.map(str::to_owned).or_else(|| fixed.clone())
    };
    let number = |value: u64| value.to_string();
    let demanded_age = request.step_up.and_then(|step_up| step_up.max_age);
    let demanded = demanded_age.map(|age| age.as_secs());
    let max_ages = [request.max_age.or(fixed.max_age), demanded];
    let contexts = request.step_up.map_or(&[][..], |step_up| &step_up.acr);
    // Conditional Access knows its authentication contexts as claims (microsoft-identity 2.5); others as acr_values.
    let (by_claims, by_values) = contexts.split_at(if dialect.claims_challenge {
        contexts.len()
    } else {
        0
    });
    let claims = with_contexts(request.claims, by_claims);
    let acr_values = match by_values {
        [] => text(request.acr_values, &fixed.acr_values),
        values => Some(values.join(" ")),
    };
    let all = [
        (
            "response_mode",
            (fixed.response_mode == ResponseMode::FormPost)
                .then(|| fixed.response_mode.as_str().to_owned()),
        ),
        (
            "prompt",
            match request.prompt {
                // Microsoft does not document `max_age`; a new password is what makes a sign-in fresh.
                _ if dialect.microsoft && demanded_age.is_some() => Some(Prompt::Login),
                Asking::AsTheProfile => fixed.prompt,
                Asking::AsLittleAsPossible => None,
                Asking::For(prompt) => Some(prompt),
            }
            .map(|prompt| prompt.as_str().to_owned()),
        ),
        ("login_hint", text(request.login_hint, &fixed.login_hint)),
        ("domain_hint", text(request.domain_hint, &fixed.domain_hint)),
        ("ui_locales", text(request.ui_locales, &fixed.ui_locales)),
        ("max_age", max_ages.into_iter().flatten().min().map(number)),
        ("acr_values", acr_values),
        (
            "claims",
            claims_parameter(dialect.claims_challenge, claims.as_deref()),
        ),
        ("client_info", dialect.microsoft.then(|| "1".to_owned())),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::domain::api::{ApiName, Scope};
    use crate::oidc::testing::{Counting, b2c, entra, metadata_of, oidc};

    fn parameters(url: &Url) -> BTreeMap<String, String> {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let names: HashSet<_> = pairs.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names.len(), pairs.len(), "each parameter once: {url}");
        pairs.into_iter().collect()
    }

    fn address(
        profile: &Profile,
        flow: UserFlowKind,
        change: impl FnOnce(&mut AuthorizationRequest<'_>),
    ) -> Url {
        let (state, nonce) = (State::new("the-state"), Nonce::new("the-nonce"));
        // RFC 7636 appendix B
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let mut request = AuthorizationRequest::new(&state, &nonce, &verifier);
        change(&mut request);
        authorization_address(profile, &metadata_of(profile), flow, &request).unwrap()
    }

    // proves: A59, A61, B9, B30, B80
    #[test]
    fn the_request_has_pkce_state_nonce_and_nothing_twice() {
        let url = address(&oidc(), UserFlowKind::SignIn, |_| ());
        let all = parameters(&url);
        assert_eq!(all["response_type"], "code");
        assert_eq!(all["client_id"], "client");
        assert_eq!(all["redirect_uri"], "https://app.example/auth/redirect");
        assert_eq!(all["state"], "the-state");
        assert_eq!(all["nonce"], "the-nonce");
        assert_eq!(all["code_challenge_method"], "S256");
        assert_eq!(
            all["code_challenge"],
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(all["scope"], "openid offline_access profile");
        assert!(!all.contains_key("client_info"));
        assert!(!all.contains_key("claims"));
    }

    // proves: B10
    #[test]
    fn entra_gets_s256_although_it_announces_none_and_learns_of_cp1() {
        let mut profile = entra();
        profile.apis.push(Api {
            name: ApiName::parse("graph").unwrap(),
            title: "Graph".into(),
            endpoint: Url::parse("https://graph.microsoft.com/v1.0/me").unwrap(),
            scopes: vec![Scope::parse("User.Read").unwrap()],
        });
        let all = parameters(&address(&profile, UserFlowKind::SignIn, |_| ()));
        assert_eq!(all["code_challenge_method"], "S256");
        assert_eq!(all["client_info"], "1");
        assert_eq!(
            all["claims"],
            r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#
        );
        assert_eq!(all["scope"], "openid User.Read offline_access profile");
    }

    // proves: T5
    #[test]
    fn an_endpoint_with_a_policy_in_its_query_keeps_it() {
        let profile = b2c();
        let mut metadata = metadata_of(&profile);
        metadata.authorization_endpoint =
            Url::parse("https://t.b2clogin.com/t/oauth2/v2.0/authorize?p=b2c_1_susi").unwrap();
        let (state, nonce) = (State::new("s"), Nonce::new("n"));
        let verifier = fresh_verifier(&Counting::default());
        let request = AuthorizationRequest::new(&state, &nonce, &verifier);
        let url = authorization_address(&profile, &metadata, UserFlowKind::EditProfile, &request)
            .unwrap();
        let all = parameters(&url);
        assert_eq!(all["p"], "b2c_1_susi");
        assert_eq!(all["scope"], "openid offline_access profile");
    }

    #[test]
    fn options_of_the_attempt_win_over_those_of_the_profile_and_are_encoded() {
        let mut profile = entra();
        profile.authorize.prompt = Some(Prompt::SelectAccount);
        profile.authorize.domain_hint = Some("contoso.example".into());
        profile.authorize.response_mode = ResponseMode::FormPost;
        let url = address(&profile, UserFlowKind::SignIn, |request| {
            request.prompt = Asking::For(Prompt::Login);
            request.login_hint = Some("ada+x@contoso.example&prompt=none");
            request.max_age = Some(0);
        });
        let all = parameters(&url);
        assert_eq!(all["prompt"], "login");
        assert_eq!(all["domain_hint"], "contoso.example");
        assert_eq!(all["login_hint"], "ada+x@contoso.example&prompt=none");
        assert_eq!(all["max_age"], "0");
        assert_eq!(all["response_mode"], "form_post");
    }

    #[test]
    fn a_step_up_leaves_the_profiles_prompt_out() {
        let mut profile = entra();
        profile.authorize.prompt = Some(Prompt::SelectAccount);
        let url = address(&profile, UserFlowKind::SignIn, |request| {
            request.prompt = Asking::AsLittleAsPossible;
        });
        assert!(!parameters(&url).contains_key("prompt"));
    }

    #[test]
    fn one_token_for_all_apis_needs_the_scopes_of_all() {
        let mut profile = oidc();
        for (name, scope) in [("orders", "orders.read"), ("stock", "stock.read")] {
            profile.apis.push(Api {
                name: ApiName::parse(name).unwrap(),
                title: name.into(),
                endpoint: Url::parse("https://api.example/").unwrap(),
                scopes: vec![Scope::parse(scope).unwrap()],
            });
        }
        let all = parameters(&address(&profile, UserFlowKind::SignIn, |_| ()));
        assert_eq!(
            all["scope"],
            "openid offline_access orders.read profile stock.read"
        );
    }

    // proves: B11, B79
    #[test]
    fn ten_thousand_attempts_repeat_nothing() {
        let random = Counting::default();
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let verifier = fresh_verifier(&random).expose().to_owned();
            assert_eq!(verifier.len(), 43);
            let unreserved =
                |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            assert!(verifier.bytes().all(unreserved));
            assert!(seen.insert(verifier));
            assert!(seen.insert(fresh_nonce(&random).expose().to_owned()));
        }
    }

    #[test]
    fn a_provider_that_does_not_know_offline_access_is_not_asked_for_it() {
        let profile = oidc();
        let mut metadata = metadata_of(&profile);
        metadata.scopes_supported = Some(vec!["openid".into(), "email".into()]);
        let scopes = authorization_scopes(&profile, &metadata, UserFlowKind::SignIn, None);
        assert_eq!(scopes, ["openid"]);
    }
}
