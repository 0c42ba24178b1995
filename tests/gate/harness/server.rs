//! A running gatehouse with everything around it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use gatehouse::app::live_profiles::LiveProfiles;
use gatehouse::app::running::{Detached, Running};
use gatehouse::app::serve::{ServerDeps, start};
use gatehouse::config::{FileText, Settings, Sources};
use gatehouse::domain::clock::{Clock, FixedClock};
use gatehouse::domain::environment::{Environment, process_environment};
use gatehouse::seal::{OsRandom, new_key_text};
use gatehouse::store::SessionStore;
use simulator::Options;
use tempfile::TempDir;

use super::database::Database;
use super::steps::environment;
use super::wire::Wire;
use super::{Kind, On, Plan, Replica, Simulator, write_profile};

/// A running gatehouse with its authority, its browser and its clock.
pub struct TestGatehouse {
    pub sim: Simulator,
    pub clock: Arc<FixedClock>,
    pub port: u16,
    pub admin: String,
    pub folder: TempDir,
    pub app: Detached,
    pub live: Arc<LiveProfiles>,
    pub keys: Vec<String>,
    pub database_url: String,
    /// The way to the database, when the plan asked for one that can be cut.
    pub wire: Option<Wire>,
    server: Stopper,
    database: Option<Database>,
}

/// The moment at which every test begins.
pub fn beginning() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// The host of the profile of a kind.
pub fn host(kind: Kind) -> &'static str {
    match kind {
        Kind::EntraId => "entra.localhost",
        Kind::ExternalId => "external.localhost",
        Kind::ExternalIdCustomDomain => "custom.localhost",
        Kind::B2c => "b2c.localhost",
        Kind::Oidc => "oidc.localhost",
    }
}

impl TestGatehouse {
    pub async fn start(plan: Plan) -> Self {
        let clock = Arc::new(FixedClock::at(plan.beginning));
        let of_sim = Arc::clone(&clock);
        let sim = Simulator::start(Options {
            clock: Arc::new(move || of_sim.now().timestamp()),
            ..plan.sim.clone()
        })
        .unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("profiles")).unwrap();
        let public = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = public.local_addr().unwrap().port();
        for kind in Kind::ALL {
            write_profile(&folder, &sim, port, kind, &plan);
        }
        let (database_url, database) = store(plan.on, &folder).await;
        let (database_url, wire) = if plan.wired {
            let (url, wire) = wired(&database_url).await;
            (url, Some(wire))
        } else {
            (database_url, None)
        };
        let variables = environment(&sim, plan.in_app_service, plan.variables);
        let parts = Parts {
            sim,
            clock,
            folder,
            keys: vec![new_key_text(&OsRandom)],
            database_url,
            wire,
            database,
        };
        parts.run(public, &plan.settings, variables).await
    }

    /// Stops the server and starts it again on the same data, with these keys.
    pub async fn restart(self, keys: Vec<String>) -> Self {
        self.server.0.stop(true).await;
        let public = bind_again(self.port);
        let variables = environment(&self.sim, false, Vec::new());
        let parts = Parts {
            sim: self.sim,
            clock: self.clock,
            folder: self.folder,
            keys,
            database_url: self.database_url,
            wire: self.wire,
            database: self.database,
        };
        parts.run(public, "", variables).await
    }

    /// Another replica on the same store and profiles, at another port. Its profiles answer at the first one's
    /// hosts when the `Host` header says so.
    pub async fn replica(&self) -> Replica {
        self.replica_by(means(None, &self.clock)).await
    }

    /// The same with means of its own, such as a clock that is wrong.
    pub async fn replica_by(&self, means: ServerDeps) -> Replica {
        let settings = settings(self.folder.path(), &self.database_url, &self.keys, "");
        Replica::run(start(settings, means).await.unwrap()).await
    }

    /// A process on the same store whose profiles folder is empty.
    pub async fn replica_without_profiles(&self) -> Replica {
        let folder = self.folder.path().join("no-profiles");
        std::fs::create_dir(&folder).unwrap();
        let mut settings = settings(self.folder.path(), &self.database_url, &self.keys, "");
        settings.profiles = folder;
        Replica::run(start(settings, means(None, &self.clock)).await.unwrap()).await
    }

    /// Another replica, not yet serving: a test runs it until a signal. `more` are settings.
    pub async fn running_replica(&self, more: &str) -> Running {
        let settings = settings(self.folder.path(), &self.database_url, &self.keys, more);
        start(settings, means(None, &self.clock)).await.unwrap()
    }

    pub fn origin(&self, kind: Kind) -> String {
        format!("http://{}:{}", host(kind), self.port)
    }

    pub fn url(&self, kind: Kind, path: &str) -> String {
        format!("{}{path}", self.origin(kind))
    }

    pub fn profile_path(&self, kind: Kind) -> PathBuf {
        self.folder
            .path()
            .join("profiles")
            .join(format!("{}.toml", kind.name()))
    }

    pub fn turn(&self, seconds: i64) {
        self.clock.turn(TimeDelta::seconds(seconds));
    }

    /// The store behind the server, for what no page shows.
    pub fn store(&self) -> &SessionStore {
        &self.app.store
    }

    pub fn admin_url(&self, path: &str) -> String {
        format!("{}{path}", self.admin)
    }
}

/// What outlives a restart.
struct Parts {
    sim: Simulator,
    clock: Arc<FixedClock>,
    folder: TempDir,
    keys: Vec<String>,
    database_url: String,
    wire: Option<Wire>,
    database: Option<Database>,
}

impl Parts {
    /// Starts the server; `more` are settings beside the usual ones.
    async fn run(self, public: TcpListener, more: &str, variables: Environment) -> TestGatehouse {
        let port = public.local_addr().unwrap().port();
        let running = start(
            settings(self.folder.path(), &self.database_url, &self.keys, more),
            ServerDeps {
                environment: variables,
                ..means(Some(public), &self.clock)
            },
        )
        .await
        .unwrap();
        let admin = format!("http://{}", running.private);
        let app = running.detach();
        wait_for_store(&app).await;
        let (handle, live) = (app.server.clone(), Arc::clone(&app.profiles));
        TestGatehouse {
            sim: self.sim,
            clock: self.clock,
            port,
            admin,
            folder: self.folder,
            app,
            live,
            keys: self.keys,
            database_url: self.database_url,
            wire: self.wire,
            server: Stopper(handle),
            database: self.database,
        }
    }
}

/// The address of the store, and the Postgres database behind it.
async fn store(on: On, folder: &TempDir) -> (String, Option<Database>) {
    match on {
        On::Sqlite => {
            let file = folder.path().join("gatehouse.db");
            (format!("sqlite://{}", file.display()), None)
        }
        On::Postgres => {
            let database = Database::create().await;
            (database.url(), Some(database))
        }
    }
}

/// The address of a wire that leads to this database.
async fn wired(database_url: &str) -> (String, Wire) {
    let mut url = url::Url::parse(database_url).unwrap();
    let target = url.socket_addrs(|| Some(5432)).unwrap()[0];
    let wire = Wire::to(target).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(wire.port)).unwrap();
    (url.to_string(), wire)
}

/// Waits until something holds; ten seconds are in vain.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = tokio::time::Instant::now();
    while !holds().await {
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(10),
            "in vain: {what}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Stops its server when dropped; the order is sent by the call.
pub(super) struct Stopper(pub(super) actix_web::dev::ServerHandle);

impl Drop for Stopper {
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}

fn bind_again(port: u16) -> TcpListener {
    TcpListener::bind(("127.0.0.1", port)).unwrap()
}

fn settings(folder: &std::path::Path, database_url: &str, keys: &[String], more: &str) -> Settings {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    let text = format!(
        "profiles = \"{}\"\ndatabase_url = \"{database_url}\"\nkeys = [{}]\nadmin_listen = \"127.0.0.1:0\"\nlisten = \"127.0.0.1:0\"\n{more}\n",
        folder.join("profiles").display(),
        keys.join(", "),
    );
    let file = Some(FileText {
        name: "gatehouse.toml".to_owned(),
        text,
    });
    Settings::read(&Sources {
        file,
        ..Sources::default()
    })
    .unwrap()
}

pub fn means(public: Option<TcpListener>, clock: &Arc<FixedClock>) -> ServerDeps {
    ServerDeps {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(OsRandom),
        public,
        private: None,
        workers: Some(2),
        metrics: Arc::new(super::records::rendered),
        environment: process_environment(),
        follow_database_clock: false,
    }
}

impl Replica {
    async fn run(running: Running) -> Self {
        let (port, admin) = (running.public.port(), format!("http://{}", running.private));
        let app = running.detach();
        wait_for_store(&app).await;
        let handle = app.server.clone();
        Self {
            port,
            admin,
            app,
            server: Stopper(handle),
        }
    }
}

async fn wait_for_store(app: &Detached) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while app.store.ready().await.is_err() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the store does not become ready"
        );
        tokio::task::yield_now().await;
    }
}
