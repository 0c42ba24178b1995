//! The root span of a request: method, route pattern, profile and outcome; never the query, never a header.
//!
//! The span that tracing-actix-web builds records path and query, and at the callback the query holds the code and the
//! state.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage, HttpRequest, web};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::measure::requests::{RouteName, method_name};
use crate::measure::trace_context::{self, TRACEPARENT, TRACESTATE};
use crate::web::app_state::AppState;
use crate::web::extract::visit::ResolvedProfile;
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

/// The trace that a request belongs to, in its extensions.
#[derive(Debug, Clone)]
pub struct TraceId(pub String);

/// `traceparent` and `tracestate`, if a trusted proxy sent them, once each. A stranger continues no trace: he could put what
/// he does into the trace of somebody else.
fn told_trace(request: &ServiceRequest) -> (Option<&str>, Option<&str>) {
    let app = request.app_data::<web::Data<AppState>>();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let trusted = app
        .zip(peer)
        .is_some_and(|(app, peer)| app.trusted_proxies.contain(peer));
    let told = |name: &str| {
        let mut values = request.headers().get_all(name);
        let value = values.next().filter(|_| values.next().is_none());
        value
            .filter(|_| trusted)
            .and_then(|value| value.to_str().ok())
    };
    (told(TRACEPARENT), told(TRACESTATE))
}

/// Builds the root span. Its fields are documented in `docs/logging.md`.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().cloned();
        let span = tracing::info_span!(
            "request",
            request.id = id.as_ref().map(RequestId::as_str),
            http.method = %request.method().as_str(),
            http.route = Empty,
            http.status = Empty,
            profile.id = Empty,
            trace.id = Empty,
            otel.kind = Empty,
        );
        let (parent, state) = told_trace(request);
        if let Some(trace) = trace_context::begin(&span, parent, state) {
            span.record("trace.id", trace.as_str());
            request.extensions_mut().insert(TraceId(trace));
        }
        span
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
        if let Ok(response) = outcome {
            let method = method_name(response.request().method().as_str());
            let route = route_of(response.request()).as_str();
            trace_context::finish(&span, method, route, status.as_u16());
        }
        let _entered = span.enter();
        if status.is_server_error() {
            tracing::warn!("request answered");
        } else {
            tracing::debug!("request answered");
        }
    }
}
