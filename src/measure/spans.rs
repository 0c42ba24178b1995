//! Spans of what a request waits for. They carry fixed words, ids of profiles and status codes: never an address, a query, a
//! token or a person.
//!
//! Every span is of [`TARGET`] and of the lowest level, so that without traces (`telemetry.otlp_endpoint`) none is made.

use tracing::{Span, trace_span};

/// The target of all spans but that of the request itself.
pub const TARGET: &str = "gatehouse::spans";

/// An operation of the database.
pub fn store(operation: &'static str) -> Span {
    trace_span!(target: TARGET, "store", otel.kind = "client", db.operation.name = operation)
}

/// A request to a token endpoint.
pub fn token_endpoint(profile: &str, grant: &'static str) -> Span {
    trace_span!(target: TARGET, "token endpoint", otel.kind = "client", profile.id = profile, grant)
}

/// A fetch of an authority's document.
pub fn authority_document(profile: &str, document: &'static str) -> Span {
    trace_span!(target: TARGET, "authority document", otel.kind = "client", profile.id = profile, document)
}

/// A call to a web API.
pub fn api(profile: &str, api: &str) -> Span {
    trace_span!(target: TARGET, "api", otel.kind = "client", profile.id = profile, api)
}

/// A request that is passed on to an upstream.
pub fn upstream(profile: &str) -> Span {
    trace_span!(target: TARGET, "upstream", otel.kind = "client", profile.id = profile)
}
