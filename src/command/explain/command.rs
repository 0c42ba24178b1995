//! `explain`: shows a profile as it takes effect, each value with its source. Secrets are masked.

use std::path::Path;

use serde_json::json;

use crate::app::page_compiler::page_compiler;
use crate::command::cli;
use crate::command::cli::{Cli, Format};
use crate::command::explain::rows::{Row, rows};
use crate::command::explain::settings;
use crate::command::explain::written_rows::{values, write_rows};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::load_files;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::report::problem::source_name;
use crate::domain::profile::Profile;

pub(in crate::command) fn explain(
    cli: &Cli,
    explain: &cli::ExplainArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let Some(id) = &explain.profile else {
        return settings::explain(cli, explain.format, terminal);
    };
    let settings = sources::offline(cli, terminal)?;
    let path = settings.profiles.join(format!("{id}.toml"));
    if !path.is_file() {
        let sentence = format!(
            "there is no profile {id}: {} does not exist",
            path.display()
        );
        return Err(Failed::Said(sentence));
    }
    let variables = terminal.variables.clone();
    let variable = |name: &str| variables.get(name).cloned();
    let templates = page_compiler(settings.templates.as_deref()).map_err(Failed::Said)?;
    let context = ReadContext {
        variable: &variable,
        session: settings.session,
        boundary: &settings.boundary,
        templates: &templates,
    };
    let loaded = load_files(std::slice::from_ref(&path), context);
    let Some(profile) = loaded.profiles.first() else {
        return Err(Failed::Problems(loaded.problems()));
    };
    let text = std::fs::read_to_string(&path)?;
    let rows = rows(profile, &text);
    match explain.format {
        Format::Json => write_json(profile, &path, &rows, terminal),
        Format::Text => write_text(profile, &path, &rows, terminal),
    }
}

fn write_json(
    profile: &Profile,
    path: &Path,
    rows: &[Row],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let document = json!({
        "profile": profile.id.as_str(),
        "file": source_name(path),
        "values": values(rows),
    });
    Ok(writeln!(terminal.out, "{document:#}")?)
}

fn write_text(
    profile: &Profile,
    path: &Path,
    rows: &[Row],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let title = format!("{} in effect, from {}", profile.id, path.display());
    write_rows(&title, rows, terminal)
}
