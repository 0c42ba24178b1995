//! The sources of a command's settings: settings file, environment and flags.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::cli::Cli;
use crate::command::terminal::{Failed, Terminal};
use crate::config::{FileText, ForProfiles, Settings, Sources};

/// The settings file that is read if the command line names none.
const SETTINGS_FILE: &str = "gatehouse.toml";

/// All settings, overridden by these flags.
pub(in crate::command) fn settings(
    cli: &Cli,
    flags: &[(&str, &Option<String>)],
    terminal: &Terminal<'_>,
) -> Result<Settings, Failed> {
    Settings::read(&with_flags(cli, flags, terminal)?).map_err(Failed::Problems)
}

/// All sources of settings, with these flags of the command.
pub(in crate::command) fn with_flags(
    cli: &Cli,
    flags: &[(&str, &Option<String>)],
    terminal: &Terminal<'_>,
) -> Result<Sources, Failed> {
    let mut sources = sources(cli, terminal)?;
    for (key, value) in flags {
        if let Some(value) = value {
            sources.flags.insert((*key).to_owned(), value.clone());
        }
    }
    Ok(sources)
}

/// The profiles folder and the session defaults: all that the offline commands need.
pub(in crate::command) fn offline(
    cli: &Cli,
    terminal: &Terminal<'_>,
) -> Result<ForProfiles, Failed> {
    Settings::offline(&sources(cli, terminal)?).map_err(Failed::Problems)
}

/// All sources of settings for a command line.
pub(in crate::command) fn sources(cli: &Cli, terminal: &Terminal<'_>) -> Result<Sources, Failed> {
    let named = cli.shared.config.as_deref();
    let path = named.unwrap_or_else(|| Path::new(SETTINGS_FILE));
    let file = match std::fs::read_to_string(path) {
        Ok(text) => Some(FileText {
            name: path.display().to_string(),
            text,
        }),
        Err(fault) if named.is_none() && fault.kind() == std::io::ErrorKind::NotFound => None,
        Err(fault) => {
            let path = path.display();
            let sentence = format!("the settings file {path} cannot be read: {fault}");
            return Err(Failed::Said(sentence));
        }
    };
    let mut flags = BTreeMap::new();
    if let Some(profiles) = &cli.shared.profiles {
        flags.insert("profiles".to_owned(), profiles.clone());
    }
    Ok(Sources {
        file,
        variables: terminal.variables.clone(),
        flags,
    })
}
