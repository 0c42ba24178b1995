//! `sessions list` and `sessions end`: straight at the store, with what the admin listener shows and ends.

use crate::app::commands::with_services;
use crate::command::cli::{Cli, Format, SessionFlags, SessionsCommand};
use crate::command::runtime::block_on;
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::flow::session_admin::{self, SessionList, SessionSelector, SessionsToEnd};
use crate::telemetry;

/// Sessions of one list at most.
const MOST_LISTED: u32 = 10_000;

pub(super) fn sessions(
    cli: &Cli,
    command: &SessionsCommand,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let settings = sources::settings(cli, &[], terminal)?;
    let inputs = terminal.system_inputs();
    match command {
        SessionsCommand::List { which, format } => {
            let selector = selector(which)?;
            let list = block_on(with_services(&settings, inputs, async move |services| {
                session_admin::list(services, selector, MOST_LISTED).await
            }))?;
            write_list(&list, *format, terminal)
        }
        SessionsCommand::End { id, which, all } => {
            let sessions = SessionsToEnd::named(*id, selector(which)?, *all)
                .map_err(|error| Failed::Said(error.to_string()))?;
            // The audit stream says who was signed out by whom, in whichever process that happens.
            telemetry::install("warn,audit=info", settings.telemetry.format)
                .map_err(Failed::Said)?;
            let ended = block_on(with_services(&settings, inputs, async |services| {
                session_admin::end(services, &sessions).await
            }))?;
            let noun = counted(ended == 1);
            Ok(writeln!(terminal.out, "{ended} {noun} ended")?)
        }
    }
}

fn selector(which: &SessionFlags) -> Result<SessionSelector, Failed> {
    SessionSelector::typed(
        which.profile.clone(),
        which.person.as_deref(),
        which.sid.as_deref(),
    )
    .map_err(|error| Failed::Said(error.to_string()))
}

fn write_list(
    list: &SessionList,
    format: Format,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    if format == Format::Json {
        let json = serde_json::json!(list);
        return Ok(writeln!(terminal.out, "{json:#}")?);
    }
    for session in &list.sessions {
        writeln!(
            terminal.out,
            "{}  {}  {}  since {}  seen {}  {}",
            session.id,
            session.profile,
            session.person,
            session.created_at.to_rfc3339(),
            session.seen_at.to_rfc3339(),
            session.user_agent.as_deref().unwrap_or_default()
        )?;
    }
    let count = list.sessions.len();
    Ok(writeln!(terminal.out, "{count} {}", counted(count == 1))?)
}

fn counted(one: bool) -> &'static str {
    if one { "session" } else { "sessions" }
}
