//! The simulator alone: `cargo run -p simulator -- --port 9000`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use simulator::command::{Arguments, run};

/// An offline Microsoft identity platform.
#[derive(Parser)]
#[command(version, after_help = simulator::command::EXAMPLES)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match run(&command_line.arguments, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Nothing is left to do when not even this can be written.
            let _ = writeln!(io::stderr(), "simulator: {why}");
            ExitCode::FAILURE
        }
    }
}
