//! From settings to a running server.

use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use tokio::runtime::Handle;

use crate::app::background;
use crate::app::commands::with_causes;
use crate::app::live_profiles::LiveProfiles;
use crate::app::server_key::key_ring;
use crate::app::shutdown::{Patience, Signals, on_signal};
use crate::app::stored_tenant_pins::StoredPins;
use crate::config::Settings;
use crate::domain::clock::{Clock, Random};
use crate::flow::services::Services;
use crate::http::{HttpOptions, OutboundClient};
use crate::oidc::{Authorities, ClientDeps, Environment};
use crate::seal::KeyRing;
use crate::store::{SessionStore, StoreOptions};
use crate::web::admin::Admin;
use crate::web::app_state::AppState;
use crate::web::cookies::session::CookieKeys;
use crate::web::pages::Pages;
use crate::web::routes;

/// A request line and headers must have arrived within this time.
const HEAD_TIME_OUT: Duration = Duration::from_secs(5);
/// A quiet connection is closed after this time; longer than the usual proxy keeps one.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Between two looks for a database that is not there yet.
const DATABASE_RETRY: Duration = Duration::from_millis(250);

/// What comes from outside: time, randomness and, for tests, sockets that are already bound.
#[derive(Debug)]
pub struct Means {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The public socket, instead of `listen`.
    pub public: Option<TcpListener>,
    /// The admin socket, instead of `admin_listen`.
    pub private: Option<TcpListener>,
    /// Threads that answer; `None` takes one for each core.
    pub workers: Option<usize>,
    /// Renders the metrics of the process.
    pub metrics: MetricsText,
    /// Whether sessions end by the database's clock; a test that turns its own says no.
    pub follow_database_clock: bool,
}

/// Renders metrics.
#[derive(Clone)]
pub struct MetricsText(pub Arc<dyn Fn() -> String + Send + Sync>);

impl std::fmt::Debug for MetricsText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MetricsText")
    }
}

/// Why the server cannot start. One sentence, with the key or flag that would change it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port that is taken, or an address that is not this machine's.
    #[error("cannot listen on {address} ({cause}); choose another with --{flag} or `{key}`")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag.
        flag: &'static str,
        /// The key.
        key: &'static str,
        /// Why.
        cause: std::io::Error,
    },
    /// Anything else, in one sentence.
    #[error("{0}")]
    Other(String),
}

/// A server that accepts connections.
pub struct Running {
    /// Where people reach it.
    pub public: SocketAddr,
    /// Where operators reach it.
    pub private: SocketAddr,
    /// The live profiles.
    pub profiles: Arc<LiveProfiles>,
    /// The web's means, for tests and the demo.
    pub app: Arc<AppState>,
    stopping: Arc<AtomicBool>,
    servers: (Server, Server),
    patience: Patience,
    startup_wait: Duration,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// Constructs everything and binds both sockets. Speaks to no authority: a dead one must not stop the others.
///
/// # Errors
/// One clear error; nothing is left half-done.
pub async fn start(settings: Settings, means: Means) -> Result<Running, StartError> {
    start_in(settings, means, Arc::new(|name| std::env::var(name).ok())).await
}

/// As [`start`], with other variables than the process's for profiles and the managed identity.
///
/// # Errors
/// As [`start`].
#[expect(
    clippy::unused_async,
    reason = "its tasks run where it is called: async makes that a runtime"
)]
pub async fn start_in(
    settings: Settings,
    means: Means,
    environment: Environment,
) -> Result<Running, StartError> {
    let keys = key_ring(&settings, &*means.random)
        .map_err(|error| StartError::Other(format!("keys: {error}")))?;
    let keys = Arc::new(keys);
    let profiles = LiveProfiles::load_in(
        settings.profiles.clone(),
        settings.session,
        Arc::clone(&means.clock),
        Arc::clone(&environment),
    );
    let profiles = Arc::new(profiles.map_err(|error| StartError::Other(error.to_string()))?);
    let store = SessionStore::connect(
        &settings.database_url,
        store_options(&settings, means.follow_database_clock),
        Arc::clone(&keys),
        Arc::clone(&means.clock),
        Arc::clone(&means.random),
    )
    .map_err(|error| StartError::Other(format!("database_url: {error}")))?;
    store.start();
    let cookie_keys = CookieKeys::new(keys.cookie_keys());
    let services = services(&settings, store, keys, means.random, environment)?;
    let services = Arc::new(services);
    let pages = Pages::load(settings.templates.as_deref())
        .map_err(|error| StartError::Other(format!("templates: {error}")))?;
    let app = Arc::new(AppState::new(
        services,
        Arc::clone(&profiles.current),
        pages,
        cookie_keys,
        settings.trusted_proxies.clone(),
    ));
    let public = bind(means.public, settings.listen, "listen")?;
    let private = bind(means.private, settings.admin_listen, "admin-listen")?;
    let stopping = Arc::new(AtomicBool::new(false));
    let admin = web::Data::new(Admin {
        metrics: Arc::clone(&means.metrics.0),
        profiles: Arc::clone(&profiles.states),
        stopping: Arc::clone(&stopping),
    });
    let addresses = (local(&public)?, local(&private)?);
    let servers = (
        serve_public(
            Arc::clone(&app),
            public,
            means.workers,
            settings.shutdown_grace,
        )?,
        serve_private(Arc::clone(&app), admin, private)?,
    );
    let tasks = background::start(&profiles, &app);
    Ok(Running {
        public: addresses.0,
        private: addresses.1,
        profiles,
        app,
        stopping,
        servers,
        patience: Patience {
            delay: settings.shutdown_delay,
            grace: settings.shutdown_grace,
        },
        startup_wait: settings.store.startup_wait,
        tasks,
    })
}

/// What every journey uses.
fn services(
    settings: &Settings,
    store: SessionStore,
    keys: Arc<KeyRing>,
    random: Arc<dyn Random>,
    environment: Environment,
) -> Result<Services, StartError> {
    let pins = Arc::new(StoredPins::new(store.clone()));
    // One clock for all replicas, the store's: for the ends of sessions and for the times in tokens.
    let clock: Arc<dyn Clock> = store.clock();
    let http = OutboundClient::new(&http_options(settings))
        .map_err(|error| StartError::Other(format!("http: {error}")))?;
    let authorities = Authorities::new(ClientDeps {
        http: http.clone(),
        call_timeout: settings.http.timeout,
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        tenant_pins: pins,
        environment,
    });
    let home = Handle::current();
    Ok(
        Services::new(store, authorities, http, keys, clock, random, home)
            .with_api_time_out(settings.http.api_timeout),
    )
}

impl Running {
    /// Runs until a signal stops it in order, also one that came while it was starting.
    ///
    /// # Errors
    /// When a listener breaks, or the database does not come in time.
    pub async fn until_signal(self, signals: Signals) -> std::io::Result<()> {
        let (public, private) = self.servers;
        let handles = (public.handle(), private.handle());
        let store = self.app.services.store.clone();
        let wait = self.startup_wait;
        let (tell, mut told) = tokio::sync::oneshot::channel();
        let waiting = tokio::spawn(async move {
            if let Err(error) = wait_for_database(&store, wait).await {
                // Told before the servers stop, so that it is there when they have.
                let _ = tell.send(error);
                tokio::join!(handles.0.stop(false), handles.1.stop(false));
            }
        });
        let profiles = Arc::clone(&self.profiles);
        let stop = on_signal(
            signals,
            Arc::clone(&self.stopping),
            self.patience,
            (public.handle(), private.handle()),
            self.app.services.exchanges.settled(),
            move || profiles.look_again(),
        );
        // Servers that are dropped, at the end of this block, cut what they still serve.
        let (served, over) = {
            let mut stop = pin!(stop);
            let mut served = pin!(async { tokio::join!(public, private) });
            tokio::select! {
                over = &mut stop => (Ok(()), Some(over)),
                (public, private) = &mut served => {
                    // They stop before what goes on without them.
                    let stopping = self.stopping.load(Ordering::SeqCst);
                    let over = if stopping { Some(stop.await) } else { None };
                    (public.and(private), over)
                }
            }
        };
        waiting.abort();
        for task in &self.tasks {
            task.abort();
        }
        let close = self.app.services.store.close();
        match over {
            None => close.await,
            Some(over) => {
                if tokio::time::timeout_at(over, close).await.is_err() {
                    tracing::warn!("stopping while the last uses of sessions are being written");
                }
            }
        }
        told.try_recv().map_or(Ok(()), Err).and(served)
    }

    /// Runs until the handle stops it, for tests and the demo.
    pub fn detach(self) -> (ServerHandle, Arc<AppState>, Arc<LiveProfiles>) {
        let (public, private) = self.servers;
        let handle = public.handle();
        tokio::spawn(public);
        tokio::spawn(private);
        (handle, self.app, self.profiles)
    }
}

/// A database that is down for a moment is waited for; one that does not come is told, with what it said last.
async fn wait_for_database(store: &SessionStore, wait: Duration) -> std::io::Result<()> {
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        let Err(error) = store.ensure_migrated().await else {
            return Ok(());
        };
        if tokio::time::Instant::now() >= deadline {
            let seconds = wait.as_secs();
            let said = with_causes(&error);
            let help = "look at database_url, or set store.startup_wait to wait longer";
            return Err(std::io::Error::other(format!(
                "the database did not come within {seconds} s: {said}; {help}"
            )));
        }
        tokio::time::sleep(DATABASE_RETRY).await;
    }
}

pub(in crate::app) fn http_options(settings: &Settings) -> HttpOptions {
    HttpOptions {
        connect_timeout: settings.http.connect_timeout,
        timeout: settings.http.timeout,
        ca_file: settings.http.ca_file.clone(),
        resolve: settings.http.resolve.clone(),
    }
}

pub(in crate::app) fn store_options(
    settings: &Settings,
    follow_database_clock: bool,
) -> StoreOptions {
    StoreOptions {
        connections: settings.store.max_connections,
        cached_sessions: settings.store.cache_entries,
        follow_database_clock,
        ..StoreOptions::default()
    }
}

fn bind(
    given: Option<TcpListener>,
    address: SocketAddr,
    flag: &'static str,
) -> Result<TcpListener, StartError> {
    let key = if flag == "listen" {
        "listen"
    } else {
        "admin_listen"
    };
    let failed = |cause| StartError::Listen {
        address,
        flag,
        key,
        cause,
    };
    let listener = given
        .map_or_else(|| TcpListener::bind(address), Ok)
        .map_err(failed)?;
    Ok(listener)
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener
        .local_addr()
        .map_err(|error| StartError::Other(error.to_string()))
}

fn serve_public(
    app: Arc<AppState>,
    listener: TcpListener,
    workers: Option<usize>,
    grace: Duration,
) -> Result<Server, StartError> {
    let app = web::Data::from(app);
    let mut server = HttpServer::new(move || routes::public(app.clone()))
        .client_request_timeout(HEAD_TIME_OUT)
        .keep_alive(KEEP_ALIVE)
        // Longer than ours, which decides.
        .shutdown_timeout(grace.as_secs().saturating_add(1))
        .disable_signals();
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    Ok(server
        .listen(listener)
        .map_err(|error| StartError::Other(error.to_string()))?
        .run())
}

fn serve_private(
    app: Arc<AppState>,
    admin: web::Data<Admin>,
    listener: TcpListener,
) -> Result<Server, StartError> {
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(app.clone())
            .app_data(admin.clone())
            .configure(routes::private)
    });
    let server = server.workers(1).shutdown_timeout(1).disable_signals();
    Ok(server
        .listen(listener)
        .map_err(|error| StartError::Other(error.to_string()))?
        .run())
}
