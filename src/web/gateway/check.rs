//! `/auth/check`: forward auth. A proxy asks about each request to an application that it guards.
//!
//! The order:
//!
//! 1. Only a peer in `trusted_proxies` may ask: whoever may name any host and path learns who is signed in where.
//! 2. The original request, told by one family of headers (`original_request.rs`).
//! 3. The profile of the original host and path, and the route.
//! 4. The caller, by the session cookie or the access token that the proxy passed on. A check is a use of the session.
//! 5. The decision (`flow/decide.rs`), as an answer that the proxy understands.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use serde_json::json;

use crate::domain::access_rule::AccessRule;
use crate::domain::forward_auth::Family;
use crate::domain::identity::Identity;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::domain::request_target::RequestTarget;
use crate::domain::return_to::RETURN_TO;
use crate::domain::route::Route;
use crate::flow::decide::{Decision, Reason};
use crate::measure::requests::RouteName;
use crate::proxy::identity_headers::identity_headers;
use crate::web::app_state::AppState;
use crate::web::extract::fetch_metadata::{is_prefetch, is_script};
use crate::web::extract::parameters::Parameters;
use crate::web::gateway::application_cookies::application_cookies;
use crate::web::gateway::bearer;
use crate::web::gateway::guarded::Guarded;
use crate::web::gateway::original_request::{Check, original_request};

/// Bytes of an original address that the sign-in leads back to; a longer one becomes the home page, so that the answer
/// fits into a proxy's buffer.
const LONGEST_TARGET: usize = 1_500;

/// Envoy removes the request headers that this header of an answer lists; otherwise a client's own copies stay.
static TO_REMOVE: HeaderName = HeaderName::from_static("x-envoy-auth-headers-to-remove");

/// Answers checks at `own` and below it; every other request goes on.
///
/// # Errors
/// None of its own.
pub async fn answer_checks<B: MessageBody + 'static>(
    own: OwnPath,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let (Some(app), true) = (app, is_check(own, &request)) else {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_left_body);
    };
    request.extensions_mut().insert(RouteName::Own(own));
    let mut response = if is_method_allowed(own, &request) {
        answer(&app, &request).await
    } else {
        HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, "GET, HEAD"))
            .finish()
    };
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(request.into_response(response).map_into_right_body())
}

fn is_check(own: OwnPath, request: &ServiceRequest) -> bool {
    let below = request.path().strip_prefix(own.pattern());
    below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

/// `GET` and `HEAD` at the address itself; any method below it, because Envoy keeps the original method.
fn is_method_allowed(own: OwnPath, request: &ServiceRequest) -> bool {
    request.path() != own.pattern() || [Method::GET, Method::HEAD].contains(request.method())
}

/// What follows our own path in the target, and the query of the check itself. In path style the query belongs to the
/// original request.
fn below_and_query(request: &ServiceRequest) -> (&str, &str) {
    let target = request.uri().path_and_query();
    let target = target.map_or("", |target| target.as_str());
    let below = target
        .strip_prefix(OwnPath::ForwardAuth.pattern())
        .unwrap_or_default();
    if below.starts_with('/') {
        (below, "")
    } else {
        ("", below.trim_start_matches('?'))
    }
}

async fn answer(app: &AppState, request: &ServiceRequest) -> HttpResponse {
    let peer = request.peer_addr().map(|peer| peer.ip());
    if !peer.is_some_and(|peer| app.trusted_proxies.contain(peer)) {
        tracing::warn!(
            peer = ?peer,
            "a forward-auth check came from a peer that is not in trusted_proxies; it was refused"
        );
        return text(
            StatusCode::FORBIDDEN,
            "Checks are answered for proxies in the setting trusted_proxies only.\n",
        );
    }
    let (below, query) = below_and_query(request);
    let Some(host) = single_host(request.headers()) else {
        return text(StatusCode::BAD_REQUEST, "The check names no host.\n");
    };
    let check = Check {
        headers: request.headers(),
        method: request.method().as_str(),
        host,
        below,
        only: app.forward_auth,
    };
    let (family, target) = match original_request(&check) {
        Ok(told) => told,
        Err(refusal) => {
            tracing::warn!(error = %refusal, "a forward-auth check was refused");
            return text(StatusCode::BAD_REQUEST, &format!("Refused: {refusal}.\n"));
        }
    };
    let profile = match profile_of(app, &target) {
        Ok(profile) => profile,
        Err(status) => return no_profile(status),
    };
    let Some(narrowing) = narrowing(query, &profile.allow) else {
        let twice = "Refused: a rule in the query of the check occurs twice.\n";
        return text(StatusCode::BAD_REQUEST, twice);
    };
    let asked = Asked {
        app,
        request,
        family,
        target,
        profile: &profile,
        narrowing,
    };
    asked.answer().await
}

/// The one `Host` header. `X-Forwarded-Host` counts in its own family only.
fn single_host(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HOST);
    let host = values.next()?.to_str().ok()?;
    let plain = !host.is_empty() && !host.contains(['@', ',', '/', ' ', '\\']);
    (values.next().is_none() && plain).then_some(host)
}

fn profile_of(
    app: &AppState,
    target: &RequestTarget<'_>,
) -> Result<std::sync::Arc<Profile>, StatusCode> {
    match app.profiles.load().find(target.host, target.path.as_str()) {
        Some((ProfileStatus::Serving(profile), _)) => Ok(std::sync::Arc::clone(profile)),
        Some((ProfileStatus::Broken(id), _)) => {
            tracing::error!(profile.id = %id, "a check for a profile whose file is broken: run `gatehouse check`");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
        None => {
            tracing::warn!(
                host = target.host,
                "a check for a host and path of no profile"
            );
            Err(StatusCode::NOT_FOUND)
        }
    }
}

fn no_profile(status: StatusCode) -> HttpResponse {
    if status == StatusCode::NOT_FOUND {
        return text(status, "There is no profile for this address.\n");
    }
    unknown()
}

/// What the proxy's own query narrows: each list must match besides the route's. `None` when a list occurs twice: some
/// proxies append their client's query, and a client must not replace the proxy's rule.
fn narrowing(query: &str, profile_rule: &AccessRule) -> Option<AccessRule> {
    let parameters = Parameters::parse(query.as_bytes());
    let list = |name: &str| {
        let named = parameters.iter().filter(|(key, _)| *key == name);
        let texts: Vec<&str> = named.map(|(_, value)| value).collect();
        match texts.as_slice() {
            [] => Some(Vec::new()),
            [text] => Some(text.split(',').map(str::to_owned).collect()),
            _ => None,
        }
    };
    Some(AccessRule {
        roles: list("allow_roles")?,
        groups: list("allow_groups")?,
        emails: list("allow_emails")?,
        email_domains: list("allow_email_domains")?,
        flows_verify_emails: profile_rule.flows_verify_emails,
    })
}

/// A check whose original request and profile are known.
struct Asked<'a> {
    app: &'a AppState,
    request: &'a ServiceRequest,
    family: Family,
    target: RequestTarget<'a>,
    profile: &'a Profile,
    narrowing: AccessRule,
}

impl Asked<'_> {
    async fn answer(&self) -> HttpResponse {
        let host = self.profile.public_url.authority();
        let found = match self.profile.routes.find(host, &self.target.path) {
            Ok(found) => found,
            Err(refusal) => {
                tracing::warn!(profile.id = %self.profile.id, error = %refusal, "a forward-auth check was refused");
                return text(StatusCode::BAD_REQUEST, &format!("Refused: {refusal}.\n"));
            }
        };
        let guarded = Route::guarding(host);
        let (route, public) = found.unwrap_or((&guarded, false));
        let asked = Guarded {
            app: self.app,
            profile: self.profile,
            route,
            public,
            headers: self.request.headers(),
            target: &self.target,
        };
        let sender = asked.sender(&self.narrowing).await;
        let decision = asked.decide(&self.narrowing, &sender);
        let request = self.request.request();
        if let Some(refusal) = bearer::refusal(&asked, request, &decision, &sender) {
            return refusal;
        }
        match decision {
            Decision::Allow(identity) => self.allow(route, identity),
            Decision::SignIn => self.sign_in(),
            Decision::Deny(reason) => self.deny(reason),
            // No route of a profile can ask for a step-up yet.
            Decision::Unknown | Decision::StepUp(_) => unknown(),
        }
    }

    /// Envoy lets a request pass on exactly 200, and only without a body.
    fn allow(&self, route: &Route, identity: Option<&Identity>) -> HttpResponse {
        let mut told = identity_headers(self.profile, route, identity);
        let mut response = HttpResponse::Ok();
        match application_cookies(self.family, self.request.headers()) {
            Some(cookies) => _ = response.insert_header((COOKIE, cookies)),
            None => told.absent.push("cookie".to_owned()),
        }
        for (name, value) in told.set {
            response.insert_header((name, value));
        }
        if self.family == Family::Path {
            response.insert_header((TO_REMOVE.clone(), told.absent.join(",")));
        }
        response.finish()
    }

    fn sign_in(&self) -> HttpResponse {
        let request = self.request.request();
        let navigation = matches!(self.target.method, "GET" | "HEAD")
            && !is_script(request)
            && !is_prefetch(request);
        let public_url = &self.profile.public_url;
        if !navigation {
            let sign_in_url = OwnPath::SignIn.url(public_url);
            return HttpResponse::Unauthorized()
                .insert_header((WWW_AUTHENTICATE, "Gatehouse realm=\"sign-in\""))
                .json(json!({ "signed_in": false, "error": "not_signed_in", "sign_in_url": sign_in_url }));
        }
        let target = match self.target.path_and_query {
            long if long.len() > LONGEST_TARGET => OwnPath::Home.under(public_url),
            target => target.to_owned(),
        };
        let path = OwnPath::SignIn.with_query(public_url, &[(RETURN_TO, &target)]);
        // Traefik resolves a relative address against our own, internal one.
        let location = format!("{}{path}", public_url.origin());
        let status = match self.family {
            Family::Forwarded | Family::Path => StatusCode::SEE_OTHER,
            // nginx answers 500 to any status but 401 and 403; the guide turns the 401 into a redirect.
            Family::Original | Family::Fabric => StatusCode::UNAUTHORIZED,
        };
        HttpResponse::build(status)
            .insert_header((LOCATION, location))
            .finish()
    }

    fn deny(&self, reason: Reason) -> HttpResponse {
        tracing::info!(profile.id = %self.profile.id, reason = %reason, "a forward-auth check was denied");
        if is_script(self.request.request()) {
            return HttpResponse::Forbidden()
                .json(json!({ "error": "not_allowed", "message": reason.to_string() }));
        }
        let sentence = format!("You don't have access: {reason}.\n");
        text(StatusCode::FORBIDDEN, &sentence)
    }
}

fn unknown() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((RETRY_AFTER, "5"))
        .content_type("text/plain; charset=utf-8")
        .body("Nobody can tell just now whether you are signed in. Please try again.\n")
}

fn text(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(text.to_owned())
}
