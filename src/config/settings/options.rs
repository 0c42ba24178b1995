//! Settings of the process as values that cannot be invalid.
//!
//! [`crate::config::settings::layers`] decides which source a value comes from, and
//! `config::settings::reader` checks the value.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::config::trust_boundary::TrustBoundary;
use crate::domain::forward_auth::Family;
use crate::domain::log_format::LogFormat;
use crate::domain::outbound_proxy::OutboundProxy;
use crate::domain::profile::SessionLimits;
use crate::domain::rate_limit::RateLimit;
use crate::domain::secret::SecretUrl;

/// The databases that can store sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// Embedded, for one machine.
    Sqlite,
    /// For deployments with any number of replicas.
    Postgres,
}

impl DatabaseKind {
    /// The kind of the database at an address.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// Connections of the public listener.
#[derive(Debug, Clone, Copy)]
pub struct ServerOptions {
    /// How long a quiet connection is kept.
    pub keep_alive: Duration,
    /// How long a client may take nothing of a response.
    pub write_timeout: Duration,
    /// The maximum number of connections.
    pub max_connections: u32,
}

/// Requests to authorities and APIs.
#[derive(Debug, Clone)]
pub struct OutboundSettings {
    /// The time limit for a connection.
    pub connect_timeout: Duration,
    /// The time limit for a whole request to an authority.
    pub timeout: Duration,
    /// The time limit for a whole request to a web API.
    pub api_timeout: Duration,
    /// The certificates of a private CA, PEM.
    pub ca_file: Option<PathBuf>,
    /// The proxy of calls that leave the machine.
    pub proxy: Option<OutboundProxy>,
    /// IP addresses that replace DNS, by host in lower case.
    pub resolve: BTreeMap<String, IpAddr>,
}

/// The database and the session cache.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseSettings {
    /// The maximum number of connections of this process.
    pub max_connections: u32,
    /// The maximum number of sessions in memory.
    pub cache_entries: u64,
    /// The maximum number of sessions of one person at one profile.
    pub max_sessions_per_person: u32,
    /// How long a starting process waits for its database.
    pub startup_wait: Duration,
}

/// Logs and traces.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// What is logged, in the syntax of `RUST_LOG`, which overrides this setting.
    pub log: String,
    /// The format of a log line.
    pub format: LogFormat,
    /// Whether every request has a line.
    pub access_log: bool,
    /// The base address of a collector of traces.
    pub otlp_endpoint: Option<String>,
}

/// How often one address may call.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitOptions {
    /// Attempts to sign in.
    pub attempts: RateLimit,
    /// Logout requests to one profile.
    pub logout_requests: RateLimit,
}

/// The settings that profiles are read with.
#[derive(Debug, Clone)]
pub struct ForProfiles {
    /// The folder of profiles.
    pub profiles: PathBuf,
    /// The session limits of profiles without a `[session]` table.
    pub session: SessionLimits,
    /// What no profile may use.
    pub boundary: TrustBoundary,
    /// The folder of templates for all profiles.
    pub templates: Option<PathBuf>,
}

/// The settings of a process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public listener.
    pub listen: SocketAddr,
    /// The admin listener.
    pub admin_listen: SocketAddr,
    /// Names by which the admin listener may be asked, in lower case.
    pub admin_hosts: Vec<String>,
    /// The folder of profiles.
    pub profiles: PathBuf,
    /// The address of the database.
    pub database_url: SecretUrl,
    /// The file that the address comes from, if it does.
    pub database_url_file: Option<PathBuf>,
    /// The kind of the database.
    pub database: DatabaseKind,
    /// Base64 keys of 256 bits, newest first. Empty only with SQLite: a key is then generated and kept beside the database.
    pub keys: Vec<SecretString>,
    /// What is added to the name of the session cookie.
    pub cookie_suffix: String,
    /// Files that hold secrets: keys and the address of the database.
    pub secret_files: Vec<PathBuf>,
    /// The networks whose forwarded headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// How proxies tell the original request of a check; `None` accepts every way.
    pub forward_auth: Option<Family>,
    /// Whether `X-Forwarded-Host` of a trusted proxy is the host of a request.
    pub trust_forwarded_host: bool,
    /// The folder of pages that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// How long the process keeps serving after SIGTERM, while it reports that it is not ready.
    pub shutdown_delay: Duration,
    /// How long token requests, requests in flight and the last writes may take after that, all together.
    pub shutdown_grace: Duration,
    /// The session limits of profiles without a `[session]` table.
    pub session: SessionLimits,
    /// What no profile may use.
    pub boundary: TrustBoundary,
    /// How often one address may call.
    pub rate_limits: RateLimitOptions,
    /// Connections of the public listener.
    pub server: ServerOptions,
    /// Requests to authorities and APIs.
    pub http: OutboundSettings,
    /// The database and the session cache.
    pub store: DatabaseSettings,
    /// Logs.
    pub telemetry: Telemetry,
}

/// Seconds of an hour.
const HOUR: u64 = 3600;

/// The default session limits: a working day, a week.
pub const DEFAULT_SESSION: SessionLimits = SessionLimits {
    idle_timeout: Duration::from_secs(8 * HOUR),
    lifetime: Duration::from_secs(7 * 24 * HOUR),
};
