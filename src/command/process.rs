//! The command line of this process: the one place that reads its arguments, environment and standard streams.

use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::sync::Arc;

use crate::command::dispatch::run;
use crate::command::terminal::Terminal;
use crate::config::report::rendering::Looks;
use crate::domain::clock::SystemClock;
use crate::seal::OsRandom;

/// Runs the command that this process was started with, and returns the exit code.
pub fn run_this_process() -> u8 {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut answers = stdin().lock();
    let mut terminal = Terminal {
        out: &mut stdout(),
        err: &mut stderr(),
        answers: stdin().is_terminal().then_some(&mut answers),
        out_looks: looks(stdout().is_terminal()),
        err_looks: looks(stderr().is_terminal()),
        variables,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
    };
    run(std::env::args_os(), &mut terminal)
}

fn looks(terminal: bool) -> Looks {
    // https://no-color.org: any value that is not empty.
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if terminal {
        Looks::Terminal { color: !unwanted }
    } else {
        Looks::Plain
    }
}
