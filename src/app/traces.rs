//! Traces of a server, if its settings or the standard variables name a collector.

use crate::config::Settings;
use crate::http::HttpOptions;
use crate::telemetry::traces::{Traces, endpoint};

/// Prepares to send spans; `None` if nothing names a collector.
///
/// # Errors
/// When the collector's address or the CA file cannot be used, in one sentence.
pub fn traces(
    settings: &Settings,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Traces>, String> {
    let setting = settings.telemetry.otlp_endpoint.as_deref();
    let Some(endpoint) = endpoint(setting, variable) else {
        return Ok(None);
    };
    Traces::to(&endpoint, &HttpOptions::from(&settings.http)).map(Some)
}
