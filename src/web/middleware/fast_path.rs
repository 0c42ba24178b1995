//! The fast path: some addresses answer a live session before the request span, routing and the other layers.
//!
//! These addresses are asked more often than all others together, and each layer costs as much as the session check
//! (docs/decisions/0007). Such an answer has no log line of its own; the metrics of requests count it. A request without a live
//! session passes on to the layers, and its extensions keep what was found out, so that nothing is read twice.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::flow::session_check::{self, SignedIn, Use};
use crate::measure::requests::RouteName;
use crate::web::app_state::AppState;
use crate::web::client::head_clock::HeadClock;
use crate::web::cookies::session;
use crate::web::extract::signed_in;
use crate::web::gateway::check;
use crate::web::middleware::pass_on::{add_id, pass_on};
use crate::web::middleware::resolve_profile::{find, warn_if_untrusted_proxy};
use crate::web::middleware::security_headers;

/// An address with a fast path for `GET`.
#[derive(Debug)]
pub struct FastAddress {
    /// The address; its pattern has no parameter.
    pub own: OwnPath,
    /// The answer to a signed-in person; not a page, because it gets the headers of data.
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
    HeadClock::note(&request);
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
    pass_on(request, next, began)
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
        add_id(response.headers_mut(), &id);
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
            security_headers::add_for_data(response.headers_mut(), https);
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
