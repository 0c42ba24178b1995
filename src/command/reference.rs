//! `completions` and `man`: shell completions and manual pages, made from the command line itself.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::command::cli::Cli;
use crate::command::terminal::{Failed, Terminal};

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gatehouse", &mut script);
    Ok(terminal.out.write_all(&script)?)
}

/// Writes `gatehouse.1` and a page for each command, such as `gatehouse-serve.1`.
pub(super) fn manual(folder: &Path, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let failed = |fault: std::io::Error| {
        Failed::Said(format!("cannot write to {}: {fault}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    let folder = folder.display();
    Ok(writeln!(
        terminal.out,
        "wrote the manual pages to {folder}; read them with `man -l {folder}/gatehouse.1`"
    )?)
}
