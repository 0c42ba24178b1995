//! A gatehouse of its own for a measurement: profiles, key and database in a temporary place.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gatehouse::seal::{OsRandom, new_key_text};
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::process::{Process, free_port, on_first};

/// What a gatehouse process needs.
pub struct Deployment {
    pub folder: TempDir,
    /// Not in `folder`, whose changes gatehouse is told of: each line would wake it.
    logs: TempDir,
    pub key: String,
    pub database: String,
    pub port: u16,
    server: String,
    name: String,
}

impl Deployment {
    /// A database of its own on the server.
    pub async fn new(server: &str) -> Self {
        let name = format!("bench_{}", uuid::Uuid::new_v4().simple());
        administer(server, format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(server).expect("an address");
        url.set_path(&name);
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("profiles")).expect("a folder");
        Self {
            folder,
            logs: TempDir::new().expect("a temporary folder"),
            key: new_key_text(&OsRandom),
            database: url.to_string(),
            port: free_port(),
            server: server.to_owned(),
            name,
        }
    }

    pub fn host(&self, id: &str) -> String {
        format!("{id}.localhost:{}", self.port)
    }

    /// Writes a profile.
    pub fn profile(&self, id: &str, authority: &str, title: &str) {
        self.profile_with(id, authority, title, "");
    }

    /// Writes a profile with further tables.
    pub fn profile_with(&self, id: &str, authority: &str, title: &str, tables: &str) {
        let text = format!(
            "kind = \"entra-id\"\npublic_url = \"http://{}\"\nauthority = \"{authority}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\ntitle = \"{title}\"\n{tables}",
            self.host(id),
            simulator::Kind::EntraId.client_id(),
            simulator::CLIENT_SECRET,
        );
        let path = self
            .folder
            .path()
            .join("profiles")
            .join(format!("{id}.toml"));
        let beside = path.with_extension("new");
        std::fs::write(&beside, text).expect("a profile is written");
        std::fs::rename(beside, path).expect("a profile is put in place");
    }

    /// The gateway, pinned.
    pub fn start(&self, more: &[(&str, &str)]) -> Process {
        self.start_at(self.port, more)
    }

    /// Another replica, at a port of its own. It answers for the same hosts.
    pub fn start_another(&self, more: &[(&str, &str)]) -> Process {
        self.start_at(free_port(), more)
    }

    fn start_at(&self, port: u16, more: &[(&str, &str)]) -> Process {
        let admin = free_port();
        let mut command = on_first(Path::new(env!("CARGO_BIN_EXE_gatehouse")));
        command
            .arg("serve")
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("GATEHOUSE_LISTEN", format!("127.0.0.1:{port}"))
            .env("GATEHOUSE_ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            .env("GATEHOUSE_PROFILES", self.folder.path().join("profiles"))
            .env("GATEHOUSE_DATABASE_URL", &self.database)
            .env("GATEHOUSE_KEYS", &self.key)
            .envs(more.iter().copied());
        let process = Process::start(command, port, &self.logs.path().join("gatehouse.log"));
        wait_until_ready(admin);
        process
    }

    /// A bare actix server, pinned likewise. It sends the bytes of `answer`, and reads rows where it `has_rows`.
    pub fn bare(&self, answer: &[u8], has_rows: bool) -> Process {
        let port = free_port();
        let own = std::env::current_exe().expect("this program");
        let file = self.folder.path().join("answer.http");
        std::fs::write(&file, answer).expect("a file");
        let mut command: Command = on_first(&own);
        command.arg("bare").arg(port.to_string());
        command.arg(if answer.is_empty() {
            std::ffi::OsStr::new("")
        } else {
            file.as_os_str()
        });
        if has_rows {
            command.arg(&self.database);
        }
        Process::start(command, port, &self.folder.path().join("bare.log"))
    }

    /// Processor time of the database's side so far, by its connections.
    pub async fn database_cpu(&self) -> f64 {
        let mut connection = sqlx::PgConnection::connect(&self.server)
            .await
            .expect("the database");
        let pids: Vec<i32> =
            sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE datname = $1")
                .bind(&self.name)
                .fetch_all(&mut connection)
                .await
                .expect("activity");
        pids.iter()
            .filter_map(|pid| u32::try_from(*pid).ok())
            .map(crate::process::cpu_of)
            .sum()
    }

    /// Lets the database go.
    pub async fn end(self) {
        administer(
            &self.server,
            format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        )
        .await;
    }
}

/// Until the database is there and its schema is right.
fn wait_until_ready(admin: u16) {
    let begun = Instant::now();
    let ready = || {
        let mut stream = TcpStream::connect(("127.0.0.1", admin)).ok()?;
        let asked = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(asked).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(())
    };
    while ready().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(20), "not ready");
        std::thread::sleep(Duration::from_millis(1));
    }
}

async fn administer(server: &str, statement: String) {
    let mut connection = sqlx::PgConnection::connect(server)
        .await
        .expect("the database");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .expect("a statement");
}
