//! The simulator alone: `cargo run -p simulator -- --port 9000`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use simulator::{CLIENT_SECRET, Kind, Options, Simulator};

/// An offline Microsoft identity platform, on this machine only.
#[derive(Parser)]
#[command(version, after_help = "Example:\n  simulator --port 9000 --control")]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Let faults and calls be reached over HTTP at <http://control.localhost>.
    #[arg(long)]
    control: bool,
    /// Seconds until an access token expires.
    #[arg(long, default_value_t = 3600)]
    access_token_lifetime: i64,
    /// Threads that answer.
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        port: arguments.port,
        control: arguments.control,
        access_token_lifetime: arguments.access_token_lifetime,
        workers: arguments.workers,
        ..Options::default()
    };
    let simulator = match Simulator::start(options) {
        Ok(simulator) => simulator,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let _ = writeln!(
                io::stderr(),
                "simulator: {error}{}; choose another port with --port",
                cause.unwrap_or_default()
            );
            return ExitCode::FAILURE;
        }
    };
    // A closed standard output is no reason to stop.
    let _ = announce(&simulator);
    simulator.wait();
    ExitCode::SUCCESS
}

fn announce(simulator: &Simulator) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "The simulator is at http://localhost:{}/\n",
        simulator.port()
    )?;
    for kind in Kind::ALL {
        writeln!(out, "{:26} {}", kind.name(), simulator.authority(kind))?;
        writeln!(out, "{:26} client_id {}", "", kind.client_id())?;
    }
    writeln!(out, "\nclient_secret {CLIENT_SECRET}")
}
