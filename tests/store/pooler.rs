//! Poolers before Postgres, with a real `PgBouncer`, and an address that changes while the process runs.

use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatehouse::domain::secret::SecretUrl;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

use crate::harness::{Database, eventually, on_postgres};

/// A `PgBouncer` before the server of a database. It is killed when it is dropped.
struct PgBouncer {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl PgBouncer {
    /// `None` without an installed `PgBouncer`.
    fn start(database: &Database, settings: &str) -> Option<Self> {
        if Command::new("pgbouncer").arg("--version").output().is_err() {
            eprintln!("SKIPPED: there is no pgbouncer");
            return None;
        }
        let server = Url::parse(&database.url).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users");
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&users, format!("\"{}\" \"\"\n", server.username())).unwrap();
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n{settings}\n",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            users.display(),
        );
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        // It refuses to run as root.
        let is_root =
            std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
        let mut command = if is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--", "pgbouncer"]);
            command
        } else {
            Command::new("pgbouncer")
        };
        let child = command
            .arg("-q")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "PgBouncer does not listen"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut url = server;
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        Some(Self {
            child: child.unwrap(),
            url: url.to_string(),
            _folder: folder,
        })
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It ends its child, too: runuser passes the signal on.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

async fn refusal(database: &Database, settings: &str) -> Option<String> {
    let pooler = PgBouncer::start(database, settings)?;
    let store = database
        .at_another(&pooler.url)
        .replica_with(&database.keys);
    let begun = Instant::now();
    let error = store.migrate().await.unwrap_err().in_full();
    assert!(begun.elapsed() < Duration::from_secs(5), "{error}");
    store.close().await;
    Some(error)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_is_refused_in_one_sentence() {
    on_postgres(in_transaction_mode).await;
}

async fn in_transaction_mode(database: Arc<Database>) {
    for more in ["", "\ndefault_pool_size = 1", "\nserver_round_robin = 1"] {
        let settings = format!(
            "pool_mode = transaction\nignore_startup_parameters = extra_float_digits{more}"
        );
        let Some(error) = refusal(&database, &settings).await else {
            return;
        };
        assert!(
            error.contains("pooler in transaction mode"),
            "{more}: {error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_refuses_a_parameter_is_told_what_to_ignore() {
    on_postgres(with_defaults).await;
}

async fn with_defaults(database: Arc<Database>) {
    let Some(error) = refusal(&database, "pool_mode = session").await else {
        return;
    };
    assert!(
        error.contains("ignore_startup_parameters = extra_float_digits"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_session_mode_serves() {
    on_postgres(in_session_mode).await;
}

async fn in_session_mode(database: Arc<Database>) {
    let settings = "pool_mode = session\nignore_startup_parameters = extra_float_digits";
    let Some(pooler) = PgBouncer::start(&database, settings) else {
        return;
    };
    let behind = database.at_another(&pooler.url);
    let store = behind.replica().await;
    store.ready().await.unwrap();
    store.close().await;
}

/// Passes connections on until it is dropped; then they are cut.
struct Relay {
    url: String,
    _connections: JoinSet<()>,
}

impl Relay {
    async fn start(database: &Database) -> Self {
        let mut url = Url::parse(&database.url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port()))
            .unwrap();
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let server = server.clone();
                all.spawn(async move {
                    let mut server = TcpStream::connect(server).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self {
            url: url.to_string(),
            _connections: connections,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_address_is_used_for_the_next_connections() {
    on_postgres(changed_address).await;
}

async fn changed_address(database: Arc<Database>) {
    let (old, new) = (Relay::start(&database).await, Relay::start(&database).await);
    let store = database.at_another(&old.url).replica().await;
    store.ready().await.unwrap();
    assert!(
        store
            .follow_address(&SecretUrl::new("postgres://one,two/gh"))
            .is_err()
    );
    store.ready().await.unwrap();
    store
        .follow_address(&SecretUrl::new(new.url.clone()))
        .unwrap();
    store.ready().await.unwrap();
    drop(old);
    eventually("the store uses the new address", async || {
        store.ready().await.is_ok()
    })
    .await;
    eventually("the listener, too", async || store.status().listening).await;
    store.close().await;
}
