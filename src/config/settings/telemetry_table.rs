//! The table `[telemetry]`.

use url::Url;

use crate::config::settings::options::Telemetry;
use crate::config::settings::reader::Reader;
use crate::domain::log_format::LogFormat;

impl Reader<'_> {
    pub(super) fn telemetry(&mut self) -> Option<Telemetry> {
        let log = self
            .text("telemetry.log")
            .unwrap_or_else(|| "info".to_owned());
        let format = match self.text("telemetry.format").as_deref() {
            None | Some("text") => Some(LogFormat::Text),
            Some("json") => Some(LogFormat::Json),
            Some(other) => {
                let what = format!("{other:?} is not a known value");
                self.0
                    .fault("telemetry.format", what, "\"text\" or \"json\"");
                None
            }
        };
        let access_log = self.boolean("telemetry.access_log", true);
        let otlp_endpoint = self.text("telemetry.otlp_endpoint");
        if otlp_endpoint.as_deref().is_some_and(|text| !is_base(text)) {
            self.0.fault(
                "telemetry.otlp_endpoint",
                "is not the base address of a collector",
                "http:// or https:// with a host, without user, query and fragment, such as \"http://collector:4318\"; credentials belong in OTEL_EXPORTER_OTLP_HEADERS",
            );
        }
        Some(Telemetry {
            log,
            format: format?,
            access_log: access_log?,
            otlp_endpoint,
        })
    }
}

/// Whether a path can be put behind the text.
fn is_base(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_has_no_credentials_and_nothing_behind_its_path() {
        for good in ["http://collector:4318", "https://otel.example/tenant/"] {
            assert!(is_base(good), "{good}");
        }
        for bad in [
            "collector:4318",
            "grpc://collector:4317",
            "http://user:secret@collector",
            "http://collector?x=1",
            "http://collector#x",
            "",
        ] {
            assert!(!is_base(bad), "{bad}");
        }
    }
}
