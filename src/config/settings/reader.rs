//! The reader of the merged layers: what each setting must be, and its default.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::config::report::problem::{Problem, in_order};
use crate::config::settings::admin_host::admin_host;
use crate::config::settings::layers::{Layer, Layers, Sources};
use crate::config::settings::options::{
    DEFAULT_SESSION, DatabaseKind, DatabaseSettings, ForProfiles, RateLimitOptions, ServerOptions,
    Settings,
};
use crate::config::settings::secret_text::key_list;
use crate::config::settings::trusted_network::network;
use crate::domain::forward_auth::Family;
use crate::domain::profile::SessionLimits;
use crate::domain::rate_limit::RateLimit;
use crate::domain::secret::SecretUrl;

impl Settings {
    /// Merges the sources over the defaults and reads them.
    ///
    /// # Errors
    /// Every problem of every source, in the order of a report.
    pub fn read(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader(Layers::merge(sources));
        let settings = reader.settings();
        let mut problems = reader.0.problems;
        in_order(&mut problems);
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(problems),
        }
    }

    /// Only what profiles are read with, which the offline commands need. Errors of other keys do not stop
    /// them.
    ///
    /// # Errors
    /// The problems of these keys.
    pub fn offline(sources: &Sources) -> Result<ForProfiles, Vec<Problem>> {
        let mut reader = Reader(Layers::merge(sources));
        let boundary = reader.boundary();
        // Problems of other keys concern `serve` only.
        reader.0.problems.clear();
        let profiles = reader.path("profiles");
        let session = reader.session();
        let templates = reader.path("templates");
        let problems = reader.0.problems;
        match session {
            Some(session) if problems.is_empty() => Ok(ForProfiles {
                profiles: profiles.unwrap_or_else(|| PathBuf::from("profiles")),
                session,
                boundary,
                templates,
            }),
            _ => Err(problems),
        }
    }
}

/// Reads the keys of the merged layers.
pub(super) struct Reader<'s>(pub(super) Layers<'s>);

impl Reader<'_> {
    /// Reads every key before the first missing one ends the reading, so that all errors are found.
    fn settings(&mut self) -> Option<Settings> {
        let (listen, admin_listen) = self.listeners();
        let admin_hosts = self.admin_hosts();
        let profiles = self.path("profiles");
        let database = self.database();
        let keys = self.keys(database.as_ref().map(|(kind, _)| *kind));
        let cookie_suffix = self.cookie_suffix();
        let secret_files = self.secret_files();
        let trusted_proxies = self.trusted_proxies();
        let forward_auth = self.forward_auth();
        let trust_forwarded_host = self.boolean("trust_forwarded_host", false);
        let templates = self.path("templates");
        let shutdown_delay = self.duration("shutdown_delay", Duration::from_secs(1));
        let shutdown_grace = self.duration("shutdown_grace", Duration::from_secs(25));
        let session = self.session();
        let boundary = self.boundary();
        let rate_limits = self.rate_limits();
        let server = self.server();
        let http = self.http();
        let store = self.store();
        let telemetry = self.telemetry();
        let database_url_file = self.database_url_file();
        let (database, database_url) = database?;
        Some(Settings {
            listen: listen?,
            admin_listen: admin_listen?,
            admin_hosts,
            profiles: profiles.unwrap_or_else(|| PathBuf::from("profiles")),
            database_url,
            database_url_file,
            database,
            keys: keys?,
            cookie_suffix,
            secret_files,
            trusted_proxies,
            forward_auth,
            trust_forwarded_host: trust_forwarded_host?,
            templates,
            shutdown_delay: shutdown_delay?,
            shutdown_grace: shutdown_grace?,
            session: session?,
            boundary,
            rate_limits: rate_limits?,
            server: server?,
            http: http?,
            store: store?,
            telemetry: telemetry?,
        })
    }

    fn listeners(&mut self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let listen = self.socket("listen", SocketAddr::from(([127, 0, 0, 1], 8080)));
        let admin = self.socket("admin_listen", SocketAddr::from(([127, 0, 0, 1], 8081)));
        if let (Some(listen), Some(admin_listen)) = (listen, admin)
            && listen == admin_listen
            && listen.port() != 0
        {
            let right = "another port: the admin listener has no authentication";
            self.0
                .fault("admin_listen", "is the public listener's address", right);
        }
        (listen, admin)
    }

    fn database(&mut self) -> Option<(DatabaseKind, SecretUrl)> {
        let (key, text) = self.database_text()?;
        let text = text.trim();
        let kind = DatabaseKind::of(text);
        if kind.is_none() {
            let right = "postgres://USER:PASSWORD@HOST/DATABASE or sqlite://FILE";
            self.0
                .fault(&key, "is not the address of a database", right);
        }
        Some((kind?, SecretUrl::new(text)))
    }

    /// The file, if it and no higher layer says the address.
    fn database_url_file(&mut self) -> Option<PathBuf> {
        let (value, file) = (
            self.0.layer("database_url"),
            self.0.layer("database_url_file"),
        );
        (file > value).then(|| self.text("database_url_file").map(PathBuf::from))?
    }

    /// The address of the database and the key that it comes from.
    pub(super) fn database_text(&mut self) -> Option<(String, String)> {
        let problems = self.0.problems.len();
        let text = |reader: &mut Self| reader.text("database_url").unwrap_or_default();
        let default = "sqlite://gatehouse.db";
        match self.secret("database_url", text) {
            Some(found) => Some(found),
            None if self.0.problems.len() > problems => None,
            None => Some(("database_url".to_owned(), default.to_owned())),
        }
    }

    fn keys(&mut self, database: Option<DatabaseKind>) -> Option<Vec<SecretString>> {
        let problems = self.0.problems.len();
        let Some((key, text)) = self.secret("keys", |reader| reader.list("keys").join("\n")) else {
            if self.0.problems.len() > problems {
                return None;
            }
            if database == Some(DatabaseKind::Postgres) {
                let right = "make one with `gatehouse keys new` and give every replica the same, as GATEHOUSE_KEYS or keys_file";
                self.0
                    .fault("keys", "is missing; it is required with Postgres", right);
            }
            return Some(Vec::new());
        };
        match key_list(&text) {
            Ok(keys) => Some(keys),
            Err(what) => {
                let right =
                    "base64 of 32 random bytes, newest first; `gatehouse keys new` makes one";
                self.0.fault(&key, what, right);
                None
            }
        }
    }

    fn cookie_suffix(&mut self) -> String {
        let suffix = self.text("cookie_suffix").unwrap_or_default();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if suffix.len() > 32 || !suffix.chars().all(allowed) {
            let right = "up to 32 letters, digits, - and _, such as \"-staging\"";
            self.0
                .fault("cookie_suffix", "cannot be part of a cookie's name", right);
        }
        suffix
    }

    fn secret_files(&mut self) -> Vec<PathBuf> {
        ["keys_file", "database_url_file"]
            .into_iter()
            .filter_map(|key| self.text(key))
            .map(PathBuf::from)
            .collect()
    }

    fn trusted_proxies(&mut self) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for text in self.list("trusted_proxies") {
            match network(&text) {
                Ok(network) => networks.push(network),
                Err(what) => {
                    let right = "addresses or networks of your proxies, such as \"10.0.0.0/8\"";
                    self.0
                        .fault("trusted_proxies", format!("{text:?} {what}"), right);
                }
            }
        }
        networks
    }

    fn forward_auth(&mut self) -> Option<Family> {
        let text = self.text("forward_auth")?;
        let family = Family::parse(&text);
        if family.is_none() {
            let right = format!("one of {}", Family::ALL.map(Family::as_str).join(", "));
            let what = format!("{text:?} is no way in which proxies ask");
            self.0.fault("forward_auth", what, right);
        }
        family
    }

    fn admin_hosts(&mut self) -> Vec<String> {
        let mut hosts = Vec::new();
        for text in self.list("admin_hosts") {
            match admin_host(&text) {
                Some(host) => hosts.push(host),
                None => self.0.fault(
                    "admin_hosts",
                    format!("{text:?} is not the name of a host"),
                    "a name without scheme and port, such as \"gatehouse-admin.auth.svc\"",
                ),
            }
        }
        hosts
    }

    fn server(&mut self) -> Option<ServerOptions> {
        let keep_alive = self.duration("server.keep_alive", Duration::from_secs(75));
        let write_timeout = self.duration("server.write_timeout", Duration::from_secs(30));
        let connections = self.number("server.max_connections", 10_000, 1_000_000);
        Some(ServerOptions {
            keep_alive: keep_alive?,
            write_timeout: write_timeout?,
            max_connections: u32::try_from(connections?).ok()?,
        })
    }

    fn session(&mut self) -> Option<SessionLimits> {
        let idle = self.duration("session.idle_timeout", DEFAULT_SESSION.idle_timeout);
        let lifetime = self.duration("session.lifetime", DEFAULT_SESSION.lifetime);
        let (idle_timeout, lifetime) = (idle?, lifetime?);
        let said = self.0.layer("session.idle_timeout") != Layer::Default;
        if idle_timeout > lifetime && said {
            let right = "at most session.lifetime";
            self.0.fault(
                "session.idle_timeout",
                "is longer than session.lifetime",
                right,
            );
        }
        Some(SessionLimits {
            idle_timeout: idle_timeout.min(lifetime),
            lifetime,
        })
    }

    fn rate_limits(&mut self) -> Option<RateLimitOptions> {
        let mut limit = |of: &str, per_minute, at_once| {
            let mut number = |key: &str, default| {
                let number = self.number(&format!("rate_limits.{of}_{key}"), default, 1_000_000)?;
                NonZeroU32::new(u32::try_from(number).ok()?)
            };
            let (at_once, per_minute) =
                (number("at_once", at_once), number("per_minute", per_minute));
            Some(RateLimit {
                per_minute: per_minute?,
                at_once: at_once?,
            })
        };
        let (attempts, logout_requests) = (
            limit("attempts", 600, 300),
            limit("logout_requests", 3_000, 600),
        );
        Some(RateLimitOptions {
            attempts: attempts?,
            logout_requests: logout_requests?,
        })
    }

    fn store(&mut self) -> Option<DatabaseSettings> {
        let connections = self.number("store.max_connections", 10, 1_000);
        let entries = self.number("store.cache_entries", 100_000, 100_000_000);
        let per_person = self.number("store.max_sessions_per_person", 100, 1_000_000);
        let startup_wait = self.duration("store.startup_wait", Duration::from_secs(10));
        Some(DatabaseSettings {
            max_connections: u32::try_from(connections?).ok()?,
            cache_entries: entries?,
            max_sessions_per_person: u32::try_from(per_person?).ok()?,
            startup_wait: startup_wait?,
        })
    }
}
