//! The gatehouse binary: hands the command line, the environment and the terminal to the library.

use std::io::{IsTerminal, stderr, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use gatehouse::command::{self, Terminal};
use gatehouse::config::report::rendering::Looks;
use gatehouse::domain::clock::SystemClock;
use gatehouse::seal::OsRandom;

/// A hundred thousand sessions come and go in pieces of many sizes; the C library's allocator keeps twice the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let looks = |terminal: bool| {
        // https://no-color.org: any value that is not empty.
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if terminal {
            Looks::Terminal { color: !unwanted }
        } else {
            Looks::Plain
        }
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut terminal = Terminal {
        out: &mut stdout(),
        err: &mut stderr(),
        out_looks: looks(stdout().is_terminal()),
        err_looks: looks(stderr().is_terminal()),
        variables,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
    };
    ExitCode::from(command::run(std::env::args_os(), &mut terminal))
}
