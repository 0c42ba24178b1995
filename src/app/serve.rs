//! From settings to a running server.
//!
//! 1. The keys, and the first reading of the profiles folder.
//! 2. The store, which connects in a task of its own: a database that is down for a moment does not stop the process.
//! 3. The services of the flows, the pages, and what the web shares. No authority is called.
//! 4. Both sockets are bound, and both servers run ([`crate::app::listener`]).
//! 5. Background tasks start.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web;

use crate::app::listener::servers::{PublicServer, bind, local, serve_private, serve_public};
use crate::app::live_profiles::LiveProfiles;
use crate::app::page_compiler::page_compiler;
use crate::app::running::Running;
use crate::app::server_key::key_ring;
use crate::app::services::{Built, SystemInputs, build, store_options};
use crate::app::shutdown::Patience;
use crate::app::start_error::StartError;
use crate::app::stored_tenant_pins::StoredPins;
use crate::app::{background, database_address, file_permissions};
use crate::config::{ForProfiles, Settings};
use crate::domain::clock::Clock;
use crate::domain::environment::Environment;
use crate::domain::random::Random;
use crate::flow::services::Services;
use crate::http::HttpOptions;
use crate::measure::requests::RequestMetrics;
use crate::proxy::client::UpstreamConnections;
use crate::proxy::upstream_identity::UpstreamIdentity;
use crate::seal::KeyRing;
use crate::store::SessionStore;
use crate::web::admin::health::Health;
use crate::web::admin::host::AdminHosts;
use crate::web::app_state::AppState;
use crate::web::client::address::TrustedProxies;
use crate::web::client::rate_limit::RateLimits;
use crate::web::client::warnings::{ForeignCookieWarning, UnservedWarning, UntrustedProxyWarning};
use crate::web::cookies::session::CookieKeys;
use crate::web::errors::outage_age::OutageAges;
use crate::web::gateway::application_headers::UpstreamHeaders;
use crate::web::middleware::request_id::RequestIds;
use crate::web::pages::Pages;

/// What a server takes from outside: time, randomness, the environment and, for tests, sockets that are already bound.
pub struct ServerDeps {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Variables that profiles and the managed identity read.
    pub environment: Environment,
    /// The public socket, instead of `listen`.
    pub public: Option<TcpListener>,
    /// The admin socket, instead of `admin_listen`.
    pub private: Option<TcpListener>,
    /// Threads that answer; `None` takes one for each core.
    pub workers: Option<usize>,
    /// Renders the metrics of the process.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether sessions end by the database's clock; a test that turns its own clock says no.
    pub follow_database_clock: bool,
}

/// Constructs everything and binds both sockets.
///
/// # Errors
/// One clear error; nothing is left half-done.
pub async fn start(settings: Settings, deps: ServerDeps) -> Result<Running, StartError> {
    let keys = key_ring(&settings, &*deps.random).map_err(|error| other("keys", error))?;
    let keys = Arc::new(keys);
    file_permissions::warn(&settings);
    let profiles = load_profiles(&settings, &deps)?;
    let store = connect(&settings, &deps, &keys)?;
    let Built {
        services,
        authorities,
        refreshes,
    } = services(&settings, &deps, &store, &keys)?;
    let app = Arc::new(app_state(
        &settings,
        &keys,
        &deps.random,
        services,
        &profiles,
    )?);
    let public = bind(deps.public, settings.listen, "listen")?;
    let private = bind(deps.private, settings.admin_listen, "admin-listen")?;
    let stopping = Arc::new(AtomicBool::new(false));
    let health = web::Data::new(Health {
        metrics: deps.metrics,
        profiles: Arc::clone(&profiles.states),
        folder_problem: Arc::clone(&profiles.folder_problem),
        stopping: Arc::clone(&stopping),
    });
    let addresses = (local(&public)?, local(&private)?);
    let patience = Patience {
        delay: settings.shutdown_delay,
        grace: settings.shutdown_grace,
    };
    let server = PublicServer {
        workers: deps.workers,
        options: settings.server,
        grace: patience.grace,
    };
    let hosts = AdminHosts(settings.admin_hosts);
    let servers = (
        serve_public(Arc::clone(&app), public, server)?,
        serve_private(Arc::clone(&app), health, hosts, private)?,
    );
    let clock: Arc<dyn Clock> = store.clock();
    let mut tasks = background::start(&profiles, &app, &authorities, clock);
    let (file, known) = (settings.database_url_file, settings.database_url);
    tasks.extend(database_address::start(file, known, &store));
    Ok(Running {
        public: addresses.0,
        private: addresses.1,
        profiles,
        store,
        authorities,
        refreshes,
        stopping,
        servers,
        patience,
        startup_wait: settings.store.startup_wait,
        tasks,
    })
}

/// What the handlers of all requests share.
fn app_state(
    settings: &Settings,
    keys: &Arc<KeyRing>,
    random: &Arc<dyn Random>,
    services: Services,
    profiles: &LiveProfiles,
) -> Result<AppState, StartError> {
    let pages = Pages::load(settings.templates.as_deref());
    let limits = settings.rate_limits;
    Ok(AppState {
        services: Arc::new(services),
        profiles: Arc::clone(&profiles.current),
        pages: pages.map_err(|error| other("templates", error))?,
        cookie_keys: CookieKeys::new(keys.cookie_keys(), &settings.cookie_suffix),
        trusted_proxies: TrustedProxies {
            networks: settings.trusted_proxies.clone(),
            forwarded_host: settings.trust_forwarded_host,
        },
        forward_auth: settings.forward_auth,
        upstream_identity: UpstreamIdentity::new(
            Arc::clone(keys),
            Arc::clone(random),
            UpstreamHeaders::new,
        ),
        upstreams: UpstreamConnections::new(&HttpOptions::from(&settings.http))
            .map_err(|error| other("http", error))?,
        rate_limits: RateLimits::new(limits.attempts, limits.logout_requests),
        access_log: settings.telemetry.access_log,
        request_ids: RequestIds::new(&**random),
        requests: RequestMetrics::default(),
        outage_ages: OutageAges::new(Arc::clone(random)),
        untrusted_proxy_warning: UntrustedProxyWarning::default(),
        unserved_warning: UnservedWarning::default(),
        foreign_cookie_warning: ForeignCookieWarning::default(),
    })
}

fn other(what: &str, error: impl std::fmt::Display) -> StartError {
    StartError::Other(format!("{what}: {error}"))
}

fn load_profiles(settings: &Settings, deps: &ServerDeps) -> Result<Arc<LiveProfiles>, StartError> {
    let settings = ForProfiles {
        profiles: settings.profiles.clone(),
        session: settings.session,
        boundary: settings.boundary.clone(),
        templates: settings.templates.clone(),
    };
    let templates = page_compiler(settings.templates.as_deref());
    let profiles = LiveProfiles::load(
        settings,
        templates.map_err(StartError::Other)?,
        Arc::clone(&deps.clock),
        Arc::clone(&deps.environment),
    );
    let profiles = profiles.map_err(|error| StartError::Other(error.to_string()))?;
    Ok(Arc::new(profiles))
}

fn connect(
    settings: &Settings,
    deps: &ServerDeps,
    keys: &Arc<KeyRing>,
) -> Result<SessionStore, StartError> {
    let store = SessionStore::connect(
        &settings.database_url,
        store_options(settings, deps.follow_database_clock),
        Arc::clone(keys),
        Arc::clone(&deps.clock),
        Arc::clone(&deps.random),
    );
    let store = store.map_err(|error| other("database_url", error))?;
    store.start();
    Ok(store)
}

fn services(
    settings: &Settings,
    deps: &ServerDeps,
    store: &SessionStore,
    keys: &Arc<KeyRing>,
) -> Result<Built, StartError> {
    let inputs = SystemInputs {
        // One clock for all replicas, the store's: for the ends of sessions and for the times in tokens.
        clock: store.clock(),
        random: Arc::clone(&deps.random),
        environment: Arc::clone(&deps.environment),
    };
    let pins = Arc::new(StoredPins::new(store.clone()));
    let built = build(settings, store.clone(), Arc::clone(keys), pins, inputs);
    built.map_err(|error| other("http", error))
}
