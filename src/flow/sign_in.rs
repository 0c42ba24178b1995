//! Begin an attempt, and say where to send the browser.

use crate::domain::api::{Api, ApiName};
use crate::domain::attempt::Attempt;
use crate::domain::authority::UserFlowKind;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{PassedParameter, Profile, Prompt};
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
use crate::domain::secret::State;
use crate::flow::attempt_cookie::{AttemptCookie, long_target, new_state, seal_attempt};
use crate::flow::error::FlowError;
use crate::flow::hand_off;
use crate::flow::services::{BrowserVisit, Services};
use crate::flow::session_check::SignedIn;
use crate::oidc::{AuthorizationRequest, fresh_nonce, fresh_verifier};
use url::Url;

pub use crate::oidc::Asking;

/// What an attempt is for.
#[derive(Debug, Default)]
pub struct AuthorizationOptions {
    /// The user flow; `None` for sign-in.
    pub user_flow: Option<UserFlowKind>,
    /// The API whose scopes are wanted beyond those of sign-in.
    pub api: Option<Api>,
    /// Which interaction the authority is asked for. As the profile has it, a `prompt` of the sign-in link comes first.
    pub prompt: Asking,
    /// Claims that an API, or the authority, challenged the gateway for.
    pub claims: Option<String>,
    /// Who is expected to come back.
    pub expects: Option<SubjectKey>,
    /// The person's hint for the authority.
    pub login_hint: Option<String>,
    /// Parameters of the sign-in link that the profile lets through.
    pub passed: Vec<(PassedParameter, String)>,
    /// What a route demands of the sign-in; `None` leaves it to the route of the target.
    pub step_up: Option<StepUp>,
    /// How many attempts before this one came back without their cookies: the `state` counts them.
    pub rounds: u8,
}

impl AuthorizationOptions {
    /// A sign-in that leads on by itself: the authority shows no more than it must. A profile that wants the password
    /// each time (`prompt = "login"`) gets it here too.
    pub fn by_itself(profile: &Profile) -> Self {
        let each_time = profile.authorize.prompt == Some(Prompt::Login);
        Self {
            prompt: if each_time {
                Asking::AsTheProfile
            } else {
                Asking::AsLittleAsPossible
            },
            ..Self::default()
        }
    }

    /// Another user flow than sign-in. The authority shows no more than that flow needs.
    pub fn user_flow(user_flow: UserFlowKind) -> Self {
        Self {
            user_flow: Some(user_flow),
            prompt: Asking::AsLittleAsPossible,
            ..Self::default()
        }
    }

    /// A signed-in person is sent for what an API needs, and nobody else may come back. The authority shows no more than
    /// it must.
    pub fn step_up(profile: &Profile, who: &SignedIn, api: &Api, claims: Option<String>) -> Self {
        let identity = &who.session().identity;
        Self {
            api: Some(api.clone()),
            prompt: Asking::AsLittleAsPossible,
            claims,
            expects: Some(identity.person()),
            login_hint: identity.sign_in_hint(profile.authority.dialect().hint_by_address),
            ..Self::default()
        }
    }

    /// The same with a hint about the signed-in person who signs in again, unless the request has a hint of its own or
    /// leads to an account picker, which ignores hints.
    #[must_use]
    pub fn hinting_at(mut self, profile: &Profile, who: &SignedIn) -> Self {
        let said = passed(&self, PassedParameter::LoginHint).is_some()
            || profile.authorize.login_hint.is_some();
        let picker = matches!(self.prompt, Asking::For(Prompt::SelectAccount))
            || profile.authorize.prompt == Some(Prompt::SelectAccount);
        if !said && !picker {
            let by_address = profile.authority.dialect().hint_by_address;
            self.login_hint = who.session().identity.sign_in_hint(by_address);
        }
        self
    }
}

/// An attempt that began: the browser stores the cookie and goes to the location.
#[derive(Debug)]
pub struct AuthorizationRedirect {
    /// The authority's address.
    pub location: Url,
    /// The sealed attempt.
    pub cookie: AttemptCookie,
}

/// Begins an attempt that leads back to `return_to`.
///
/// 1. The profile has the user flow.
/// 2. A fresh nonce and PKCE verifier, and everything else that the callback must remember: the attempt.
///    A sign-in that leads to a route with a step-up asks for that, whatever the request says.
/// 3. A `state` that carries `return_to`, sealed. A long target rests in the attempt instead.
/// 4. The authority's metadata, from its cache or fetched and judged, and with it the authorization request.
/// 5. The attempt, sealed into a cookie named after the `state`. Nothing is written to the store.
///
/// # Errors
/// `NoSuchUserFlow` without such a user flow; `AuthorityUnavailable` or `Misconfigured` without usable metadata: then no
/// authorization request is made.
pub async fn begin(
    services: &Services,
    visit: BrowserVisit<'_>,
    options: AuthorizationOptions,
    return_to: &ReturnTo,
) -> Result<AuthorizationRedirect, FlowError> {
    let profile = visit.profile;
    let user_flow = options.user_flow.unwrap_or(UserFlowKind::SignIn);
    profile
        .authority
        .issuer_config(user_flow)
        .ok_or(FlowError::NoSuchUserFlow)?;
    let demanded = options
        .step_up
        .clone()
        .or_else(|| hand_off::step_up_of(services, profile, return_to))
        .or_else(|| profile.step_up_of(return_to.path()))
        .filter(|_| user_flow == UserFlowKind::SignIn);
    let attempt = Attempt {
        step_up: demanded,
        long_target: long_target(return_to),
        ..new_attempt(services, profile, user_flow, &options)
    };
    let attempt = attempt.within_a_cookie();
    let state = new_state(services, profile, return_to, options.rounds);
    let language = visit.language.map(ToString::to_string);
    let request = AuthorizationRequest {
        ui_locales: ui_locales(profile, &options).or(language.as_deref()),
        ..request(profile, &options, &attempt, &state)
    };
    let location = services
        .authorities
        .authorization_address(profile, user_flow, &request)
        .await
        .map_err(|cause| FlowError::from_oidc(cause, Some(return_to)))?;
    tracing::debug!(profile.id = %profile.id, "attempt begun");
    metrics::counter!("gatehouse_sign_ins_begun_total", "profile" => profile.id.to_string())
        .increment(1);
    Ok(AuthorizationRedirect {
        location,
        cookie: seal_attempt(services, &attempt, &state),
    })
}

fn new_attempt(
    services: &Services,
    profile: &Profile,
    user_flow: UserFlowKind,
    options: &AuthorizationOptions,
) -> Attempt {
    let api = options.api.as_ref().map(|api| api.name.clone());
    let claims = options.claims.clone();
    Attempt {
        profile: profile.id.clone(),
        fingerprint: profile.fingerprint,
        user_flow,
        nonce: fresh_nonce(&*services.random),
        verifier: fresh_verifier(&*services.random),
        begun_at: services.now(),
        api: api.or_else(|| first_api(profile, user_flow)),
        expects: options.expects.clone(),
        stepped_up: claims.is_some(),
        claims,
        max_age: passed(options, PassedParameter::MaxAge)
            .and_then(|text| text.parse().ok())
            .or(profile.authorize.max_age),
        step_up: None,
        long_target: None,
    }
}

/// The API whose token comes with the sign-in itself: the first of the profile, as in the samples.
fn first_api(profile: &Profile, user_flow: UserFlowKind) -> Option<ApiName> {
    (user_flow == UserFlowKind::SignIn)
        .then(|| profile.apis.first().map(|api| api.name.clone()))
        .flatten()
}

fn request<'a>(
    profile: &'a Profile,
    options: &'a AuthorizationOptions,
    attempt: &'a Attempt,
    state: &'a State,
) -> AuthorizationRequest<'a> {
    let text = |parameter| passed(options, parameter);
    let prompt = match options.prompt {
        Asking::AsTheProfile => text(PassedParameter::Prompt)
            .and_then(Prompt::parse)
            .map_or(Asking::AsTheProfile, Asking::For),
        asked => asked,
    };
    AuthorizationRequest {
        api: options
            .api
            .as_ref()
            .or_else(|| profile.apis.first())
            .filter(|_| attempt.user_flow == UserFlowKind::SignIn),
        claims: options.claims.as_deref(),
        prompt,
        login_hint: options
            .login_hint
            .as_deref()
            .or_else(|| text(PassedParameter::LoginHint)),
        domain_hint: text(PassedParameter::DomainHint),
        max_age: attempt.max_age,
        acr_values: text(PassedParameter::AcrValues),
        step_up: attempt.step_up.as_ref(),
        ..AuthorizationRequest::new(state, &attempt.nonce, &attempt.verifier)
    }
}

/// The languages that the sign-in link or the profile asks for, which come before the person's choice on our pages.
fn ui_locales<'a>(profile: &'a Profile, options: &'a AuthorizationOptions) -> Option<&'a str> {
    passed(options, PassedParameter::UiLocales).or(profile.authorize.ui_locales.as_deref())
}

fn passed(options: &AuthorizationOptions, parameter: PassedParameter) -> Option<&str> {
    options
        .passed
        .iter()
        .find(|(name, _)| *name == parameter)
        .map(|(_, value)| value.as_str())
}
