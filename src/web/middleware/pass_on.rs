//! A request on its way through the layers: it gets its id, and its answer is counted and has an access line.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, web};

use crate::domain::own_path::OwnPath;
use crate::measure::requests::{RouteName, method_name};
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::extract::visit::ResolvedProfile;
use crate::web::middleware::request_id::{RequestId, X_REQUEST_ID};
use crate::web::middleware::request_span::{TraceId, route_of};

/// Lets the layers answer.
///
/// # Errors
/// Those of the layers.
pub async fn pass_on<B: MessageBody + 'static>(
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
            add_id(response.headers_mut(), &id);
            (route_of(response.request()), response.status())
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
pub fn add_id(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(X_REQUEST_ID.clone(), id.header());
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
