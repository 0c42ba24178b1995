//! `explain --settings`: the settings in force, each with its source. Secrets are masked.

use serde_json::json;

use crate::command::cli::{Cli, Format};
use crate::command::explain::rows::Row;
use crate::command::explain::written_rows::{values, write_rows};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::{Settings, settings_in_force};

pub(super) fn explain(
    cli: &Cli,
    format: Format,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let sources = sources::sources(cli, terminal)?;
    Settings::read(&sources).map_err(Failed::Problems)?;
    let rows: Vec<Row> = settings_in_force(&sources)
        .into_iter()
        .map(|setting| Row {
            key: setting.key,
            value: setting.value,
            from: setting.from,
        })
        .collect();
    match format {
        Format::Json => {
            let document = json!({ "values": values(&rows) });
            Ok(writeln!(terminal.out, "{document:#}")?)
        }
        Format::Text => write_rows("settings in effect", &rows, terminal),
    }
}
