//! The reverse proxy: requests to a route with an upstream.
//!
//! The order:
//!
//! 1. The profile and the route of the canonical path. Our own addresses are not forwarded, and what could be read in two
//!    ways is refused.
//! 2. Who sends the request, and the one decision (`flow/decide.rs`), as in forward auth.
//! 3. The request goes to the upstream ([`crate::web::gateway::forward`]), or the decision becomes an answer.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::domain::access_rule::AccessRule;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::{ProfileStatus, Profiles};
use crate::domain::request_target::{RequestTarget, TargetRefusal};
use crate::domain::route::StepUp;
use crate::flow::decide::Decision;
use crate::flow::error::FlowError;
use crate::measure::requests::RouteName;
use crate::proxy::header_names::is_framing_alias;
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::errors::gateway_answers::Ending;
use crate::web::extract::provenance::{is_prefetch, is_script};
use crate::web::extract::signed_in::keep_answer;
use crate::web::gateway::bearer;
use crate::web::gateway::forwarded_request::Forward;
use crate::web::gateway::guarded::{Guarded, Sender};
use crate::web::gateway::refusal::insufficient;
use crate::web::middleware::resolve_profile;

/// Answers requests to routes with an upstream; every other request goes on.
///
/// # Errors
/// None of its own.
pub async fn serve<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let app = request.app_data::<web::Data<AppState>>().cloned();
    if let Some(app) = app.filter(|app| app.profiles.load().have_upstreams()) {
        let payload = request.take_payload();
        match answer(&app, &request, payload).await {
            Ok(response) => return Ok(request.into_response(response).map_into_right_body()),
            Err(payload) => request.set_payload(payload),
        }
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

/// The answer, or the body back when the request is not for an upstream.
async fn answer(
    app: &AppState,
    request: &ServiceRequest,
    payload: Payload,
) -> Result<HttpResponse, Payload> {
    let Some((profile, target)) = place(app, request) else {
        return Err(payload);
    };
    keep_profile(request, app, &profile);
    let (http, host) = (request.request(), profile.public_url.authority());
    let ending = Ending(http);
    let found = target
        .as_ref()
        .map_err(|refusal| *refusal)
        .and_then(|target| Ok((profile.routes.find(host, &target.path)?, target)));
    let (route, upstream, public, target) = match found {
        Err(refusal) => return Ok(ending.ambiguous(&refusal)),
        Ok((Some((route, public)), target)) => match &route.upstream {
            Some(upstream) => (route, upstream, public, target),
            None => return Err(payload),
        },
        Ok((None, _)) => return Err(payload),
    };
    claim(request, app);
    if let Some(refusal) = never_forwarded(request, ending) {
        return Ok(refusal);
    }
    let guarded = Guarded {
        app,
        profile: &profile,
        route,
        public,
        headers: request.headers(),
        target,
        now: app.services.now(),
    };
    let nothing_more = AccessRule::default();
    let sender = remembered(http, guarded.sender(&nothing_more).await);
    let decision = guarded.decide(&nothing_more, &sender);
    let refused = bearer::refusal(&guarded, http, &decision, &sender);
    let identity = match (refused, decision) {
        (Some(refusal), _) => return Ok(refusal),
        (None, Decision::Allow(identity)) => identity,
        (None, Decision::SignIn) => return Ok(ending.flow_error(FlowError::NotSignedIn)),
        (None, Decision::Deny(reason)) => return Ok(ending.denied(reason)),
        (None, Decision::StepUp(step_up)) => return Ok(stepping_up(&guarded, ending, step_up)),
        (None, Decision::Unknown) => return Ok(ending.unknown()),
    };
    let forward = Forward {
        profile: &profile,
        guarded: &guarded,
        request: http,
        upstream,
        sender: &sender,
        identity,
        ending,
    };
    Ok(forward.answer(payload).await)
}

/// The answer to a request that no upstream gets, whoever sends it.
fn never_forwarded(request: &ServiceRequest, ending: Ending<'_>) -> Option<HttpResponse> {
    if [Method::CONNECT, Method::TRACE].contains(request.method()) {
        // TRACE would show a script the headers that only the upstream may see.
        return Some(ending.method());
    }
    let mut names = request.headers().keys();
    let alias = names.find(|name| is_framing_alias(name.as_str()))?;
    let why = format!("{alias} may say to its upstream where the body ends");
    Some(ending.ambiguous(&why))
}

/// Keeps who sends the request: a page about a refusal or an outage has the person's header.
fn remembered(request: &HttpRequest, sender: Sender) -> Sender {
    if let Some(person) = sender.person() {
        keep_answer(&mut request.extensions_mut(), Ok(Some(person.clone())));
    }
    sender
}

/// A person who navigates is led to the sign-in, which finds out by itself what the route demands.
fn stepping_up(guarded: &Guarded<'_>, ending: Ending<'_>, step_up: &StepUp) -> HttpResponse {
    let Ending(request) = ending;
    let navigation = request.method().is_safe() && !is_script(request) && !is_prefetch(request);
    if navigation {
        return ending.flow_error(FlowError::NotSignedIn);
    }
    insufficient(guarded.profile, guarded.route, step_up)
}

/// Pages and the log name the profile.
fn keep_profile(request: &ServiceRequest, app: &AppState, profile: &Arc<Profile>) {
    let resolved = resolve_profile::describe(request, app, Arc::clone(profile), false);
    request.extensions_mut().insert(resolved);
}

/// From here on the request is answered here.
fn claim(request: &ServiceRequest, app: &AppState) {
    resolve_profile::warn_if_untrusted_proxy(request, app);
    request.extensions_mut().insert(RouteName::Proxied);
}

type ForwardTarget<'r> = (Arc<Profile>, Result<RequestTarget<'r>, TargetRefusal>);

/// The profile of a request that may be for an upstream, and its target. `None` for what our own pages answer.
fn place<'r>(app: &AppState, request: &'r ServiceRequest) -> Option<ForwardTarget<'r>> {
    let profiles = app.profiles.load();
    let host = address::host(request, &app.trusted_proxies).ok()?;
    let sent = request.uri().path_and_query();
    let sent = sent.map_or("/", PathAndQuery::as_str);
    let target = match RequestTarget::parse(request.method().as_str(), false, host, sent) {
        Ok(target) => target,
        Err(refusal) => {
            let (profile, _) = serving(&profiles, host, request.path())?;
            let forwards = profile.routes.have_upstreams();
            return forwards.then(|| (Arc::clone(profile), Err(refusal)));
        }
    };
    let agreed = target
        .path
        .agreed(|path| serving(&profiles, host, path).map(|(profile, _)| &profile.id));
    let (profile, below) = serving(&profiles, host, target.path.as_str())?;
    if is_ours(profile, below) {
        return None;
    }
    let profile = Arc::clone(profile);
    if let Err(refusal) = agreed {
        return Some((profile, Err(refusal)));
    }
    let https = profile.public_url.is_https();
    Some((profile, Ok(RequestTarget { https, ..target })))
}

fn serving<'p, 't>(
    profiles: &'p Profiles,
    host: &str,
    path: &'t str,
) -> Option<(&'p Arc<Profile>, &'t str)> {
    match profiles.find(host, path)? {
        (ProfileStatus::Serving(profile), below) => Some((profile, below)),
        (ProfileStatus::Broken(_), _) => None,
    }
}

/// Whether we answer a path below the prefix of a profile whatever its routes say.
fn is_ours(profile: &Profile, below: &str) -> bool {
    let at_redirect_path = below == profile.redirect_path && !profile.is_at_further_host();
    let offered = !OwnPath::is_below_easyauth(below) || profile.routes.have_easyauth_addresses();
    at_redirect_path || (offered && OwnPath::is_never_forwarded(below))
}
