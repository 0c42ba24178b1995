//! Starts the real application on port 0 with a fixed clock, against the simulator over HTTP.

pub mod api;
pub mod browser;
mod database;
pub mod folder;
mod handles;
mod plan;
mod profile;
pub mod records;
pub mod replica;
pub mod socket;
mod steps;
pub mod wire;

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
use simulator::Options;
pub use simulator::{Endpoint, Fault, Kind, Simulator};
use tempfile::TempDir;

use browser::{Browser, Page};
use database::Database;
pub use database::postgres_is_there;
pub use plan::{On, Plan};
pub use profile::{api_of, write_profile};
pub use replica::Replica;
use steps::environment;
use wire::Wire;

/// A running gatehouse with its authority, its browser and its clock.
pub struct TestGate {
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

impl TestGate {
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
        let (database_url, database) = match plan.on {
            On::Sqlite => (
                format!("sqlite://{}", folder.path().join("gatehouse.db").display()),
                None,
            ),
            On::Postgres => {
                let database = Database::create().await;
                (database.url(), Some(database))
            }
        };
        let (database_url, wire) = if plan.wired {
            let mut url = url::Url::parse(&database_url).unwrap();
            let target = url.socket_addrs(|| Some(5432)).unwrap()[0];
            let wire = Wire::to(target).await;
            url.set_host(Some("127.0.0.1")).unwrap();
            url.set_port(Some(wire.port)).unwrap();
            (url.to_string(), Some(wire))
        } else {
            (database_url, None)
        };
        let keys = vec![new_key_text(&OsRandom)];
        let variables = environment(&sim, plan.in_app_service, plan.variables);
        let more = (plan.settings.as_str(), variables);
        Self {
            wire,
            ..Self::run(
                sim,
                clock,
                public,
                folder,
                database_url,
                database,
                keys,
                more,
            )
            .await
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one start")]
    async fn run(
        sim: Simulator,
        clock: Arc<FixedClock>,
        public: TcpListener,
        folder: TempDir,
        database_url: String,
        database: Option<Database>,
        keys: Vec<String>,
        (more, variables): (&str, Environment),
    ) -> Self {
        let port = public.local_addr().unwrap().port();
        let running = start(
            settings(folder.path(), &database_url, &keys, more),
            ServerDeps {
                environment: variables,
                ..means(Some(public), &clock)
            },
        )
        .await
        .unwrap();
        let admin = format!("http://{}", running.private);
        let app = running.detach();
        wait_for_store(&app).await;
        let (handle, live) = (app.server.clone(), Arc::clone(&app.profiles));
        Self {
            sim,
            clock,
            port,
            admin,
            folder,
            app,
            live,
            keys,
            database_url,
            wire: None,
            server: Stopper(handle),
            database,
        }
    }

    /// Stops the process's part and starts it again on the same data, with these keys.
    pub async fn restart(mut self, keys: Vec<String>) -> Self {
        self.server.0.stop(true).await;
        let database = self.database.take();
        let public = bind_again(self.port);
        let Self {
            sim,
            clock,
            folder,
            database_url,
            ..
        } = self;
        let variables = environment(&sim, false, Vec::new());
        Self::run(
            sim,
            clock,
            public,
            folder,
            database_url,
            database,
            keys,
            ("", variables),
        )
        .await
    }

    /// Another replica on the same store and profiles, at another port. Its profiles answer at the first one's
    /// hosts when the `Host` header says so.
    pub async fn replica(&self) -> Replica {
        self.replica_by(means(None, &self.clock)).await
    }

    /// The same with means of its own, such as a clock that is wrong.
    pub async fn replica_by(&self, means: ServerDeps) -> Replica {
        let settings = settings(self.folder.path(), &self.database_url, &self.keys, "");
        let running = start(settings, means).await.unwrap();
        let (port, admin) = (running.public.port(), format!("http://{}", running.private));
        let app = running.detach();
        wait_for_store(&app).await;
        let handle = app.server.clone();
        Replica {
            port,
            admin,
            app,
            server: Stopper(handle),
        }
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

    /// Begins a sign-in and chooses a person at the authority; gives the redirect to the callback, not yet followed.
    pub async fn answer(
        &self,
        browser: &Browser,
        kind: Kind,
        person: &str,
        return_to: &str,
    ) -> Page {
        let mut start = url::Url::parse(&self.url(kind, "/auth/sign_in")).unwrap();
        start.query_pairs_mut().append_pair("return_to", return_to);
        let begun = browser.get(start).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        self.choose(browser, &begun, person).await
    }

    /// The same for a browser whose authority knows somebody already: the person is chosen anew.
    pub async fn answer_as_other(&self, browser: &Browser, kind: Kind, person: &str) -> Page {
        let begun = browser
            .get(self.url(kind, "/auth/sign_in?other_account=1"))
            .await;
        self.choose(browser, &begun, person).await
    }

    /// Goes to the authority and chooses a person there, consenting if asked. Rests before the callback.
    pub async fn choose(&self, browser: &Browser, begun: &Page, person: &str) -> Page {
        let mut page = browser.follow(begun).await;
        for _ in 0..8 {
            if page.status.is_redirection() {
                if page.location().port() == Some(self.port) {
                    return page;
                }
                page = browser.follow(&page).await;
            } else if page.text.contains("name=\"consent\"") {
                page = browser
                    .submit(&page.form_with("consent", None), &[("consent", "accept")])
                    .await;
            } else {
                page = browser
                    .submit(
                        &page.form_with("person", Some(person)),
                        &[("person", person)],
                    )
                    .await;
            }
        }
        panic!("the authority leads nowhere: {} {}", page.status, page.url);
    }

    /// Signs a person in and rests on the page that the callback leads to.
    pub async fn sign_in(&self, browser: &Browser, kind: Kind, person: &str) -> Page {
        let callback = self.answer(browser, kind, person, "/").await;
        let done = browser.follow(&callback).await;
        assert_eq!(done.status, 303, "{}\n{}", done.url, done.text);
        browser.rest(done).await
    }

    /// What `/auth/session` says.
    pub async fn session(&self, browser: &Browser, kind: Kind) -> serde_json::Value {
        browser.get(self.url(kind, "/auth/session")).await.json()
    }

    pub async fn is_signed_in(&self, browser: &Browser, kind: Kind) -> bool {
        self.session(browser, kind).await["signed_in"] == true
    }

    pub fn admin_url(&self, path: &str) -> String {
        format!("{}{path}", self.admin)
    }
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
struct Stopper(actix_web::dev::ServerHandle);

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
        metrics: Arc::new(String::new),
        environment: process_environment(),
        follow_database_clock: false,
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
