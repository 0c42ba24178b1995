//! The outermost layer: it answers a live session at some addresses early, and passes any other request on to the layers.
//!
//! The addresses of the fast path are asked more often than all others together, and each layer costs as much as the session
//! check (docs/decisions/0007). Such an answer has no log line of its own; the metrics of requests count it. A request without
//! a live session passes on, and its extensions keep what was found out, so that nothing is read twice. On its way it gets its
//! id, and its answer is counted and has an access line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::flow::session_check::{self, SignedIn, Use};
use crate::measure::requests::{RouteName, method_name};
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::client::head_clock::HeadClock;
use crate::web::cookies::session;
use crate::web::extract::signed_in;
use crate::web::extract::visit::ResolvedProfile;
use crate::web::gateway::check;
use crate::web::middleware::request_id::{RequestId, X_REQUEST_ID};
use crate::web::middleware::request_span::{TraceId, route_of};
use crate::web::middleware::resolve_profile::{find, warn_if_untrusted_proxy};
use crate::web::middleware::security_headers;

/// An address with a fast path for `GET`.
#[derive(Debug)]
pub struct FastAddress {
    /// The address; its pattern has no parameter.
    pub own: OwnPath,
    /// The answer to a signed-in person; not a page, because it gets the headers of data, whatever it says itself.
    pub answer: fn(&SignedIn) -> HttpResponse,
}

/// Answers checks that may pass, and at one of `addresses` if the session lives, from the cookie and the session cache. Counts
/// every request and gives every answer the request's id, whoever answers.
///
/// # Errors
/// None of its own.
pub async fn answer_early<B: MessageBody + 'static>(
    addresses: &'static [FastAddress],
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let under_way = HeadClock::note(&request);
    let began = Instant::now();
    if let Some(response) = check::answer_early(OwnPath::ForwardAuth, &request).await {
        let response = counted(&request, OwnPath::ForwardAuth, response, began);
        return Ok(request.into_response(response).map_into_right_body());
    }
    if request.method() == Method::GET
        && addresses
            .iter()
            .any(|address| request.path().ends_with(address.own.pattern()))
        && let Some((own, response)) = answer(addresses, &request).await
    {
        let response = counted(&request, own, response, began);
        return Ok(request.into_response(response).map_into_right_body());
    }
    if let Some(under_way) = under_way {
        request.extensions_mut().insert(under_way);
    }
    // Boxed, because the size of this layer's future is copied for each request.
    Box::pin(pass_on(request, next, began))
        .await
        .map(ServiceResponse::map_into_left_body)
}

/// Counts an early answer and gives it the request's id.
fn counted(
    request: &ServiceRequest,
    own: OwnPath,
    mut response: HttpResponse,
    began: Instant,
) -> HttpResponse {
    if let Some(app) = request.app_data::<web::Data<AppState>>() {
        let id = app.request_ids.of(request, &app.trusted_proxies);
        add_id(response.headers_mut(), id);
        let (method, status) = (request.method(), response.status());
        let route = RouteName::Own(own);
        app.requests
            .count(route, method.as_str(), status.as_u16(), began.elapsed());
    }
    response
}

async fn answer(
    addresses: &'static [FastAddress],
    request: &ServiceRequest,
) -> Option<(OwnPath, HttpResponse)> {
    let app = request.app_data::<web::Data<AppState>>()?;
    let (profile, address) = find_address(addresses, request, app)?;
    let found = session::browser_handle(request.headers(), &app.cookie_keys, &profile)?;
    if !found.sealed_by_newest_key {
        // The layers seal the cookie again.
        return None;
    }
    match session_check::check(&app.services, &profile, Some(&found.handle), Use::Peek).await {
        Ok(Some(signed_in)) => {
            warn_if_untrusted_proxy(request, app);
            let mut response = (address.answer)(&signed_in);
            let https = profile.public_url.is_https();
            security_headers::set_for_data(response.headers_mut(), https);
            Some((address.own, response))
        }
        other => {
            signed_in::keep_answer(&mut request.extensions_mut(), other);
            None
        }
    }
}

fn find_address(
    addresses: &'static [FastAddress],
    request: &ServiceRequest,
    app: &AppState,
) -> Option<(Arc<Profile>, &'static FastAddress)> {
    let profiles = app.profiles.load();
    let Ok(Some((ProfileStatus::Serving(profile), below))) = find(request, app, &profiles) else {
        return None;
    };
    let address = addresses
        .iter()
        .find(|address| address.own.pattern() == below)?;
    Some((Arc::clone(profile), address))
}

/// Lets the layers answer.
///
/// # Errors
/// Those of the layers.
async fn pass_on<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    began: Instant,
) -> Result<ServiceResponse<B>, Error> {
    let Some(app) = request.app_data::<web::Data<AppState>>().cloned() else {
        return next.call(request).await;
    };
    let id = app.request_ids.of(&request, &app.trusted_proxies);
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let mut answered = next.call(request).await;
    let took = began.elapsed();
    let (route, status) = match &mut answered {
        Ok(response) => {
            add_id(response.headers_mut(), id.clone());
            (route_of(response.request()).0, response.status())
        }
        Err(error) => (RouteName::None, error.as_response_error().status_code()),
    };
    let (method, status) = (method_name(method.as_str()), status.as_u16());
    app.requests.count(route, method, status, took);
    if app.access_log && route != RouteName::Own(OwnPath::ForwardAuth) {
        let line = AccessLine {
            id: id.as_str(),
            method,
            route,
            status,
            took,
        };
        line.write(&app, answered.as_ref().ok().map(ServiceResponse::request));
    }
    answered
}

/// Gives an answer the request's id.
fn add_id(headers: &mut HeaderMap, id: RequestId) {
    headers.insert(X_REQUEST_ID.clone(), id.into_header());
}

/// What an access line says of every request. Checks of proxies have none, and what the fast path answers has none: they are
/// counted.
struct AccessLine<'a> {
    id: &'a str,
    method: &'static str,
    route: RouteName,
    status: u16,
    took: Duration,
}

impl AccessLine<'_> {
    fn write(&self, app: &AppState, request: Option<&HttpRequest>) {
        let duration = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX);
        let extensions = request.map(HttpRequest::extensions);
        let resolved = extensions
            .as_ref()
            .and_then(|found| found.get::<ResolvedProfile>());
        let trace = extensions.as_ref().and_then(|found| found.get::<TraceId>());
        let client = request.and_then(|request| {
            let peer = request.peer_addr()?.ip();
            Some(address::network(
                peer,
                request.headers(),
                &app.trusted_proxies,
            ))
        });
        tracing::info!(
            target: "access",
            duration_us = duration,
            http.method = self.method,
            http.route = self.route.as_str(),
            http.status = self.status,
            profile.id = resolved.map(|resolved| resolved.profile.id.as_str()),
            client.network = client.map(tracing::field::display),
            request.id = self.id,
            trace.id = trace.map(|trace| trace.0.as_str()),
            "request"
        );
    }
}
