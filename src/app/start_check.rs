//! `serve --check`: what a start needs beside settings and profiles, tried without serving, and without writing anything.

use std::sync::Arc;

use crate::app::commands::connect;
use crate::app::listener::servers::bind;
use crate::app::server_key::{key_file, key_ring};
use crate::app::services::SystemInputs;
use crate::config::{DatabaseKind, Settings};
use crate::domain::causes::with_causes;
use crate::http::{HttpOptions, OutboundClient};
use crate::store::sqlite_file;
use crate::web::pages::Pages;

/// What was tried, one sentence each.
#[derive(Debug, Default)]
pub struct StartReport {
    /// What works.
    pub good: Vec<String>,
    /// What would stop a start.
    pub bad: Vec<String>,
}

impl StartReport {
    fn add(&mut self, tried: Result<String, String>) {
        match tried {
            Ok(found) => self.good.push(found),
            Err(problem) => self.bad.push(problem),
        }
    }
}

/// Tries both addresses, the pages, outgoing TLS, the keys and the database. Must be called inside a tokio runtime.
pub async fn check_start(settings: &Settings, inputs: &SystemInputs) -> StartReport {
    let mut report = StartReport::default();
    for (address, flag) in [
        (settings.listen, "listen"),
        (settings.admin_listen, "admin-listen"),
    ] {
        let bound = bind(None, address, flag);
        report.add(match bound {
            Ok(_) => Ok(format!("{flag}: {address} is free")),
            Err(error) => Err(error.to_string()),
        });
    }
    report.add(match Pages::load(settings.templates.as_deref()) {
        Ok(_) => Ok("pages: every template is good".to_owned()),
        Err(error) => Err(format!("templates: {error}")),
    });
    report.add(
        match OutboundClient::new(&HttpOptions::from(&settings.http)) {
            Ok(_) => Ok("http: outgoing TLS can be set up".to_owned()),
            Err(error) => Err(format!("http: {}", with_causes(&error))),
        },
    );
    report.add(database(settings, inputs).await);
    report
}

/// Keys and database. An embedded database that is not there yet, and its key, are made by the start.
async fn database(settings: &Settings, inputs: &SystemInputs) -> Result<String, String> {
    if let Some(file) = sqlite_file(&settings.database_url) {
        let key = key_file(file.clone());
        if !file.is_file() || (settings.keys.is_empty() && !key.is_file()) {
            return new_database(&file);
        }
    }
    if settings.database == DatabaseKind::Sqlite && sqlite_file(&settings.database_url).is_none() {
        return Ok("database: in memory, lost at the end of the process".to_owned());
    }
    key_ring(settings, &*inputs.random).map_err(|error| format!("keys: {error}"))?;
    let failed = |error| format!("database: {error}");
    let (store, _) = connect(
        settings,
        &SystemInputs {
            clock: Arc::clone(&inputs.clock),
            random: Arc::clone(&inputs.random),
            environment: Arc::clone(&inputs.environment),
        },
    )
    .map_err(failed)?;
    let migrated = store.is_migrated().await;
    store.close().await;
    let tables = if migrated.map_err(|error| failed(with_causes(&error)))? {
        "has the tables of this version"
    } else {
        "gets its tables from the start"
    };
    Ok(format!("database: it answers and {tables}"))
}

fn new_database(file: &std::path::Path) -> Result<String, String> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(format!(
            "database: the folder {} does not exist",
            folder.display()
        )),
        _ => Ok(format!("database: the start makes {}", file.display())),
    }
}
