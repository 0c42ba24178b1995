//! Begin an attempt, and say where to send the browser.

use crate::domain::api::Api;
use crate::domain::attempt::{Attempt, LONGEST_KEPT_CLAIMS};
use crate::domain::authority::UserFlowKind;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{PassedParameter, Profile, Prompt};
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::State;
use crate::flow::attempt_cookie::{AttemptCookie, new_state, seal_attempt};
use crate::flow::error::FlowError;
use crate::flow::services::{Services, Visit};
use crate::flow::session_check::SignedIn;
use crate::oidc::{Asking, AuthorizationRequest, fresh_nonce, fresh_verifier};
use url::Url;

/// What an attempt is for.
#[derive(Debug, Default)]
pub struct AuthorizationOptions {
    /// The user flow.
    pub journey: Option<UserFlowKind>,
    /// The API whose scopes are wanted beyond those of sign-in.
    pub api: Option<Api>,
    /// Scopes of the API are to be asked for again although they were refused.
    pub ask_again: bool,
    /// Claims that an API, or the authority, challenged the gateway to get.
    pub claims: Option<String>,
    /// Who is expected to come back.
    pub expects: Option<SubjectKey>,
    /// The person's hint for the authority.
    pub login_hint: Option<String>,
    /// Parameters of the sign-in link that the profile lets through.
    pub passed: Vec<(PassedParameter, String)>,
    /// Ask which account, whatever the profile says: somebody was refused and wants to switch.
    pub other_account: bool,
    /// The person has just been at the authority: it shows only what it must.
    pub quietly: bool,
}

impl AuthorizationOptions {
    /// A signed-in person is sent for what an API needs, and nobody else may come back.
    pub fn step_up(profile: &Profile, who: &SignedIn, api: &Api, claims: Option<String>) -> Self {
        let identity = &who.session().identity;
        Self {
            api: Some(api.clone()),
            claims,
            expects: Some(identity.person()),
            login_hint: identity.sign_in_hint(profile.authority.dialect().hint_by_address),
            ..Self::default()
        }
    }

    /// A signed-in person who signs in again is hinted at, unless the request says otherwise: an account picker
    /// ignores hints.
    #[must_use]
    pub fn hinting_at(mut self, profile: &Profile, who: &SignedIn) -> Self {
        let said = passed(&self, PassedParameter::LoginHint).is_some()
            || profile.authorize.login_hint.is_some();
        let picker = self.other_account || profile.authorize.prompt == Some(Prompt::SelectAccount);
        if !said && !picker {
            let by_address = profile.authority.dialect().hint_by_address;
            self.login_hint = who.session().identity.sign_in_hint(by_address);
        }
        self
    }
}

/// An attempt begun: the browser keeps the cookie and goes to the location.
#[derive(Debug)]
pub struct AuthorizationRedirect {
    /// The authority's address.
    pub location: Url,
    /// The sealed attempt.
    pub cookie: AttemptCookie,
}

/// Begins an attempt that leads back to `return_to`.
///
/// # Errors
/// `NoSuchJourney` without such a user flow; `AuthorityUnavailable` or `Misconfigured` when there is no good
/// metadata: then no authorization request is made.
pub async fn begin(
    services: &Services,
    visit: Visit<'_>,
    wish: AuthorizationOptions,
    return_to: &ReturnTo,
) -> Result<AuthorizationRedirect, FlowError> {
    let profile = visit.profile;
    let journey = wish.journey.unwrap_or(UserFlowKind::SignIn);
    profile
        .authority
        .issuer_config(journey)
        .ok_or(FlowError::NoSuchJourney)?;
    let max_age = passed(&wish, PassedParameter::MaxAge)
        .and_then(|text| text.parse().ok())
        .or(profile.authorize.max_age);
    let attempt = Attempt {
        profile: profile.id.clone(),
        binding: profile.binding,
        journey,
        nonce: fresh_nonce(&*services.random),
        verifier: fresh_verifier(&*services.random),
        begun_at: services.now(),
        api: wish
            .api
            .as_ref()
            .map(|api| api.name.clone())
            .or_else(|| first_api(profile, journey)),
        expects: wish.expects.clone(),
        stepped_up: wish.claims.is_some(),
        claims: wish
            .claims
            .clone()
            .filter(|claims| claims.len() <= LONGEST_KEPT_CLAIMS),
        max_age,
    };
    let state = new_state(services, profile, return_to);
    let request = request(profile, &wish, &attempt, &state);
    let location = services
        .authorities
        .authorization_address(profile, journey, &request)
        .await
        .map_err(|cause| FlowError::from_oidc(cause, Some(return_to)))?;
    tracing::debug!(profile.id = %profile.id, "attempt begun");
    Ok(AuthorizationRedirect {
        location,
        cookie: seal_attempt(services, &attempt, &state),
    })
}

/// The API whose token comes with the sign-in itself: the first, as the samples ask for it at sign-in.
fn first_api(profile: &Profile, journey: UserFlowKind) -> Option<crate::domain::api::ApiName> {
    (journey == UserFlowKind::SignIn)
        .then(|| profile.apis.first().map(|api| api.name.clone()))
        .flatten()
}

fn request<'a>(
    profile: &'a Profile,
    wish: &'a AuthorizationOptions,
    attempt: &'a Attempt,
    state: &'a State,
) -> AuthorizationRequest<'a> {
    let text = |parameter| passed(wish, parameter);
    let quietly = wish.quietly || wish.expects.is_some() || attempt.journey != UserFlowKind::SignIn;
    let prompt = match passed(wish, PassedParameter::Prompt).and_then(Prompt::parse) {
        _ if wish.other_account => Asking::For(Prompt::SelectAccount),
        _ if wish.ask_again => Asking::For(Prompt::Consent),
        _ if quietly => Asking::AsLittleAsPossible,
        Some(prompt) => Asking::For(prompt),
        None => Asking::AsTheProfile,
    };
    AuthorizationRequest {
        api: wish
            .api
            .as_ref()
            .or_else(|| profile.apis.first())
            .filter(|_| attempt.journey == UserFlowKind::SignIn),
        claims: wish.claims.as_deref(),
        prompt,
        login_hint: wish
            .login_hint
            .as_deref()
            .or_else(|| text(PassedParameter::LoginHint)),
        domain_hint: text(PassedParameter::DomainHint),
        ui_locales: text(PassedParameter::UiLocales),
        max_age: attempt.max_age,
        acr_values: text(PassedParameter::AcrValues),
        ..AuthorizationRequest::new(state, &attempt.nonce, &attempt.verifier)
    }
}

fn passed(wish: &AuthorizationOptions, parameter: PassedParameter) -> Option<&str> {
    wish.passed
        .iter()
        .find(|(name, _)| *name == parameter)
        .map(|(_, value)| value.as_str())
}
