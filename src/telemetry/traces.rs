//! Sends spans to a collector (OTLP over HTTP with protobuf), from a thread and a runtime of their own: a collector that is down or
//! hangs holds up neither requests nor a stop. What does not fit into the queue is dropped.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Runtime;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::http::{HttpOptions, OutboundClient};
use crate::measure::{spans, trace_context};

/// Time for the spans that wait when the process ends.
const LAST_SPANS: Duration = Duration::from_secs(2);
/// Time for one call to the collector.
const CALL: Duration = Duration::from_secs(5);
/// Where a collector takes spans, below its base address.
const PATH: &str = "/v1/traces";

/// Where spans go: the setting, or else the standard variables.
///
/// `OTEL_SDK_DISABLED=true` and `OTEL_TRACES_EXPORTER=none` switch the variables off, not the setting.
pub fn endpoint(
    setting: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let below = |base: &str| format!("{}{PATH}", base.trim_end_matches('/'));
    if let Some(base) = setting {
        return Some(below(base));
    }
    let said = |name: &str| variable(name).filter(|text| !text.is_empty());
    let off = said("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
        || said("OTEL_TRACES_EXPORTER").is_some_and(|text| text == "none");
    if off {
        return None;
    }
    said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        .or_else(|| said("OTEL_EXPORTER_OTLP_ENDPOINT").map(|base| below(&base)))
}

/// The spans of the process, on their way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
    runtime: Option<Runtime>,
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traces")
    }
}

impl Traces {
    /// Prepares to send spans to `endpoint`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address or the CA file cannot be used, in one sentence.
    pub fn to(endpoint: &str, options: &HttpOptions) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("traces")
            .enable_all()
            .build()
            .map_err(|error| format!("cannot start threads: {error}"))?;
        let client = {
            let _inside = runtime.enter();
            OutboundClient::new(options).map_err(|error| format!("http: {error}"))?
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint)
            .with_timeout(CALL)
            .with_http_client(Collector {
                client,
                failed: AtomicBool::new(false),
            })
            .build()
            .map_err(|error| format!("telemetry.otlp_endpoint: {error}"))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource())
            .build();
        trace_context::switch_on();
        Ok(Self {
            provider,
            runtime: Some(runtime),
        })
    }

    /// The layer that turns spans into spans of the trace. Events are left out: log lines have a way of their own, and hold
    /// what no span may hold.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer: SdkTracer = self.provider.tracer("gatehouse");
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_level(false)
            .with_filter(filter_fn(is_ours))
    }
}

/// Spans of requests, and of what they wait for.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && (metadata.target() == spans::TARGET || metadata.target().starts_with("gatehouse::web"))
}

impl Drop for Traces {
    /// Sends the spans that wait, but does not wait for a collector that hangs.
    fn drop(&mut self) {
        let _ = self.provider.shutdown_with_timeout(LAST_SPANS);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The process, as traces name it. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win.
fn resource() -> Resource {
    let named = |name: &str, part: &str| {
        std::env::var(name).is_ok_and(|text| !text.is_empty() && text.contains(part))
    };
    let resource = Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if named("OTEL_SERVICE_NAME", "") || named("OTEL_RESOURCE_ATTRIBUTES", "service.name=") {
        return resource.build();
    }
    resource.with_service_name("gatehouse").build()
}

/// Calls to the collector, with our own client.
#[derive(Debug)]
struct Collector {
    client: OutboundClient,
    /// Whether the last call failed.
    failed: AtomicBool,
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(request).await;
        let outcome = match &sent {
            Ok(response) if response.status().is_success() => "sent",
            _ => "failed",
        };
        metrics::counter!("gatehouse_trace_exports_total", "outcome" => outcome).increment(1);
        let failed = outcome == "failed";
        // Once for each outage, and nothing of the address: it can hold a password.
        if failed && !self.failed.swap(failed, Ordering::Relaxed) {
            let status = sent
                .as_ref()
                .ok()
                .map(|response| response.status().as_u16());
            tracing::warn!(
                status,
                "the collector does not take spans; they are dropped"
            );
        }
        if !failed && self.failed.swap(failed, Ordering::Relaxed) {
            tracing::info!("the collector takes spans again");
        }
        sent
    }
}

impl Collector {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let request = self
            .client
            .client()
            .request(head.method, head.uri.to_string())
            .headers(head.headers)
            .timeout(CALL)
            .body(body);
        let sent = self.client.send(request).await;
        let response = sent.map_err(reqwest::Error::without_url)?;
        let status = response.status();
        // What it answers is of no use here, and not worth waiting for.
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(setting: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        endpoint(setting, &|name| {
            let mut all = variables.iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn spans_go_where_the_setting_or_else_the_standard_variables_say() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
        let exact = (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "http://traces:4318/here",
        );
        assert_eq!(found(None, &[]), None);
        assert_eq!(found(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), None);
        let below = |base: &str| Some(format!("{base}/v1/traces"));
        assert_eq!(found(None, &[base]), below("http://collector:4318"));
        assert_eq!(found(None, &[base, exact]).unwrap(), exact.1);
        assert_eq!(
            found(Some("http://own:1"), &[base, exact]),
            below("http://own:1")
        );
        assert_eq!(found(None, &[base, ("OTEL_SDK_DISABLED", "true")]), None);
        assert_eq!(found(None, &[base, ("OTEL_TRACES_EXPORTER", "none")]), None);
    }
}
