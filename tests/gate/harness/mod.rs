//! Starts the real application on port 0 with a fixed clock, against the simulator over HTTP.

pub mod api;
pub mod browser;
pub mod folder;
mod handles;
pub mod records;
pub mod socket;
mod steps;
pub mod wire;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use gatehouse::app::profiles::LiveProfiles;
use gatehouse::app::server::{Means, MetricsText, Running, start, start_in};
use gatehouse::config::{FileText, Settings, Sources};
use gatehouse::domain::clock::{Clock, FixedClock};
use gatehouse::seal::{OsRandom, new_key_text};
use gatehouse::web::gateway::Gateway;
use simulator::Options;
pub use simulator::{Endpoint, Fault, Kind, Simulator};
use tempfile::TempDir;

use browser::{Browser, Page};
use steps::environment;
use wire::Wire;

/// Which store a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A running gatehouse with its authority, its browser and its clock.
pub struct TestGate {
    pub sim: Simulator,
    pub clock: Arc<FixedClock>,
    pub port: u16,
    pub admin: String,
    pub folder: TempDir,
    pub gateway: Arc<Gateway>,
    pub live: Arc<LiveProfiles>,
    pub keys: Vec<String>,
    pub database_url: String,
    /// The way to the database, when the plan asked for one that can be cut.
    pub wire: Option<Wire>,
    server: Stopper,
    database: Option<Database>,
}

/// A database of one test's own on the test server.
struct Database {
    server: String,
    name: String,
}

/// What a test changes before the start.
pub struct Plan {
    pub on: On,
    pub sim: Options,
    /// Lines added to the profile of each kind, before its tables.
    pub lines: Vec<(Kind, String)>,
    /// Tables added after the profile's own.
    pub tables: Vec<(Kind, String)>,
    /// Settings beside the usual ones, as in `gatehouse.toml`.
    pub settings: String,
    /// Whether a wire leads to the database that the test can cut; Postgres only.
    pub wired: bool,
    /// The process seems to run in App Service, with the simulator's managed identity.
    pub in_app_service: bool,
    /// The address of another managed identity than the simulator's.
    pub identity_endpoint: Option<String>,
    /// What the clock shows at the start.
    pub beginning: DateTime<Utc>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            on: On::Sqlite,
            sim: Options::default(),
            lines: Vec::new(),
            tables: Vec::new(),
            settings: String::new(),
            wired: false,
            in_app_service: false,
            identity_endpoint: None,
            beginning: beginning(),
        }
    }
}

impl Plan {
    pub fn on(on: On) -> Self {
        Self {
            on,
            ..Self::default()
        }
    }

    pub fn line(mut self, kind: Kind, line: &str) -> Self {
        self.lines.push((kind, line.to_owned()));
        self
    }

    pub fn table(mut self, kind: Kind, table: &str) -> Self {
        self.tables.push((kind, table.to_owned()));
        self
    }

    pub fn sim(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.sim);
        self
    }

    pub fn settings(mut self, lines: &str) -> Self {
        self.settings.push_str(lines);
        self
    }

    /// On Postgres, behind a wire that can be cut.
    pub fn wired() -> Self {
        Self {
            wired: true,
            ..Self::on(On::Postgres)
        }
    }

    pub async fn start(self) -> TestGate {
        TestGate::start(self).await
    }
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
        let of_sim = || format!("{}/msi/token", sim.managed_identity());
        let endpoint = plan.identity_endpoint.clone();
        let endpoint = endpoint.or_else(|| plan.in_app_service.then(of_sim));
        let more = (plan.settings.as_str(), endpoint);
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
        (more, identity_endpoint): (&str, Option<String>),
    ) -> Self {
        let port = public.local_addr().unwrap().port();
        let running = start_in(
            settings(folder.path(), &database_url, &keys, more),
            means(Some(public), &clock),
            environment(identity_endpoint),
        )
        .await
        .unwrap();
        let admin = format!("http://{}", running.private);
        let (handle, gateway, live) = running.detach();
        wait_for_store(&gateway).await;
        Self {
            sim,
            clock,
            port,
            admin,
            folder,
            gateway,
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
        Self::run(
            sim,
            clock,
            public,
            folder,
            database_url,
            database,
            keys,
            ("", None),
        )
        .await
    }

    /// Another replica on the same store and profiles, at another port. Its profiles answer at the first one's
    /// hosts when the `Host` header says so.
    pub async fn replica(&self) -> Replica {
        self.replica_by(means(None, &self.clock)).await
    }

    /// The same with means of its own, such as a clock that is wrong.
    pub async fn replica_by(&self, means: Means) -> Replica {
        let settings = settings(self.folder.path(), &self.database_url, &self.keys, "");
        let running = start(settings, means).await.unwrap();
        let (port, admin) = (running.public.port(), format!("http://{}", running.private));
        let (handle, gateway, _) = running.detach();
        wait_for_store(&gateway).await;
        Replica {
            port,
            admin,
            gateway,
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

/// A second process's worth of gatehouse on the same store.
pub struct Replica {
    pub port: u16,
    pub admin: String,
    pub gateway: Arc<Gateway>,
    server: Stopper,
}

impl Replica {
    /// An address of a profile at this replica, with the `Host` that belongs to it.
    pub async fn get(&self, gate: &TestGate, browser: &Browser, kind: Kind, path: &str) -> Page {
        let host = format!("{}:{}", host(kind), gate.port);
        browser
            .get_with(
                format!("http://{}:{}{path}", self::host(kind), self.port),
                &[("host", &host)],
            )
            .await
    }

    pub async fn is_signed_in(&self, gate: &TestGate, browser: &Browser, kind: Kind) -> bool {
        self.get(gate, browser, kind, "/auth/session").await.json()["signed_in"] == true
    }

    /// Stops it, as a crash would: nothing under way is finished.
    pub async fn stop(self) {
        self.server.0.stop(false).await;
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

pub fn means(public: Option<TcpListener>, clock: &Arc<FixedClock>) -> Means {
    Means {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(OsRandom),
        public,
        private: None,
        workers: Some(2),
        metrics: MetricsText(Arc::new(String::new)),
        follow_database_clock: false,
    }
}

async fn wait_for_store(gateway: &Gateway) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while gateway.gate.store.ready().await.is_err() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the store does not become ready"
        );
        tokio::task::yield_now().await;
    }
}

/// The profile of a kind: the same keys for all, but for kind, authority and credentials.
pub fn write_profile(folder: &TempDir, sim: &Simulator, port: u16, kind: Kind, plan: &Plan) {
    let of = |list: &[(Kind, String)]| {
        list.iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let flows = if kind == Kind::B2c {
        "[user_flows]\nsign_in = \"B2C_1_susi\"\nedit_profile = \"B2C_1_edit_profile\"\nreset_password = \"B2C_1_reset_password\"\n"
    } else {
        ""
    };
    let api = match kind {
        Kind::B2c => format!(
            "[[api]]\nname = \"orders\"\nendpoint = \"{}/orders\"\nscopes = [\"https://contoso.onmicrosoft.com/orders/Orders.Read\"]\n",
            sim.api()
        ),
        Kind::Oidc => format!(
            "[[api]]\nname = \"orders\"\nendpoint = \"{}/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n",
            sim.api()
        ),
        _ => format!(
            "[[api]]\nname = \"graph\"\nendpoint = \"{}/v1.0/me\"\nscopes = [\"User.Read\"]\n",
            sim.graph()
        ),
    };
    let text = format!(
        "kind = \"{}\"\npublic_url = \"http://{}:{port}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\ntitle = \"Contoso {}\"\n{}\n{flows}{api}{}\n",
        kind.name(),
        host(kind),
        sim.authority(kind),
        kind.client_id(),
        simulator::CLIENT_SECRET,
        kind.name(),
        of(&plan.lines),
        of(&plan.tables),
    );
    std::fs::write(
        folder
            .path()
            .join("profiles")
            .join(format!("{}.toml", kind.name())),
        text,
    )
    .unwrap();
}

/// The name of the API of a kind's profile.
pub fn api_of(kind: Kind) -> &'static str {
    match kind {
        Kind::B2c | Kind::Oidc => "orders",
        _ => "graph",
    }
}

impl Database {
    async fn create() -> Self {
        use sqlx::Connection as _;
        let server = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL names a Postgres server; `make test` starts one");
        let name = format!("gate_{}", uuid::Uuid::new_v4().simple());
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let statement = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
        Self { server, name }
    }

    fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).unwrap();
        url.set_path(&self.name);
        url.to_string()
    }
}

/// Whether Postgres tests can run; `make test` insists.
pub fn postgres_is_there() -> bool {
    let there = std::env::var_os("TEST_DATABASE_URL").is_some();
    assert!(
        there || std::env::var_os("TEST_REQUIRE_POSTGRES").is_none(),
        "TEST_DATABASE_URL is not set"
    );
    if !there {
        eprintln!("skipped: no TEST_DATABASE_URL; `make test` starts a Postgres of its own");
    }
    there
}
