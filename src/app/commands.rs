//! What a command of a moment gets: a store, the flows' services or the authorities, without tasks and listeners.

use std::sync::Arc;

use crate::app::server_key::key_ring;
use crate::app::services::{SystemInputs, authorities, build, store_options};
use crate::config::Settings;
use crate::domain::causes::with_causes;
use crate::flow::services::Services;
use crate::http::{HttpOptions, OutboundClient};
use crate::oidc::{Authorities, InProcessPins};
use crate::seal::KeyRing;
use crate::store::SessionStore;

/// Brings the store's schema up to date.
///
/// # Errors
/// One sentence that says why not.
pub async fn migrate(settings: &Settings, inputs: &SystemInputs) -> Result<(), String> {
    let (store, _) = connect(settings, inputs)?;
    store.migrate().await.map_err(|error| with_causes(&error))
}

/// Does `work` with the flows' services, inside a tokio runtime, and closes the store afterwards.
///
/// # Errors
/// One sentence that says why the services cannot be had, or the error of `work` with its causes.
pub async fn with_services<T, E: std::error::Error>(
    settings: &Settings,
    inputs: SystemInputs,
    work: impl AsyncFnOnce(&Services) -> Result<T, E>,
) -> Result<T, String> {
    let (store, keys) = connect(settings, &inputs)?;
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

fn connect(
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
