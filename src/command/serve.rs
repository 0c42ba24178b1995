//! `serve`: runs the gateway until a signal stops it.

use std::sync::Arc;

use tracing_appender::non_blocking::ErrorCounter;

use crate::app::serve::{ServerDeps, start};
use crate::app::services::SystemInputs;
use crate::app::shutdown::Signals;
use crate::command::cli::{self, Cli};
use crate::command::runtime::{run_to_end, runtime};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::Settings;
use crate::telemetry;

/// Signals come first: one that arrives while settings and profiles are read must not kill the process.
pub(super) fn serve(
    cli: &Cli,
    serve: &cli::ServeArgs,
    terminal: &Terminal<'_>,
) -> Result<(), Failed> {
    let runtime = runtime()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::take()
            .map_err(|error| Failed::Said(format!("cannot listen to signals: {error}")))?
    };
    let flags = [
        ("listen", &serve.listen),
        ("admin_listen", &serve.admin_listen),
    ];
    let settings = sources::settings(cli, &flags, terminal)?;
    let logs = &settings.telemetry;
    let log = telemetry::install_in_background(&logs.log, logs.format).map_err(Failed::Said)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let (inputs, dropped) = (terminal.system_inputs(), log.dropped_lines());
    run_to_end(runtime, run(settings, signals, inputs, dropped))
}

async fn run(
    settings: Settings,
    signals: Signals,
    inputs: SystemInputs,
    dropped: ErrorCounter,
) -> Result<(), String> {
    let recorder = telemetry::record_metrics();
    let deps = ServerDeps {
        clock: inputs.clock,
        random: inputs.random,
        environment: inputs.environment,
        public: None,
        private: None,
        workers: None,
        metrics: Arc::new(move || {
            let dropped = u64::try_from(dropped.dropped_lines()).unwrap_or(u64::MAX);
            metrics::counter!("gatehouse_log_lines_dropped_total").absolute(dropped);
            recorder.render()
        }),
        follow_database_clock: true,
    };
    let running = start(settings, deps)
        .await
        .map_err(|error| error.to_string())?;
    tracing::info!(public = %running.public, admin = %running.private, "listening");
    running
        .until_signal(signals)
        .await
        .map_err(|error| error.to_string())
}
