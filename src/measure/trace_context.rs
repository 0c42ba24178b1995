//! The trace that a request belongs to: continued from a proxy, handed on to other servers (W3C Trace Context).
//!
//! Without traces nothing here does more than read one flag.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header with the trace and the caller's span.
pub const TRACEPARENT: &str = "traceparent";
/// The header with what each vendor adds to it.
pub const TRACESTATE: &str = "tracestate";

static ON: AtomicBool = AtomicBool::new(false);

/// From now on spans go to a collector.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Begins the span of a request, as a child of the span that a trusted proxy named, or else as the root of a new trace. Returns the
/// trace's id, also without traces of our own if the proxy named one.
pub fn begin(span: &Span, traceparent: Option<&str>, tracestate: Option<&str>) -> Option<String> {
    let parent = traceparent.map(|parent| read(parent, tracestate));
    let parent = parent.filter(|parent| parent.span().span_context().is_valid());
    if !is_on() {
        return parent.and_then(|parent| trace_id(&parent));
    }
    // A span that the log level or the sampler leaves out has no parent to set.
    let _ = span.set_parent(parent.unwrap_or_default());
    span.record("otel.kind", "server");
    trace_id(&span.context())
}

fn read(traceparent: &str, tracestate: Option<&str>) -> Context {
    let mut headers = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    headers.extend(tracestate.map(|state| (TRACESTATE.to_owned(), state.to_owned())));
    TraceContextPropagator::new().extract_with_context(&Context::new(), &headers)
}

fn trace_id(context: &Context) -> Option<String> {
    let span = context.span();
    let context = span.span_context();
    context.is_valid().then(|| context.trace_id().to_string())
}

/// Names the span of a request that was answered.
pub fn finish(span: &Span, method: &str, route: &'static str, status: u16) {
    if !is_on() {
        return;
    }
    let context = span.context();
    let span = context.span();
    span.update_name(format!("{method} {route}"));
    span.set_attributes([
        KeyValue::new("http.request.method", method.to_owned()),
        KeyValue::new("http.response.status_code", i64::from(status)),
    ]);
    if status >= 500 {
        span.set_status(Status::error(""));
    }
}

/// The `traceparent` of a request that leaves the process within the current span; `None` without traces.
///
/// `tracestate` stays here: what a proxy in front says to its own collector is nothing for an authority or an API.
pub fn outgoing() -> Option<String> {
    if !is_on() {
        return None;
    }
    let context = Span::current().context();
    let span = context.span();
    let context = span.span_context();
    context.is_valid().then(|| {
        format!(
            "00-{}-{}-{:02x}",
            context.trace_id(),
            context.span_id(),
            context.trace_flags().to_u8()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn the_trace_of_a_proxy_is_known_without_traces_of_our_own() {
        let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
        let id = begin(&Span::none(), Some(&parent), None);
        assert_eq!(id.as_deref(), Some(TRACE));
        assert_eq!(outgoing(), None);
    }

    #[test]
    fn a_malformed_traceparent_names_no_trace() {
        for parent in [
            "",
            "00",
            "00-0-0-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        ] {
            assert_eq!(begin(&Span::none(), Some(parent), None), None, "{parent}");
        }
    }
}
