//! The root span of a request: method, route pattern, profile and outcome; never the query, never a header.
//!
//! The span that tracing-actix-web builds records path and query, and at the callback the query holds the code and the
//! state.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage, HttpRequest};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::measure::requests::RouteName;
use crate::web::extract::resolved_profile::ResolvedProfile;
use crate::web::middleware::request_id::RequestId;

/// What a request was for, once it is answered.
pub(in crate::web) fn route_of(request: &HttpRequest) -> RouteName {
    let extensions = request.extensions();
    if let Some(route) = extensions.get::<RouteName>() {
        return *route;
    }
    match extensions.get::<ResolvedProfile>() {
        Some(resolved) if resolved.at_redirect_path => RouteName::Callback,
        Some(_) => request
            .match_pattern()
            .map_or(RouteName::None, |pattern| RouteName::of_pattern(&pattern)),
        None => RouteName::None,
    }
}

/// Builds the root span. Its fields are documented in `docs/logging.md`.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().cloned();
        tracing::info_span!(
            "request",
            request.id = id.as_ref().map(RequestId::as_str),
            http.method = %request.method().as_str(),
            http.route = Empty,
            http.status = Empty,
            profile.id = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => {
                let request = response.request();
                let extensions = request.extensions();
                if let Some(resolved) = extensions.get::<ResolvedProfile>() {
                    span.record("profile.id", resolved.profile.id.as_str());
                    let pattern = request.match_pattern();
                    let route = if resolved.at_redirect_path {
                        Some("{redirect_path}")
                    } else {
                        pattern.as_deref()
                    };
                    span.record("http.route", route.unwrap_or("none"));
                }
                response.status()
            }
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.status", status.as_u16());
        let _entered = span.enter();
        if status.is_server_error() {
            tracing::warn!("request answered");
        } else {
            tracing::debug!("request answered");
        }
    }
}
