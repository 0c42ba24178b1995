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

/// For a command line that selects nothing. The sentence does not name the flag that ends every session.
const NOTHING_SELECTED: &str = "name the sessions to end: --id ID for one session, or --profile PROFILE for those of a profile, \
     with --account, --person or --sid for fewer; `gatehouse sessions list` shows the values";

/// For a command line that ends every session, where nobody can be asked.
const NOT_CONFIRMED: &str =
    "this signs everybody out of every profile; run it at a terminal and confirm, or add --yes";

pub(super) fn sessions(
    cli: &Cli,
    command: &SessionsCommand,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    match command {
        SessionsCommand::List { which, format } => {
            let settings = sources::settings(cli, &[], terminal)?;
            let inputs = terminal.system_inputs();
            let selector = selector(which)?;
            let list = block_on(with_services(&settings, inputs, async move |services| {
                session_admin::list(services, selector, MOST_LISTED).await
            }))?;
            write_list(&list, *format, terminal)
        }
        SessionsCommand::End {
            id,
            which,
            all,
            yes,
            format,
        } => {
            let sessions = SessionsToEnd::named(*id, selector(which)?, *all)
                .map_err(|_| Failed::WrongUsage(NOTHING_SELECTED))?;
            let settings = sources::settings(cli, &[], terminal)?;
            let inputs = terminal.system_inputs();
            if sessions == SessionsToEnd::All && !yes {
                confirm_all(terminal)?;
            }
            // The audit stream says who was signed out by whom, in whichever process that happens.
            telemetry::install("warn,audit=info", settings.telemetry.format)
                .map_err(Failed::Said)?;
            let ended = block_on(with_services(&settings, inputs, async |services| {
                session_admin::end(services, &sessions).await
            }))?;
            write_ended(ended, *format, terminal)
        }
    }
}

/// Has somebody at the terminal confirm that everybody is signed out.
fn confirm_all(terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let Some(answers) = &mut terminal.answers else {
        return Err(Failed::WrongUsage(NOT_CONFIRMED));
    };
    write!(
        terminal.err,
        "This signs everybody out of every profile. Type yes to go on: "
    )?;
    terminal.err.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failed::Said("nothing was ended".to_owned()))
}

/// The object of `POST /sessions/end`, or a sentence.
fn write_ended(ended: u64, format: Format, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    if format == Format::Json {
        let json = serde_json::json!({ "ended": ended });
        return Ok(writeln!(terminal.out, "{json}")?);
    }
    let noun = counted(ended == 1);
    Ok(writeln!(terminal.out, "{ended} {noun} ended")?)
}

fn selector(which: &SessionFlags) -> Result<SessionSelector, Failed> {
    SessionSelector::typed(
        which.profile.clone(),
        which.person.as_deref(),
        which.sid.as_deref(),
        which.account.as_deref(),
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
            on_one_line(&session.person.to_string()),
            session.created_at.to_rfc3339(),
            session.seen_at.to_rfc3339(),
            on_one_line(session.user_agent.as_deref().unwrap_or_default())
        )?;
    }
    let count = list.sessions.len();
    Ok(writeln!(terminal.out, "{count} {}", counted(count == 1))?)
}

/// Text from outside that cannot pass for another line of the list.
fn on_one_line(text: &str) -> String {
    text.replace(['\n', '\t', '\u{2028}', '\u{2029}'], " ")
}

fn counted(one: bool) -> &'static str {
    if one { "session" } else { "sessions" }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::command::printable::Printable;
    use crate::config::report::rendering::Looks;
    use crate::domain::clock::{SystemClock, Timestamp};
    use crate::domain::identity::SubjectKey;
    use crate::domain::profile::ProfileId;
    use crate::domain::session::SessionId;
    use crate::flow::session_admin::SessionView;
    use crate::seal::OsRandom;

    #[test]
    fn a_hostile_subject_stays_on_its_line_of_the_list_and_steers_nothing() {
        let hostile = "ada\u{1b}[2J\u{9b}2J\nforged line\r";
        let at = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        let list = SessionList {
            sessions: vec![SessionView {
                name: None,
                network: None,
                id: SessionId::from_bytes([1; 16]),
                profile: ProfileId::parse("staff").unwrap(),
                person: SubjectKey::stored(hostile),
                created_at: at,
                seen_at: at,
                expires_at: at,
                user_agent: Some(hostile.to_owned()),
            }],
        };
        for format in [Format::Text, Format::Json] {
            let mut written = Vec::new();
            write_list(
                &list,
                format,
                &mut Terminal {
                    out: &mut Printable::new(&mut written, Looks::Plain),
                    err: &mut Vec::new(),
                    answers: None,
                    out_looks: Looks::Plain,
                    err_looks: Looks::Plain,
                    variables: BTreeMap::new(),
                    clock: Arc::new(SystemClock),
                    random: Arc::new(OsRandom),
                },
            )
            .unwrap();
            let text = String::from_utf8(written).unwrap();
            let odd = |letter: char| letter.is_control() && letter != '\n';
            assert!(!text.contains(odd), "{text:?}");
            assert!(!text.contains("\nforged"), "{text:?}");
        }
    }
}
