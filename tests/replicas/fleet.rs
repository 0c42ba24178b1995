//! Three real `gatehouse serve` processes on one Postgres, the simulator, and a balancer before them.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatehouse::seal::{OsRandom, new_key_text};
use simulator::{CLIENT_SECRET, Kind, Options, Simulator};
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::balancer::Balancer;
use crate::browser::{Browser, Page, client};

/// How many replicas there are.
pub const REPLICAS: usize = 3;
/// Whatever is waited for happens within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// One process.
struct Replica {
    child: Mutex<Option<Child>>,
    port: u16,
    admin: u16,
}

/// Everything that runs.
pub struct Fleet {
    pub sim: Simulator,
    pub balancer: Balancer,
    pub folder: TempDir,
    pub client: reqwest::Client,
    replicas: Vec<Replica>,
    environment: Vec<(&'static str, String)>,
    server: String,
    database: String,
}

/// The server at which databases can be made; without one, these tests say so and pass.
pub fn postgres() -> Option<String> {
    let server = std::env::var("TEST_DATABASE_URL").ok();
    assert!(
        server.is_some() || std::env::var_os("TEST_REQUIRE_POSTGRES").is_none(),
        "TEST_DATABASE_URL is not set"
    );
    if server.is_none() {
        eprintln!("skipped: no TEST_DATABASE_URL; `make test` starts a Postgres of its own");
    }
    server
}

async fn administer(server: &str, statement: String) {
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
}

/// A port that is free now, and that this process was not given before.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());
    let mut given = GIVEN.lock().unwrap();
    loop {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        if !given.contains(&port) {
            given.push(port);
            return port;
        }
    }
}

impl Fleet {
    pub async fn start(server: String) -> Arc<Self> {
        let sim = Simulator::start(Options {
            remembered_calls: 0,
            ..Options::default()
        })
        .unwrap();
        let database = format!("fleet_{}", uuid::Uuid::new_v4().simple());
        administer(&server, format!("CREATE DATABASE {database}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&database);
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("profiles")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let public = listener.local_addr().unwrap().port();
        // The folder is the default one, relative to where a replica runs.
        let environment = vec![
            ("GATEHOUSE_DATABASE_URL", url.to_string()),
            ("GATEHOUSE_KEYS", new_key_text(&OsRandom)),
            ("GATEHOUSE_SHUTDOWN_DELAY", "1s".to_owned()),
        ];
        let replicas: Vec<_> = (0..REPLICAS)
            .map(|_| Replica {
                child: Mutex::default(),
                port: free_port(),
                admin: free_port(),
            })
            .collect();
        let ports: Vec<_> = replicas
            .iter()
            .map(|replica| (replica.port, replica.admin))
            .collect();
        let balancer = Balancer::start(listener, &ports);
        let fleet = Self {
            sim,
            balancer,
            folder,
            client: client(),
            replicas,
            environment,
            server,
            database,
        };
        fleet.write_profile(Kind::EntraId, "Contoso staff", public);
        fleet.write_profile(Kind::Oidc, "Contoso shop", public);
        for at in 0..REPLICAS {
            fleet.spawn(at);
        }
        for at in 0..REPLICAS {
            fleet.wait_until_up(at).await;
        }
        Arc::new(fleet)
    }

    /// Where a profile's people reach it: at the balancer.
    pub fn url(&self, kind: Kind, path: &str) -> String {
        format!("http://{}:{}{path}", host(kind), self.balancer.port)
    }

    fn write_profile(&self, kind: Kind, title: &str, port: u16) {
        let (endpoint, scope, name) = match kind {
            Kind::Oidc => (
                format!("{}/orders", self.sim.api()),
                "api://orders/Orders.Read",
                "orders",
            ),
            _ => (
                format!("{}/v1.0/me", self.sim.graph()),
                "User.Read",
                "graph",
            ),
        };
        let text = format!(
            "kind = \"{}\"\npublic_url = \"http://{}:{port}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{CLIENT_SECRET}\" }}\ntitle = \"{title}\"\n[[api]]\nname = \"{name}\"\nendpoint = \"{endpoint}\"\nscopes = [\"{scope}\"]\n",
            kind.name(),
            host(kind),
            self.sim.authority(kind),
            kind.client_id(),
        );
        let path = self
            .folder
            .path()
            .join("profiles")
            .join(format!("{}.toml", kind.name()));
        let beside = path.with_extension("new");
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, path).unwrap();
    }

    /// Edits a profile's title.
    pub fn rename(&self, kind: Kind, title: &str) {
        self.write_profile(kind, title, self.balancer.port);
    }

    pub fn log_path(&self, at: usize) -> PathBuf {
        self.folder.path().join(format!("replica-{at}.log"))
    }

    fn spawn(&self, at: usize) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path(at))
            .unwrap();
        let replica = &self.replicas[at];
        let child = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .arg("serve")
            .current_dir(self.folder.path())
            .env_clear()
            .env("RUST_BACKTRACE", "1")
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .env("GATEHOUSE_LISTEN", format!("127.0.0.1:{}", replica.port))
            .env(
                "GATEHOUSE_ADMIN_LISTEN",
                format!("127.0.0.1:{}", replica.admin),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        *replica.child.lock().unwrap() = Some(child);
    }

    async fn wait_until_up(&self, at: usize) {
        let begun = tokio::time::Instant::now();
        loop {
            let ready = self.admin(at, "/readyz").await;
            let listening = ready
                .is_some_and(|(status, text)| status == 200 && text.contains("\"listening\":true"));
            if listening && self.balancer.is_up(at) {
                return;
            }
            let ended = self.replicas[at]
                .child
                .lock()
                .unwrap()
                .as_mut()
                .unwrap()
                .try_wait()
                .unwrap();
            let log = || std::fs::read_to_string(self.log_path(at)).unwrap_or_default();
            assert!(ended.is_none(), "replica {at} ended: {ended:?}\n{}", log());
            assert!(
                begun.elapsed() < PATIENCE,
                "replica {at} does not become ready\n{}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a replica's admin listener says; nothing when it is away.
    pub async fn admin(&self, at: usize, path: &str) -> Option<(u16, String)> {
        let url = format!("http://127.0.0.1:{}{path}", self.replicas[at].admin);
        let answer = self.client.get(url).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Ends sessions through a replica's admin listener.
    pub async fn end_sessions(&self, at: usize, what: &serde_json::Value) -> u64 {
        let url = format!("http://127.0.0.1:{}/sessions/end", self.replicas[at].admin);
        let answer = self
            .client
            .post(url)
            .body(what.to_string())
            .send()
            .await
            .unwrap();
        let answer: serde_json::Value =
            serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        answer["ended"].as_u64().unwrap()
    }

    /// Asks one replica, past the balancer.
    pub async fn ask(&self, at: usize, browser: &Browser, kind: Kind, path: &str) -> Page {
        let to = format!("{}:{}", host(kind), self.balancer.port);
        browser
            .get_with(
                format!("http://{}:{}{path}", host(kind), self.replicas[at].port),
                &[("host", &to)],
            )
            .await
    }

    /// The same for a request whose replica may die: whoever sends it does not wait for the answer.
    pub fn ask_and_leave(
        &self,
        at: usize,
        browser: &Browser,
        kind: Kind,
        path: &str,
    ) -> tokio::task::JoinHandle<()> {
        let cookies: Vec<String> = browser
            .cookies(host(kind))
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let asked = self
            .client
            .get(format!("http://127.0.0.1:{}{path}", self.replicas[at].port))
            .header("host", format!("{}:{}", host(kind), self.balancer.port))
            .header("cookie", cookies.join("; "));
        tokio::spawn(async move {
            let _ = asked.send().await;
        })
    }

    fn take(&self, at: usize) -> Child {
        self.replicas[at].child.lock().unwrap().take().unwrap()
    }

    /// `kill -9`: nothing under way is finished.
    pub fn kill(&self, at: usize) {
        let mut child = self.take(at);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Begins a replica again that is gone.
    pub async fn revive(&self, at: usize) {
        self.spawn(at);
        self.wait_until_up(at).await;
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(&self, at: usize) -> ExitStatus {
        let mut child = self.take(at);
        let told = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        let begun = tokio::time::Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            assert!(
                begun.elapsed() < PATIENCE + Duration::from_secs(10),
                "replica {at} does not stop"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A connection to the database of the replicas.
    pub async fn connect(&self) -> sqlx::PgConnection {
        let mut url = url::Url::parse(&self.server).unwrap();
        url.set_path(&self.database);
        sqlx::PgConnection::connect(url.as_str()).await.unwrap()
    }

    /// Rows of sessions in the database.
    pub async fn rows(&self) -> i64 {
        let mut connection = self.connect().await;
        sqlx::query_scalar("SELECT count(*) FROM sessions")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    /// Stops everything and drops the database.
    pub async fn end(&self) {
        for replica in &self.replicas {
            stop(replica);
        }
        administer(
            &self.server,
            format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database),
        )
        .await;
    }
}

fn stop(replica: &Replica) {
    if let Some(mut child) = replica.child.lock().unwrap().take() {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A test that fails leaves no process behind.
impl Drop for Fleet {
    fn drop(&mut self) {
        for replica in &self.replicas {
            stop(replica);
        }
    }
}

/// The host of a kind's profile.
pub fn host(kind: Kind) -> &'static str {
    if kind == Kind::Oidc {
        "shop.localhost"
    } else {
        "staff.localhost"
    }
}

/// The path that calls a kind's API.
pub fn api(kind: Kind) -> &'static str {
    if kind == Kind::Oidc {
        "/auth/call_api/orders"
    } else {
        "/auth/call_api/graph"
    }
}
