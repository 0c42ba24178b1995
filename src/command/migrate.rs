//! `migrate`: brings the database to this version's schema.

use crate::app::commands;
use crate::command::cli::Cli;
use crate::command::runtime::block_on;
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};

pub(super) fn migrate(cli: &Cli, terminal: &Terminal<'_>) -> Result<(), Failed> {
    let settings = sources::settings(cli, &[], terminal)?;
    block_on(commands::migrate(&settings, &terminal.system_inputs()))
}
