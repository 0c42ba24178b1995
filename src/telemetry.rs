//! Installs the tracing subscriber and the metrics recorder. Imports nothing of ours.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use std::io::IsTerminal as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Logs to standard error. `RUST_LOG` wins over `directives`.
///
/// # Errors
/// When the directives cannot be read, in one sentence.
pub fn install(directives: &str, format: Format) -> Result<(), String> {
    let said = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let (source, text) = said.as_deref().map_or(("telemetry.log", directives), |text| ("RUST_LOG", text));
    // The framework tells each of its threads at start; that is news to nobody.
    let text = format!("actix_server=warn,{text}");
    let filter = EnvFilter::try_new(text).map_err(|error| format!("{source}: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // A second installation in one process keeps the first.
    let _ = match format {
        Format::Text => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    Ok(())
}

/// Collects the metrics of the process; a second call finds the recorder taken and renders its own, empty one.
pub fn record_metrics() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _ = metrics::set_global_recorder(recorder);
    handle
}
