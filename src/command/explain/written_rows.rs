//! How the rows of `explain` are written, for people and for programs.

use serde_json::{Value, json};

use crate::command::explain::rows::Row;
use crate::command::terminal::{Failed, Terminal};
use crate::config::in_toml;

/// Rows for programs.
pub(super) fn values(rows: &[Row]) -> Vec<Value> {
    rows.iter()
        .map(|row| json!({ "key": row.key, "value": row.value, "from": row.from }))
        .collect()
}

/// Rows as the lines of a TOML file, below a title.
pub(super) fn write_rows(
    title: &str,
    rows: &[Row],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    writeln!(terminal.out, "# {title}")?;
    let width = rows
        .iter()
        .map(|row| row.key.len())
        .max()
        .unwrap_or_default();
    for row in rows {
        writeln!(
            terminal.out,
            "{:<width$} = {}  # {}",
            row.key,
            in_toml(&row.value),
            row.from
        )?;
    }
    Ok(())
}
