//! The seam to the running gateway: commands that need a server, a database or a network.
//!
//! Here, and nowhere else of `command`, a runtime is made and the composition root is called.

use std::sync::Arc;

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::app;
use crate::app::shutdown::Signals;
use crate::command::check::online;
use crate::command::cli::SessionFlags;
use crate::command::terminal::Failed;
use crate::config::Settings;
use crate::config::settings::options::LogFormat;
use crate::domain::clock::{Clock, Random, SystemClock};
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::flow::session_admin::{Which as Ended, end_for_operator};
use crate::seal::OsRandom;
use crate::store::{SessionFilter, SessionSummary};
use crate::telemetry;

/// Sessions of one list at most.
const ON_A_LIST: u32 = 10_000;

/// One question of `check --online`, answered.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// What was asked: `metadata`, `issuer`, `keys`, `clock`, `credential`.
    pub question: String,
    /// Whether all is well.
    pub good: bool,
    /// What was found, or what is wrong.
    pub sentence: String,
    /// What to do about it, if anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// One session in a list. No handle, no token: nothing of it opens anything.
#[derive(Debug, Clone, Serialize)]
pub struct ListedSession {
    /// Its id.
    pub id: String,
    /// The profile.
    pub profile: String,
    /// The person's key, for `--person`.
    pub person: String,
    /// When it began, RFC 3339.
    pub created_at: String,
    /// When it was last used, RFC 3339.
    pub seen_at: String,
    /// When it ends whatever happens, RFC 3339.
    pub expires_at: String,
    /// The browser, as it named itself.
    pub browser: String,
}

fn means() -> (Arc<dyn Clock>, Arc<dyn Random>) {
    (Arc::new(SystemClock), Arc::new(OsRandom))
}

fn said(sentence: String) -> Failed {
    Failed::Said(sentence)
}

fn log_format(settings: &Settings) -> telemetry::Format {
    match settings.telemetry.format {
        LogFormat::Text => telemetry::Format::Text,
        LogFormat::Json => telemetry::Format::Json,
    }
}

fn runtime() -> Result<Runtime, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.map_err(|error| said(format!("cannot start threads: {error}")))
}

/// Runs a command to its end on a runtime of its own.
fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, Failed> {
    run_to_end(runtime()?, work)
}

/// A name that is being looked up, or a file of a network that hangs, holds nothing up at the end.
fn run_to_end<T>(
    runtime: Runtime,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, Failed> {
    let done = runtime.block_on(work).map_err(said);
    runtime.shutdown_background();
    done
}

/// Runs the gateway until it is told to stop. Signals come first: one that arrives while settings and profiles are read
/// must not kill the process.
///
/// # Errors
/// One sentence that says why it cannot start.
pub fn serve(settings: impl FnOnce() -> Result<Settings, Failed>) -> Result<(), Failed> {
    let runtime = runtime()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::take().map_err(|error| said(format!("cannot listen to signals: {error}")))?
    };
    let settings = settings()?;
    telemetry::install(&settings.telemetry.log, log_format(&settings)).map_err(said)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let (clock, random) = means();
    run_to_end(
        runtime,
        app::commands::serve(settings, signals, clock, random),
    )
}

/// Runs gateway, simulator and all kinds on loopback.
///
/// # Errors
/// One sentence that says why it cannot start.
#[cfg(feature = "demo")]
pub fn demo(port: u16, announce: impl FnOnce(&str)) -> Result<(), Failed> {
    telemetry::install("warn", telemetry::Format::Text).map_err(said)?;
    let ports = crate::demo::Ports::from(port).map_err(said)?;
    let (clock, random) = means();
    block_on(crate::demo::run(ports, clock, random, announce))
}

/// Brings the database to this version's form.
///
/// # Errors
/// One sentence that says why not.
pub fn migrate(settings: &Settings) -> Result<(), Failed> {
    let (clock, random) = means();
    block_on(app::commands::migrate(settings, clock, random))
}

/// The sessions that match.
///
/// # Errors
/// One sentence that says why they cannot be read.
pub fn list_sessions(
    settings: &Settings,
    which: &SessionFlags,
) -> Result<Vec<ListedSession>, Failed> {
    let (clock, random) = means();
    let filter = SessionFilter {
        profile: which.profile.clone(),
        person: which.person.as_deref().map(SubjectKey::stored),
        sid: which.sid.clone(),
        limit: ON_A_LIST,
    };
    block_on(async {
        let services = app::commands::services(settings, clock, random)?;
        let listed = services.store.list(&filter).await;
        services.store.close().await;
        listed
            .map(|found| found.into_iter().map(listed_session).collect())
            .map_err(|error| app::commands::with_causes(&error))
    })
}

fn listed_session(session: SessionSummary) -> ListedSession {
    ListedSession {
        id: session.id.to_string(),
        profile: session.profile.to_string(),
        person: session.person.to_string(),
        created_at: session.created_at.to_rfc3339(),
        seen_at: session.seen_at.to_rfc3339(),
        expires_at: session.expires_at.to_rfc3339(),
        browser: session.user_agent.unwrap_or_default(),
    }
}

/// Ends the sessions that match; how many there were.
///
/// # Errors
/// One sentence that says why they cannot be ended.
pub fn end_sessions(settings: &Settings, which: &SessionFlags) -> Result<u64, Failed> {
    let ended = match (which.profile.clone(), &which.person, &which.sid) {
        (None, None, None) => Ended::All,
        (Some(profile), None, None) => Ended::Profile(profile),
        (Some(profile), Some(person), None) => Ended::Person(profile, SubjectKey::stored(person)),
        (Some(profile), None, Some(sid)) => Ended::Sid(profile, sid.clone()),
        _ => {
            return Err(said(
                "a person or a sid is of one profile: name it with --profile, and one of the two"
                    .to_owned(),
            ));
        }
    };
    // The audit stream tells who was signed out by whom, on whichever process.
    telemetry::install("warn,audit=info", log_format(settings)).map_err(said)?;
    let (clock, random) = means();
    block_on(async {
        let services = app::commands::services(settings, clock, random)?;
        let count = end_for_operator(&services, &ended).await;
        services.store.close().await;
        count.map_err(|error| app::commands::with_causes(&error))
    })
}

/// Asks the authorities of these profiles; the answers of one profile stand together.
///
/// # Errors
/// One sentence that says why nobody can be asked at all.
pub fn ask_authorities(
    settings: &Settings,
    profiles: &[Arc<Profile>],
) -> Result<Vec<(ProfileId, Vec<Answer>)>, Failed> {
    let (clock, random) = means();
    block_on(async {
        let authorities = app::commands::authorities(settings, &clock, &random)?;
        let mut all = Vec::new();
        for profile in profiles {
            all.push((profile.id.clone(), online::ask(&authorities, profile).await));
        }
        Ok(all)
    })
}
