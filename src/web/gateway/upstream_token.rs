//! `token_for`: the access token that an upstream gets, and what happens when only the person can bring one.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::domain::api::Api;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::domain::token_set::AccessGrant;
use crate::flow::api_call::{self, Called};
use crate::flow::easyauth_tokens;
use crate::flow::error::FlowError;
use crate::flow::session_check::SignedIn;
use crate::flow::sign_in::{AuthorizationOptions, begin};
use crate::proxy::answer::UpstreamAnswer;
use crate::web::cookies::plain::{ConsentAsked, RedirectLoop};
use crate::web::errors::interaction::interaction_json;
use crate::web::extract::provenance::{MayBegin, is_prefetch, is_script};
use crate::web::extract::visit::{Visit, see_other, to_authority};
use crate::web::gateway::application_headers::token_headers;
use crate::web::gateway::forwarded_request::Forward;

/// What goes to the upstream as `Authorization`.
#[derive(Debug)]
pub enum Bearer {
    /// What the client sent, if the route lets it pass.
    Clients,
    /// Nothing: the route asks for a token, and the decision names no person, as at a public path.
    Nothing,
    /// An access token of the person.
    Token(AccessGrant),
}

/// The tokens that go to an upstream.
#[derive(Debug)]
pub struct Tokens {
    /// As `Authorization`.
    pub bearer: Bearer,
    /// As `X-MS-TOKEN-AAD-*`, where the route asks for them.
    pub easyauth: Vec<(HeaderName, HeaderValue)>,
}

/// Why there are no tokens.
pub(super) enum NoTokens {
    /// The session ended meanwhile, and with it the person is nobody.
    Ended,
    /// The answer: the person must go to the authority first, or nobody can tell now.
    Answer(HttpResponse),
}

impl NoTokens {
    fn because(forward: &Forward<'_>, error: FlowError) -> Self {
        match error {
            FlowError::NotSignedIn => Self::Ended,
            error => Self::Answer(forward.ending.flow_error(error)),
        }
    }
}

/// The tokens that the route asks for.
///
/// # Errors
/// Both variants of [`NoTokens`].
pub(super) async fn of_route(forward: &Forward<'_>) -> Result<Tokens, NoTokens> {
    let bearer = bearer(forward).await?;
    let wanted = forward.guarded.route.easyauth.tokens;
    let Some(person) = forward.person().filter(|_| wanted) else {
        let easyauth = Vec::new();
        return Ok(Tokens { bearer, easyauth });
    };
    let services = &forward.guarded.app.services;
    match Box::pin(easyauth_tokens::tokens(services, forward.profile, person)).await {
        Ok(tokens) => Ok(Tokens {
            bearer,
            easyauth: token_headers(&tokens),
        }),
        Err(error) => Err(NoTokens::because(forward, error)),
    }
}

async fn bearer(forward: &Forward<'_>) -> Result<Bearer, NoTokens> {
    let Some(name) = &forward.guarded.route.token_for else {
        return Ok(Bearer::Clients);
    };
    let (Some(person), Some(api)) = (forward.person(), forward.profile.api(name)) else {
        return Ok(Bearer::Nothing);
    };
    let services = &forward.guarded.app.services;
    match api_call::token(services, forward.profile, person, api).await {
        Ok(Ok(grant)) => Ok(Bearer::Token(grant)),
        Ok(Err(called)) => {
            let answer = interact(forward, person, api, called).await;
            Err(NoTokens::Answer(answer))
        }
        Err(error) => Err(NoTokens::because(forward, error)),
    }
}

/// The answer to an upstream that demands claims of our token (RFC 9470, Entra's claims challenge): the person signs in
/// again with them. `None` for every other answer of an upstream.
pub(super) async fn challenge(
    forward: &Forward<'_>,
    tokens: &Tokens,
    answer: &UpstreamAnswer,
) -> Option<HttpResponse> {
    let name = forward.guarded.route.token_for.as_ref()?;
    if answer.status != 401 || !matches!(tokens.bearer, Bearer::Token(_)) {
        return None;
    }
    let fields = answer.headers.get_all("www-authenticate");
    let claims = api_call::claims_of(fields.iter().filter_map(|field| field.to_str().ok()))?;
    let (person, api) = (forward.person()?, forward.profile.api(name)?);
    let called = Called::Interaction {
        claims: Some(claims),
        refusal: None,
    };
    Some(interact(forward, person, api, called).await)
}

/// Sends a person who navigates to the authority and back to this address; tells a script to do so.
async fn interact(
    forward: &Forward<'_>,
    person: &SignedIn,
    api: &Api,
    called: Called,
) -> HttpResponse {
    let request = forward.request;
    let (claims, refusal) = match called {
        Called::Interaction { claims, refusal } => (claims, refusal),
        Called::Ungranted(error) => (None, Some(error)),
        Called::Answered(_) => (None, None),
    };
    let key = person.session().identity.person();
    let now = forward.guarded.app.services.now();
    let asked = ConsentAsked::lately(request.headers(), forward.profile, &key, &api.name, now);
    if let (true, Some(error)) = (asked, refusal) {
        return forward.ending.flow_error(error);
    }
    let navigates = request.method().is_safe() && !is_script(request) && !is_prefetch(request);
    if !navigates {
        return interaction_json(request, forward.profile);
    }
    match to_sign_in(forward, person, api, claims).await {
        Ok(response) => response,
        Err(error) => forward.ending.flow_error(error),
    }
}

async fn to_sign_in(
    forward: &Forward<'_>,
    person: &SignedIn,
    api: &Api,
    claims: Option<String>,
) -> Result<HttpResponse, FlowError> {
    let visit = Visit::of(forward.request).map_err(|_| FlowError::NotSignedIn)?;
    MayBegin::judge(&visit)?;
    let profile = forward.profile;
    if profile.is_at_further_host() {
        let here = claims
            .is_none()
            .then_some(forward.guarded.target.path_and_query);
        return Ok(see_other(&main_page(profile, api, here)).finish());
    }
    let public = &profile.public_url;
    let here = forward.guarded.target.path_and_query;
    let target = ReturnTo::parse(here, public, &profile.redirect_path)
        .unwrap_or_else(|| ReturnTo::home(public));
    RedirectLoop::stop(visit.headers(), profile, &target, visit.now())?;
    let options = AuthorizationOptions::step_up(profile, person, api, claims);
    let redirect = begin(visit.services(), visit.for_flows(), options, &target).await?;
    Ok(to_authority(&visit, &redirect).finish())
}

/// Only `public_url` may begin an attempt at the authority: its page of a call asks for what the API needs, and leads back
/// `here` once the call works. What an upstream itself demands that page cannot ask for, so that from there a way back
/// would lead round and round.
fn main_page(profile: &Profile, api: &Api, here: Option<&str>) -> String {
    let main = profile.main_url();
    let path = match here {
        None => OwnPath::call_api(main, &api.name),
        Some(here) => {
            let back = format!("{}{here}", profile.public_url.origin());
            OwnPath::call_api_with(main, &api.name, &[(RETURN_TO, &back)])
        }
    };
    format!("{}{path}", main.origin())
}
