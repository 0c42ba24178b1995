//! `migrate`: brings the database to this version's schema.

use crate::app::commands;
use crate::command::cli::Cli;
use crate::command::runtime::block_on;
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};

/// Says which steps were taken, or that there was nothing to do.
pub(super) fn migrate(cli: &Cli, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let settings = sources::settings(cli, &[], terminal)?;
    let change = block_on(commands::migrate(&settings, &terminal.system_inputs()))?;
    if change.took_over {
        writeln!(
            terminal.out,
            "took over the tables of an earlier release, which are step 1"
        )?;
    }
    for (number, description) in &change.taken {
        writeln!(terminal.out, "took step {number}: {description}")?;
    }
    let version = change.version;
    let state = if change.taken.is_empty() && !change.took_over {
        "was up to date already"
    } else {
        "is up to date now"
    };
    Ok(writeln!(
        terminal.out,
        "the schema {state} (version {version})"
    )?)
}
