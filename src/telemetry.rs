//! Installs the tracing subscriber and the metrics recorder. Traces are in `telemetry/traces.rs`.

pub mod traces;

use std::io::IsTerminal as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use tracing::Subscriber;
use tracing::field::Field;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{FormatFields, Writer, debug_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::domain::log_format::LogFormat;
use crate::measure::describe::metrics_of_process;
use crate::measure::metric::BUCKETS;
use crate::telemetry::traces::Traces;

/// Lines that wait for whoever reads the log; further ones are dropped and counted.
const WAITING_LINES: usize = 16_384;
/// How often the samples of histograms are put into their buckets.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// Time for the lines that wait when the process ends.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Logs to standard error, line by line. `RUST_LOG` wins over `directives`.
///
/// # Errors
/// When the directives cannot be read, in one sentence.
pub fn install(directives: &str, format: LogFormat) -> Result<(), String> {
    install_on(directives, format, std::io::stderr, None)
}

/// The same from a thread of its own, and with traces if there are any: a reader of the log that stands still holds up neither requests nor a stop. Lines
/// are written as long as the returned value lives.
///
/// # Errors
/// When the directives cannot be read, in one sentence.
pub fn install_in_background(
    directives: &str,
    format: LogFormat,
    traces: Option<&Traces>,
) -> Result<BackgroundLog, String> {
    let (writer, worker) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(std::io::stderr());
    let log = BackgroundLog {
        dropped: writer.error_counter(),
        worker: Some(worker),
    };
    install_on(directives, format, writer, traces)?;
    Ok(log)
}

/// The thread that writes the log.
#[derive(Debug)]
pub struct BackgroundLog {
    dropped: ErrorCounter,
    worker: Option<WorkerGuard>,
}

impl BackgroundLog {
    /// Lines that were dropped because nobody read the log.
    pub fn dropped_lines(&self) -> ErrorCounter {
        self.dropped.clone()
    }
}

impl Drop for BackgroundLog {
    /// Waits for the lines that are not written yet, but not for a reader that stands still.
    fn drop(&mut self) {
        let worker = self.worker.take();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            drop(worker);
            let _ = tell.send(());
        });
        let _ = told.recv_timeout(LAST_LINES);
    }
}

fn install_on<W>(
    directives: &str,
    format: LogFormat,
    writer: W,
    traces: Option<&Traces>,
) -> Result<(), String>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let said = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty());
    let (source, text) = said
        .as_deref()
        .map_or(("telemetry.log", directives), |text| ("RUST_LOG", text));
    let filter = filter(text).map_err(|error| format!("{source}: {error}"))?;
    let colour = std::io::stderr().is_terminal();
    // A second installation in one process keeps the first.
    let _ = match traces {
        // One filter for everything: what is not logged costs next to nothing.
        None => tracing_subscriber::registry()
            .with(filter)
            .with(lines(format, writer, colour))
            .try_init(),
        // Spans are wanted whatever is logged.
        Some(traces) => tracing_subscriber::registry()
            .with(lines(format, writer, colour).with_filter(filter))
            .with(traces.layer())
            .try_init(),
    };
    Ok(())
}

/// `actix_server` logs the start of each thread, so its level is `warn`. `notify` logs every write to a watched folder; with
/// the log file in that folder, its trace lines would cause further lines without end, so its level is at most `info`.
fn filter(text: &str) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
    let ours = |directive: &&str| !directive.trim_start().starts_with("notify");
    let asked: Vec<_> = text.split(',').filter(ours).collect();
    let asked = asked.join(",");
    EnvFilter::try_new(format!("actix_server=warn,{asked},notify=info"))
}

/// One line for each event, with all control characters escaped.
fn lines<S, W>(format: LogFormat, writer: W, colour: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text => lines.with_ansi(colour).fmt_fields(on_one_line()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    }
}

/// Fields as `name=value`, with line breaks and terminal control sequences escaped; JSON escapes them by itself.
fn on_one_line() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    let write = |writer: &mut Writer<'_>, field: &Field, value: &dyn std::fmt::Debug| {
        if field.name() != "message" {
            write!(writer, "{}=", field.name())?;
        }
        for letter in format!("{value:?}").chars() {
            if letter.is_control() {
                write!(writer, "{}", letter.escape_default())?;
            } else {
                writer.write_char(letter)?;
            }
        }
        Ok(())
    };
    debug_fn(write).delimited(" ")
}

/// The metrics of the process.
#[derive(Clone)]
pub struct RecordedMetrics {
    recorder: PrometheusHandle,
    process: Collector,
}

impl RecordedMetrics {
    /// Prometheus text, with the process's own figures of now.
    pub fn render(&self) -> String {
        self.process.collect();
        self.recorder.render()
    }
}

/// Collects the metrics of the process; a second call finds the recorder taken and renders its own, empty one.
pub fn record_metrics() -> RecordedMetrics {
    // The buckets are not empty and the name of the suffix is plain, so the builder takes them.
    let builder = PrometheusBuilder::new();
    let builder = match builder.set_buckets(&BUCKETS) {
        Ok(builder) => builder,
        Err(_) => PrometheusBuilder::new(),
    };
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_ok() {
        metrics_of_process();
        let samples = handle.clone();
        // Without this the samples of histograms wait in memory for a scrape that may never come.
        let _ = thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                loop {
                    thread::sleep(UPKEEP_EVERY);
                    samples.run_upkeep();
                }
            });
    }
    RecordedMetrics {
        recorder: handle,
        process: Collector::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct CapturedLines(Arc<Mutex<Vec<u8>>>);

    impl Write for CapturedLines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(format: LogFormat, tell: impl FnOnce()) -> String {
        let kept = CapturedLines::default();
        let writer = kept.clone();
        let lines = lines(format, move || writer.clone(), false);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), tell);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    // proves: B178
    #[test]
    fn what_strangers_send_stays_on_its_line() {
        let hostile = "name\n2026-11-21T12:00:00Z  INFO audit: forged\r\u{1b}[31m \"quoted\" \0";
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = written(format, || {
                tracing::info!(agent = hostile, person = %hostile, debug = ?hostile, "an event: {hostile}");
            });
            let odd = |letter: char| letter.is_control() && letter != '\n';
            assert_eq!(text.matches('\n').count(), 1, "{format:?}: {text:?}");
            assert!(!text.contains(odd), "{format:?}: {text:?}");
        }
    }

    #[test]
    fn the_file_watcher_never_logs_single_writes_even_at_trace_level() {
        for asked in ["trace", "info,notify=trace", "notify::inotify=trace,debug"] {
            let kept = CapturedLines::default();
            let writer = kept.clone();
            let lines = lines(LogFormat::Text, move || writer.clone(), false);
            let all = tracing_subscriber::registry().with(filter(asked).unwrap());
            tracing::subscriber::with_default(all.with(lines), || {
                tracing::trace!(target: "notify::inotify", "inotify event");
                tracing::debug!(target: "notify", "event");
                tracing::info!(target: "gatehouse", "kept");
            });
            let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            assert!(
                !text.contains("event") && text.contains("kept"),
                "{asked}: {text}"
            );
        }
    }

    // proves: B172
    #[test]
    fn json_lines_have_time_level_target_and_fields_of_their_own() {
        let text = written(LogFormat::Json, || {
            tracing::info!(target: "audit", event = "sign_in", profile.id = "staff", "signed in");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["target"], "audit");
        assert_eq!(line["event"], "sign_in");
        assert_eq!(line["profile.id"], "staff");
    }
}
