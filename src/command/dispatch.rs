//! From the command line to a command, and from its result to an exit code.

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use clap::Parser;

use crate::command::cli::{Cli, Command, KeysCommand};
use crate::command::printable::Printable;
use crate::command::terminal::{Failed, Terminal};
use crate::command::{
    check, explain, healthcheck, import, init, keys, migrate, reference, serve, sessions,
};
use crate::config::report::rendering::{self, Looks};

/// Exit code: the command succeeded.
pub const SUCCESS: u8 = 0;
/// Exit code: the command failed, and the reason is on standard error.
pub const FAILURE: u8 = 1;
/// Exit code: the command line is wrong.
pub const USAGE: u8 = 2;

/// Parses the command line, runs the command and returns the exit code. Results and problems are written to the
/// terminal, without control characters from outside.
pub fn run(arguments: impl IntoIterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    let mut out = Printable::new(&mut *terminal.out, terminal.out_looks);
    let mut err = Printable::new(&mut *terminal.err, terminal.err_looks);
    let terminal = &mut Terminal {
        out: &mut out,
        err: &mut err,
        answers: terminal.answers.take().map(|answers| answers as _),
        out_looks: terminal.out_looks,
        err_looks: terminal.err_looks,
        variables: std::mem::take(&mut terminal.variables),
        clock: Arc::clone(&terminal.clock),
        random: Arc::clone(&terminal.random),
    };
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => return write_usage(&usage, terminal),
    };
    match dispatch(&cli, terminal) {
        Ok(()) => SUCCESS,
        Err(failed) => {
            write_failure(&failed, terminal);
            match failed {
                Failed::WrongUsage(_) => USAGE,
                _ => FAILURE,
            }
        }
    }
}

fn dispatch(cli: &Cli, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    match &cli.command {
        Command::Serve(serve) => serve::serve(cli, serve, terminal),
        #[cfg(feature = "demo")]
        Command::Demo(demo) => crate::command::demo::demo(demo, terminal),
        #[cfg(feature = "demo")]
        Command::Simulator(arguments) => crate::command::simulator::simulator(arguments, terminal),
        Command::Check(check) => check::offline::check(cli, check, terminal),
        Command::Explain(explain) => explain::command::explain(cli, explain, terminal),
        Command::Init(init) => init::init(cli, init, terminal),
        Command::Import(import) => import::command::import(cli, import, terminal),
        Command::Sessions(sessions) => sessions::sessions(cli, sessions, terminal),
        Command::Keys(KeysCommand::New) => keys::new(terminal),
        Command::Migrate => migrate::migrate(cli, terminal),
        Command::Healthcheck(asked) => healthcheck::healthcheck(cli, asked, terminal),
        Command::Completions { shell } => reference::completions(*shell, terminal),
        Command::Man { folder } => reference::manual(folder, terminal),
    }
}

/// Writes help and version to standard output, and any other message of clap to standard error.
fn write_usage(usage: &clap::Error, terminal: &mut Terminal<'_>) -> u8 {
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
    // A failure to write this message cannot be reported anywhere.
    let _ = write!(to, "{text}");
    if wanted { SUCCESS } else { USAGE }
}

fn write_failure(failed: &Failed, terminal: &mut Terminal<'_>) {
    let text = match failed {
        Failed::Told => return,
        Failed::Said(sentence) => format!("error: {sentence}\n"),
        Failed::WrongUsage(sentence) => format!("error: {sentence}\n"),
        Failed::Problems(problems) => rendering::text(problems, terminal.err_looks),
    };
    // A failure to write this message cannot be reported anywhere.
    let _ = terminal.err.write_all(text.as_bytes());
}
