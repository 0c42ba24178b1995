//! Construction of the flows' services, for a server or for one command.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::config::Settings;
use crate::config::settings::options;
use crate::domain::clock::Clock;
use crate::domain::environment::Environment;
use crate::domain::random::Random;
use crate::flow::refresh::{Refreshes, SingleFlight, Throttle};
use crate::flow::services::{ServiceDeps, Services};
use crate::http::{HttpOptions, HttpSetupError, OutboundClient};
use crate::oidc::{Authorities, ClientDeps, PermitsFile, TenantPins};
use crate::seal::KeyRing;
use crate::store::{SessionStore, StoreOptions};

/// Time, randomness and the environment, as the process got them.
pub struct SystemInputs {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Variables that the managed identity reads.
    pub environment: Environment,
}

/// The services, and the parts of them that a running server needs itself.
pub(in crate::app) struct Built {
    pub(in crate::app) services: Services,
    pub(in crate::app) authorities: Arc<Authorities>,
    pub(in crate::app) refreshes: Arc<Refreshes>,
}

/// Puts the services together. Must be called inside a tokio runtime that outlives them: refreshes and the connections to
/// authorities live there.
pub(in crate::app) fn build(
    settings: &Settings,
    store: SessionStore,
    keys: Arc<KeyRing>,
    pins: Arc<dyn TenantPins>,
    inputs: SystemInputs,
) -> Result<Built, HttpSetupError> {
    let http = OutboundClient::new(&HttpOptions::from(&settings.http))?;
    let authorities = Arc::new(authorities(http.clone(), settings, pins, &inputs));
    let refreshes = Arc::new(SingleFlight::new(Handle::current()));
    let services = Services::new(ServiceDeps {
        store,
        authorities: Arc::clone(&authorities),
        api_client: http,
        keys,
        clock: inputs.clock,
        random: inputs.random,
        refreshes: Arc::clone(&refreshes),
        api_throttled: Throttle::default(),
        token_endpoint_throttled: Throttle::default(),
        refresh_backoff: Throttle::default(),
        groups_backoff: Throttle::default(),
        api_timeout: settings.http.api_timeout,
    });
    Ok(Built {
        services,
        authorities,
        refreshes,
    })
}

/// The authorities alone.
pub(in crate::app) fn authorities(
    http: OutboundClient,
    settings: &Settings,
    tenant_pins: Arc<dyn TenantPins>,
    inputs: &SystemInputs,
) -> Authorities {
    Authorities::new(ClientDeps {
        http,
        call_timeout: settings.http.timeout,
        clock: Arc::clone(&inputs.clock),
        random: Arc::clone(&inputs.random),
        tenant_pins,
        permits_file: permits_file(settings),
        environment: Arc::clone(&inputs.environment),
    })
}

/// The trust boundary, asked again at each use of a file.
fn permits_file(settings: &Settings) -> PermitsFile {
    let (boundary, profiles) = (settings.boundary.clone(), settings.profiles.clone());
    Arc::new(move |id, path| boundary.permits_file(id, path, &profiles))
}

/// The store's options; a server follows the database's clock unless a test turns its own.
pub(in crate::app) fn store_options(
    settings: &Settings,
    follow_database_clock: bool,
) -> StoreOptions {
    StoreOptions {
        follow_database_clock,
        ..StoreOptions::from(&settings.store)
    }
}

impl From<&options::OutboundSettings> for HttpOptions {
    fn from(settings: &options::OutboundSettings) -> Self {
        let options::OutboundSettings {
            connect_timeout,
            timeout,
            api_timeout: _,
            ca_file,
            proxy,
            resolve,
        } = settings;
        Self {
            connect_timeout: *connect_timeout,
            timeout: *timeout,
            ca_file: ca_file.clone(),
            proxy: proxy.clone(),
            resolve: resolve.clone(),
        }
    }
}

impl From<&options::DatabaseSettings> for StoreOptions {
    fn from(settings: &options::DatabaseSettings) -> Self {
        let options::DatabaseSettings {
            max_connections,
            cache_entries,
            max_sessions_per_person,
            startup_wait: _,
        } = *settings;
        Self {
            max_connections,
            cache_entries,
            sessions_per_person: max_sessions_per_person,
            ..Self::default()
        }
    }
}
