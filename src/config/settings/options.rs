//! Settings of the process as values that cannot be invalid.
//!
//! [`crate::config::settings::layers`] decides which source a value comes from, and
//! [`crate::config::settings::reader`] checks the value.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::domain::profile::SessionLimits;
use crate::domain::secret::SecretUrl;

/// The databases that can keep sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// Embedded, for one machine.
    Sqlite,
    /// For deployments with any number of replicas.
    Postgres,
}

impl DatabaseKind {
    /// The kind that an address names.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// How the process talks to authorities and APIs.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// A connection may take so long.
    pub connect_timeout: Duration,
    /// A whole request to an authority may take so long.
    pub timeout: Duration,
    /// A web API's whole answer may take so long.
    pub api_timeout: Duration,
    /// Certificates of a private authority's issuer, PEM.
    pub ca_file: Option<PathBuf>,
    /// Addresses instead of DNS, by host in lower case.
    pub resolve: BTreeMap<String, IpAddr>,
}

/// The database and the cache before it.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// Connections of this process.
    pub max_connections: u32,
    /// Sessions in memory.
    pub cache_entries: u64,
    /// How long a starting process waits for its database.
    pub startup_wait: Duration,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Logs.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// In the syntax of `RUST_LOG`, which wins.
    pub log: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// The settings of a process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public listener.
    pub listen: SocketAddr,
    /// The admin listener.
    pub admin_listen: SocketAddr,
    /// The folder of profiles.
    pub profiles: PathBuf,
    /// Where sessions are kept.
    pub database_url: SecretUrl,
    /// Which database that is.
    pub database: DatabaseKind,
    /// Base64 keys of 256 bits, newest first. Empty only with SQLite: then one is made and kept beside it.
    pub keys: Vec<SecretString>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Pages that replace ours.
    pub templates: Option<PathBuf>,
    /// After SIGTERM the process says that it is not ready and serves on for so long, until load balancers notice.
    pub shutdown_delay: Duration,
    /// Exchanges, requests in flight and the last writes may take so long after that, all together.
    pub shutdown_grace: Duration,
    /// For profiles that do not say it themselves.
    pub session: SessionLimits,
    /// Requests to authorities and APIs.
    pub http: HttpOptions,
    /// The database and the cache before it.
    pub store: StoreOptions,
    /// Logs.
    pub telemetry: Telemetry,
}

/// Seconds of an hour.
const HOUR: u64 = 3600;

/// Session limits when nobody says anything: a working day, a week.
pub const DEFAULT_SESSION: SessionLimits = SessionLimits {
    idle_timeout: Duration::from_secs(8 * HOUR),
    lifetime: Duration::from_secs(7 * 24 * HOUR),
};
