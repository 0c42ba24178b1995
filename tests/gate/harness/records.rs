//! What the process logs and counts, for tests that look: one recorder for all tests of a process.

use std::sync::{Arc, Mutex, OnceLock};

use gatehouse::telemetry::RecordedMetrics;

static LINES: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
static METRICS: OnceLock<RecordedMetrics> = OnceLock::new();

struct Writer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Begins to record. Call it before gatehouse starts.
pub fn record() {
    METRICS.get_or_init(gatehouse::telemetry::record_metrics);
    LINES.get_or_init(|| {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        // Everything that any crate says, in whichever way: what reaches no test could hide a secret.
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || Writer(Arc::clone(&kept)))
            .init();
        lines
    });
}

/// Whether no other test shares this process, as under nextest: what must not be there can only be looked for then.
pub fn alone() -> bool {
    std::env::var("NEXTEST_EXECUTION_MODE").is_ok_and(|mode| mode == "process-per-test")
}

/// Every line so far, of every crate and level.
pub fn log() -> String {
    let bytes = LINES
        .get()
        .expect("record() comes first")
        .lock()
        .unwrap()
        .clone();
    String::from_utf8(bytes).unwrap()
}

/// Audit events so far that `fits`.
pub fn audit(fits: impl Fn(&serde_json::Value) -> bool) -> Vec<serde_json::Value> {
    let text = log();
    let events = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    events
        .filter(|event| event["target"] == "audit" && fits(event))
        .collect()
}

/// The sum of a metric's samples whose labels hold all of `labels`.
pub fn metric(name: &str, labels: &[&str]) -> f64 {
    let text = METRICS.get().expect("record() comes first").render();
    let sample = |line: &str| {
        let (series, value) = line.rsplit_once(' ')?;
        let named = series.split('{').next() == Some(name);
        (named && labels.iter().all(|label| series.contains(label)))
            .then(|| value.parse::<f64>().ok())?
    };
    text.lines().filter_map(sample).sum()
}

/// The metrics as a scrape sees them; empty without [`record`].
pub fn rendered() -> String {
    METRICS
        .get()
        .map(RecordedMetrics::render)
        .unwrap_or_default()
}
