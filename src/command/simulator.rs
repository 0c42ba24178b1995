//! `gatehouse simulator`: the offline Microsoft identity platform alone, for other people's tests.
//!
//! The crate `simulator` owns the flags and what is printed. A production build (`--no-default-features`) has nothing of this in it.

use std::collections::BTreeMap;
use std::path::Path;

use simulator::command::{Arguments, run};

use crate::command::terminal::{Failed, Terminal};

/// Runs until Ctrl-C.
pub(super) fn simulator(arguments: &Arguments, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let mut arguments = arguments.clone();
    if is_of_the_gateway(arguments.config.as_deref(), &terminal.variables) {
        arguments.config = None;
    }
    run(&arguments, terminal.out).map_err(Failed::Said)
}

/// Whether `--config` comes of the environment variable that names the gateway's settings file: that variable belongs to the flag of
/// the same name of all other commands.
fn is_of_the_gateway(config: Option<&Path>, variables: &BTreeMap<String, String>) -> bool {
    let variable = variables.get("GATEHOUSE_CONFIG").map(Path::new);
    variable.is_some() && variable == config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_file_of_the_gateway_is_not_the_configuration_of_the_simulator() {
        let variables = BTreeMap::from([("GATEHOUSE_CONFIG".to_owned(), "gate.toml".to_owned())]);
        assert!(is_of_the_gateway(Some(Path::new("gate.toml")), &variables));
        assert!(!is_of_the_gateway(Some(Path::new("sim.toml")), &variables));
        assert!(!is_of_the_gateway(None, &BTreeMap::new()));
    }
}
