//! `serve`: runs the gateway until a signal stops it, or checks all that a start needs.

use std::sync::Arc;

use tracing_appender::non_blocking::ErrorCounter;

use crate::app::running::Running;
use crate::app::serve::{ServerDeps, start};
use crate::app::services::SystemInputs;
use crate::app::shutdown::Signals;
use crate::app::start_check::check_start;
use crate::app::traces::traces;
use crate::command::announcement::Announcement;
use crate::command::check::offline;
use crate::command::cli::{self, Cli, Format};
use crate::command::runtime::{block_on, run_to_end, runtime};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::{Settings, Sources};
use crate::domain::log_format::LogFormat;
use crate::domain::version::{COMMIT, VERSION};
use crate::telemetry;

/// Signals come first: one that arrives while settings and profiles are read must not kill the process.
pub(super) fn serve(
    cli: &Cli,
    serve: &cli::ServeArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let flags = [
        ("listen", &serve.listen),
        ("admin_listen", &serve.admin_listen),
    ];
    if serve.check {
        return check(&sources::with_flags(cli, &flags, terminal)?, terminal);
    }
    let runtime = runtime()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::take()
            .map_err(|error| Failed::Said(format!("cannot listen to signals: {error}")))?
    };
    let settings = sources::settings(cli, &flags, terminal)?;
    let logs = &settings.telemetry;
    let inputs = terminal.system_inputs();
    let traces = traces(&settings, &*inputs.environment).map_err(Failed::Said)?;
    let log = telemetry::install_in_background(&logs.log, logs.format, traces.as_ref())
        .map_err(Failed::Said)?;
    tracing::info!(
        version = VERSION,
        commit = COMMIT,
        traces = traces.is_some(),
        "starting"
    );
    let dropped = log.dropped_lines();
    let format = logs.format;
    let announce = |running: &Running| announce(running, format, terminal);
    run_to_end(runtime, run(settings, signals, inputs, dropped, announce))
}

async fn run(
    settings: Settings,
    signals: Signals,
    inputs: SystemInputs,
    dropped: ErrorCounter,
    announce: impl FnOnce(&Running),
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
    announce(&running);
    running
        .until_signal(signals)
        .await
        .map_err(|error| error.to_string())
}

/// Says where people reach the profiles: on standard output, or in the log if that is read by programs.
fn announce(running: &Running, format: LogFormat, terminal: &mut Terminal<'_>) {
    let profiles = running.serving();
    let announcement = Announcement {
        public: running.public,
        admin: running.private,
        folder: running.profiles_folder(),
        profiles: &profiles,
    };
    if format == LogFormat::Text {
        // A closed standard output does not stop the gateway.
        let _ = writeln!(terminal.out, "{}", announcement.text());
        let _ = terminal.out.flush();
        return;
    }
    for profile in &profiles {
        tracing::info!(profile.id = %profile.id, public_url = %profile.public_url, "serving a profile");
    }
    if let Some(sentence) = announcement.plain_http() {
        tracing::info!("{sentence}");
    }
    for sentence in announcement.warnings() {
        tracing::warn!("{sentence}");
    }
}

/// `serve --check`: what `check` shows, and then everything else that a start needs.
fn check(sources: &Sources, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let all = cli::CheckArgs {
        online: false,
        format: Format::Text,
        files: Vec::new(),
    };
    let told = offline::check_sources(sources, &all, terminal);
    if !matches!(told, Ok(()) | Err(Failed::Told)) {
        return told;
    }
    // `check` has shown the problems of the settings.
    let settings = Settings::read(sources).map_err(|_| Failed::Told)?;
    let inputs = terminal.system_inputs();
    let report = block_on(async { Ok(check_start(&settings, &inputs).await) })?;
    for found in &report.good {
        writeln!(terminal.out, "ok: {found}")?;
    }
    for problem in &report.bad {
        writeln!(terminal.err, "error: {problem}")?;
    }
    told?;
    if report.bad.is_empty() {
        Ok(())
    } else {
        Err(Failed::Told)
    }
}
