//! The commands that need a running gateway, a store or the network, from settings to their end.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::app::serve::{Means, MetricsText, http_options, start, store_options};
use crate::app::server_key::key_ring;
use crate::app::shutdown::Signals;
use crate::config::Settings;
use crate::domain::clock::{Clock, Random};
use crate::flow::services::Services;
use crate::http::OutboundClient;
use crate::oidc::{Authorities, ClientDeps, InProcessPins};
use crate::store::SessionStore;
use crate::telemetry;

/// Serves until a signal stops it.
///
/// # Errors
/// One sentence that says why it cannot start, or what broke.
pub async fn serve(
    settings: Settings,
    signals: Signals,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(), String> {
    let recorder = telemetry::record_metrics();
    let means = Means {
        clock,
        random,
        public: None,
        private: None,
        workers: None,
        metrics: MetricsText(Arc::new(move || recorder.render())),
        follow_database_clock: true,
    };
    let running = start(settings, means)
        .await
        .map_err(|error| error.to_string())?;
    tracing::info!(public = %running.public, admin = %running.private, "listening");
    running
        .until_signal(signals)
        .await
        .map_err(|error| error.to_string())
}

/// A store for a command of a moment: no tasks, no listener.
fn store(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<SessionStore, String> {
    let keys = Arc::new(key_ring(settings, &*random)?);
    let options = store_options(settings, true);
    SessionStore::connect(&settings.database_url, options, keys, clock, random)
        .map_err(|error| error.to_string())
}

/// Brings the store's schema up to date.
///
/// # Errors
/// One sentence that says why not.
pub async fn migrate(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<(), String> {
    store(settings, clock, random)?
        .migrate()
        .await
        .map_err(|error| with_causes(&error))
}

/// The means of the flows for a command of a moment, which runs in a tokio runtime.
///
/// # Errors
/// One sentence that says why not.
pub fn services(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Services, String> {
    let keys = Arc::new(key_ring(settings, &*random)?);
    let store = store(settings, Arc::clone(&clock), Arc::clone(&random))?;
    let http = outbound_client(settings)?;
    let authorities = authorities_over(http.clone(), settings, &clock, &random);
    let home = Handle::current();
    Ok(Services::new(
        store,
        authorities,
        http,
        keys,
        clock,
        random,
        home,
    ))
}

/// Authorities whose tenant pins last as long as the command, which runs in a tokio runtime.
///
/// # Errors
/// One sentence: the CA file cannot be used.
pub fn authorities(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<Authorities, String> {
    let http = outbound_client(settings)?;
    Ok(authorities_over(http, settings, clock, random))
}

fn outbound_client(settings: &Settings) -> Result<OutboundClient, String> {
    OutboundClient::new(&http_options(settings)).map_err(|error| with_causes(&error))
}

fn authorities_over(
    http: OutboundClient,
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Authorities {
    Authorities::new(ClientDeps {
        http,
        call_timeout: settings.http.timeout,
        clock: Arc::clone(clock),
        random: Arc::clone(random),
        tenant_pins: Arc::new(InProcessPins::default()),
        environment: Arc::new(|name| std::env::var(name).ok()),
    })
}

/// An error with everything that caused it, in one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
