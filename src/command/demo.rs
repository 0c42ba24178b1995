//! `demo`: runs gateway, simulator and all kinds on loopback.

use crate::command::cli;
use crate::command::runtime::block_on;
use crate::command::terminal::{Failed, Terminal};
use crate::domain::log_format::LogFormat;
use crate::telemetry;

pub(super) fn demo(demo: &cli::DemoArgs, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    telemetry::install("warn", LogFormat::Text).map_err(Failed::Said)?;
    let ports = crate::demo::Ports::from(demo.port).map_err(Failed::Said)?;
    let inputs = terminal.system_inputs();
    block_on(crate::demo::run(ports, inputs, |text| {
        // A closed terminal does not stop the demo.
        let _ = writeln!(terminal.out, "{text}");
    }))
}
