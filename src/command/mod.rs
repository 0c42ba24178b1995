//! Layer 4, beside `app`: what an operator types.
//!
//! The offline commands stand here whole; those that need a running gateway, a database or a network go through
//! [`mod@run`]. Output, time, randomness and the environment arrive as arguments.

mod check;
pub mod cli;
mod env_file;
mod explain;
mod explain_rows;
mod import;
mod import_apis;
mod import_text;
pub mod init;
mod keys;
mod online;
mod place;
pub mod registration;
pub mod run;
mod sessions;
#[cfg(feature = "demo")]
mod simulator;
mod write_new;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};

use clap::Parser;

use crate::config::report::{self, Looks};
use crate::config::{FolderError, Problem};
use crate::domain::clock::{Clock, Random};

/// Worked.
pub const SUCCESS: u8 = 0;
/// Did not work; the reason was told.
pub const FAILURE: u8 = 1;
/// Wrong usage.
pub const USAGE: u8 = 2;

/// What a command may use of the world outside.
pub struct Terminal<'a> {
    /// Standard output: answers.
    pub out: &'a mut dyn Write,
    /// Standard error: problems.
    pub err: &'a mut dyn Write,
    /// How answers look.
    pub out_looks: Looks,
    /// How problems look.
    pub err_looks: Looks,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Where keys come from.
    pub random: &'a dyn Random,
}

/// Why a command did not work.
#[derive(Debug)]
pub enum Failed {
    /// One sentence for standard error.
    Said(String),
    /// Problems of files, variables or flags.
    Problems(Vec<Problem>),
    /// Everything was told already.
    Told,
}

impl From<io::Error> for Failed {
    fn from(fault: io::Error) -> Self {
        // Whoever reads has had enough, as `head` has: nobody is left to tell.
        if fault.kind() == io::ErrorKind::BrokenPipe {
            return Self::Told;
        }
        Self::Said(format!("cannot write: {fault}"))
    }
}

impl From<FolderError> for Failed {
    fn from(fault: FolderError) -> Self {
        Self::Said(format!(
            "{fault}; name another with --profiles, or begin with `gatehouse init`"
        ))
    }
}

impl From<fmt::Error> for Failed {
    fn from(_: fmt::Error) -> Self {
        Self::Said("cannot write".to_owned())
    }
}

/// Reads the command line and does what it says; the exit code is returned, everything else is told.
pub fn run(arguments: impl IntoIterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    let cli = match cli::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => return tell_usage(&usage, terminal),
    };
    match dispatch(&cli, terminal) {
        Ok(()) => SUCCESS,
        Err(failed) => {
            tell(&failed, terminal);
            FAILURE
        }
    }
}

fn dispatch(cli: &cli::Cli, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    use cli::Command;
    match &cli.command {
        Command::Serve(serve) => {
            let flags = [
                ("listen", &serve.listen),
                ("admin_listen", &serve.admin_listen),
            ];
            run::serve(|| place::settings(cli, &flags, terminal))
        }
        #[cfg(feature = "demo")]
        Command::Demo(demo) => {
            let out = &mut *terminal.out;
            run::demo(demo.port, |text| {
                // A closed terminal does not stop the demo.
                let _ = writeln!(out, "{text}");
            })
        }
        #[cfg(feature = "demo")]
        Command::Simulator(arguments) => simulator::simulator(arguments, terminal),
        Command::Check(check) => check::check(cli, check, terminal),
        Command::Explain(explain) => explain::explain(cli, explain, terminal),
        Command::Init(init) => init::init(cli, init, terminal),
        Command::Import(import) => import::import(cli, import, terminal),
        Command::Sessions(sessions) => sessions::sessions(cli, sessions, terminal),
        Command::Keys(cli::Keys::New) => keys::new(terminal),
        Command::Migrate => run::migrate(&place::settings(cli, &[], terminal)?),
    }
}

/// Help and version are answers; anything else is wrong usage.
fn tell_usage(usage: &clap::Error, terminal: &mut Terminal<'_>) -> u8 {
    let styled = usage.render();
    let wanted = !usage.use_stderr();
    let (to, looks): (&mut dyn Write, Looks) = if wanted {
        (terminal.out, terminal.out_looks)
    } else {
        (terminal.err, terminal.err_looks)
    };
    let text = match looks {
        Looks::Terminal { color: true } => styled.ansi().to_string(),
        _ => styled.to_string(),
    };
    // Nothing is left to do when not even this can be written.
    let _ = write!(to, "{text}");
    if wanted { SUCCESS } else { USAGE }
}

fn tell(failed: &Failed, terminal: &mut Terminal<'_>) {
    let text = match failed {
        Failed::Told => return,
        Failed::Said(sentence) => format!("error: {sentence}\n"),
        Failed::Problems(problems) => report::text(problems, terminal.err_looks),
    };
    // Nothing is left to do when not even this can be written.
    let _ = terminal.err.write_all(text.as_bytes());
}
