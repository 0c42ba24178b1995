//! What a command of a moment gets: a store, the flows' services or the authorities, without tasks and listeners.

use std::sync::Arc;

use crate::app::server_key::{key_file, key_ring};
use crate::app::services::{SystemInputs, authorities, build, store_options};
use crate::config::{DatabaseKind, Settings};
use crate::domain::causes::with_causes;
use crate::flow::services::Services;
use crate::http::{HttpOptions, OutboundClient};
use crate::oidc::{Authorities, InProcessPins};
use crate::seal::KeyRing;
use crate::store::{SchemaChange, SessionStore, sqlite_file};

const NO_TABLES: &str = "the database has no tables of this version; run `gatehouse migrate`, or start `gatehouse serve` once";

/// Brings the store's schema up to date, and says what that changed.
///
/// # Errors
/// One sentence that says why not.
pub async fn migrate(settings: &Settings, inputs: &SystemInputs) -> Result<SchemaChange, String> {
    let (store, _) = connect(settings, inputs)?;
    let change = store.migrate().await.map_err(|error| with_causes(&error));
    store.close().await;
    change
}

/// Does `work` with the flows' services at an existing database, inside a tokio runtime, and closes the store afterwards.
/// Creates neither a database nor a key.
///
/// # Errors
/// One sentence that says why the services cannot be had, or the error of `work` with its causes.
pub async fn with_services<T, E: std::error::Error>(
    settings: &Settings,
    inputs: SystemInputs,
    work: impl AsyncFnOnce(&Services) -> Result<T, E>,
) -> Result<T, String> {
    must_exist(settings)?;
    let (store, keys) = connect(settings, &inputs)?;
    if !store
        .is_migrated()
        .await
        .map_err(|error| with_causes(&error))?
    {
        return Err(NO_TABLES.to_owned());
    }
    let pins = Arc::new(InProcessPins::default());
    let built = build(settings, store.clone(), keys, pins, inputs);
    let services = built.map_err(|error| with_causes(&error))?.services;
    let done = work(&services).await;
    store.close().await;
    done.map_err(|error| with_causes(&error))
}

/// Authorities whose tenant pins last as long as the command, which runs in a tokio runtime.
///
/// # Errors
/// One sentence: the CA file cannot be used.
pub fn authorities_of_command(
    settings: &Settings,
    inputs: &SystemInputs,
) -> Result<Authorities, String> {
    let pins = Arc::new(InProcessPins::default());
    let http = OutboundClient::new(&HttpOptions::from(&settings.http));
    let http = http.map_err(|error| with_causes(&error))?;
    Ok(authorities(http, settings, pins, inputs))
}

/// Whether an embedded database and its key are there. To connect would create them.
fn must_exist(settings: &Settings) -> Result<(), String> {
    let Some(database) = sqlite_file(&settings.database_url) else {
        return match settings.database {
            DatabaseKind::Postgres => Ok(()),
            DatabaseKind::Sqlite => Err(
                "a database in memory belongs to the process that serves; use the admin listener of that process"
                    .to_owned(),
            ),
        };
    };
    if !database.is_file() {
        let path = database.display();
        return Err(format!(
            "there is no database at {path}; name one with database_url, or run this command where `gatehouse serve` runs"
        ));
    }
    let key = key_file(database);
    if settings.keys.is_empty() && !key.is_file() {
        let path = key.display();
        return Err(format!(
            "there is no key at {path}; set keys or keys_file as `gatehouse serve` has them"
        ));
    }
    Ok(())
}

pub(in crate::app) fn connect(
    settings: &Settings,
    inputs: &SystemInputs,
) -> Result<(SessionStore, Arc<KeyRing>), String> {
    let keys = Arc::new(key_ring(settings, &*inputs.random)?);
    let store = SessionStore::connect(
        &settings.database_url,
        store_options(settings, true),
        Arc::clone(&keys),
        Arc::clone(&inputs.clock),
        Arc::clone(&inputs.random),
    );
    let store = store.map_err(|error| error.to_string())?;
    Ok((store, keys))
}
