//! `sessions list` and `sessions end`.

use crate::command::cli::{Cli, Format, SessionFlags, SessionsCommand};
use crate::command::terminal::{Failed, Terminal};
use crate::command::{runtime, sources};

pub(super) fn sessions(
    cli: &Cli,
    command: &SessionsCommand,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let settings = sources::settings(cli, &[], terminal)?;
    match command {
        SessionsCommand::List { which, format } => {
            let listed = runtime::list_sessions(&settings, which)?;
            if *format == Format::Json {
                let json = serde_json::json!({ "sessions": listed });
                return Ok(writeln!(terminal.out, "{json:#}")?);
            }
            for session in &listed {
                writeln!(
                    terminal.out,
                    "{}  {}  {}  since {}  seen {}  {}",
                    session.id,
                    session.profile,
                    session.person,
                    session.created_at,
                    session.seen_at,
                    session.browser
                )?;
            }
            let count = listed.len();
            Ok(writeln!(terminal.out, "{count} {}", counted(count == 1))?)
        }
        SessionsCommand::End { which, all } => {
            let which = if *all {
                &SessionFlags::default()
            } else {
                which
            };
            let ended = runtime::end_sessions(&settings, which)?;
            Ok(writeln!(
                terminal.out,
                "{ended} {} ended",
                counted(ended == 1)
            )?)
        }
    }
}

fn counted(one: bool) -> &'static str {
    if one { "session" } else { "sessions" }
}
