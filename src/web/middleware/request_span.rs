//! The root span of a request: method, route pattern, profile and outcome; never the query, never a header.
//!
//! The span that tracing-actix-web builds records path and query, and at the callback the query holds the code and the
//! state.

use std::borrow::Cow;

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

/// What a request was for, once it is answered, and the pattern of the route. Finding the pattern tries the pattern of every
/// route, so the name is kept and the next call only reads it.
pub(in crate::web) fn route_of(request: &HttpRequest) -> (RouteName, Cow<'static, str>) {
    if let Some(route) = request.extensions().get::<RouteName>() {
        return (*route, Cow::Borrowed(route.as_str()));
    }
    let redirect_path = match request.extensions().get::<ResolvedProfile>() {
        None => return (RouteName::None, Cow::Borrowed("none")),
        Some(resolved) => resolved.at_redirect_path,
    };
    let (route, pattern) = if redirect_path {
        (RouteName::Callback, Cow::Borrowed("{redirect_path}"))
    } else {
        match request.match_pattern() {
            Some(pattern) => (RouteName::of_pattern(&pattern), Cow::Owned(pattern)),
            None => (RouteName::None, Cow::Borrowed("none")),
        }
    };
    request.extensions_mut().insert(route);
    (route, pattern)
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
                let (request, status) = (response.request(), response.status());
                let (route, pattern) = route_of(request);
                let extensions = request.extensions();
                match extensions.get::<ResolvedProfile>() {
                    // At once, because each record is written out as text.
                    Some(resolved) => tracing::record_all!(
                        span,
                        profile.id = resolved.profile.id.as_str(),
                        http.route = &*pattern,
                        http.status = status.as_u16()
                    ),
                    None => {
                        span.record("http.status", status.as_u16());
                    }
                }
                let method = method_name(request.method().as_str());
                trace_context::finish(&span, method, route.as_str(), status.as_u16());
                status
            }
            Err(error) => {
                let status = error.as_response_error().status_code();
                span.record("http.status", status.as_u16());
                status
            }
        };
        let _entered = span.enter();
        if status.is_server_error() {
            tracing::warn!("request answered");
        } else {
            tracing::debug!("request answered");
        }
    }
}
