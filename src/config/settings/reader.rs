//! The reader of the merged layers: what each setting must be, and its default.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::config::report::problem::{Problem, in_order};
use crate::config::settings::layers::{Layer, Layers, Sources};
use crate::config::settings::options::{
    DEFAULT_SESSION, DatabaseKind, HttpOptions, Settings, StoreOptions, Telemetry,
};
use crate::config::settings::secret_text::{key_list, read_secret};
use crate::config::settings::trusted_network::network;
use crate::domain::log_format::LogFormat;
use crate::domain::profile::SessionLimits;
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

    /// Only the profiles folder and the session defaults, which the offline commands need. Errors of other keys do not stop
    /// them.
    ///
    /// # Errors
    /// The problems of these keys.
    pub fn offline(sources: &Sources) -> Result<(PathBuf, SessionLimits), Vec<Problem>> {
        let mut reader = Reader(Layers::merge(sources));
        // Problems of other keys concern `serve` only.
        reader.0.problems.clear();
        let profiles = reader.path("profiles");
        let session = reader.session();
        let problems = reader.0.problems;
        match session {
            Some(session) if problems.is_empty() => Ok((
                profiles.unwrap_or_else(|| PathBuf::from("profiles")),
                session,
            )),
            _ => Err(problems),
        }
    }
}

/// Reads the keys of the merged layers.
pub(super) struct Reader<'s>(pub(super) Layers<'s>);

impl Reader<'_> {
    /// Reads every key before the first missing one ends the reading, so that all errors are found.
    fn settings(&mut self) -> Option<Settings> {
        let listen = self.socket("listen", SocketAddr::from(([127, 0, 0, 1], 8080)));
        let admin_listen = self.socket("admin_listen", SocketAddr::from(([127, 0, 0, 1], 8081)));
        let profiles = self.path("profiles");
        let database = self.database();
        let keys = self.keys(database.as_ref().map(|(kind, _)| *kind));
        let trusted_proxies = self.trusted_proxies();
        let templates = self.path("templates");
        let shutdown_delay = self.duration("shutdown_delay", Duration::from_secs(1));
        let shutdown_grace = self.duration("shutdown_grace", Duration::from_secs(25));
        let session = self.session();
        let http = self.http();
        let store = self.store();
        let telemetry = self.telemetry();
        if let (Some(listen), Some(admin)) = (listen, admin_listen)
            && listen == admin
            && listen.port() != 0
        {
            let right = "another port: the admin listener has no authentication";
            self.0
                .fault("admin_listen", "is the public listener's address", right);
        }
        let (database, database_url) = database?;
        Some(Settings {
            listen: listen?,
            admin_listen: admin_listen?,
            profiles: profiles.unwrap_or_else(|| PathBuf::from("profiles")),
            database_url,
            database,
            keys: keys?,
            trusted_proxies,
            templates,
            shutdown_delay: shutdown_delay?,
            shutdown_grace: shutdown_grace?,
            session: session?,
            http: http?,
            store: store?,
            telemetry: telemetry?,
        })
    }

    fn database(&mut self) -> Option<(DatabaseKind, SecretUrl)> {
        let problems = self.0.problems.len();
        let (key, text) = match self.secret("database_url", |reader| {
            reader.text("database_url").unwrap_or_default()
        }) {
            Some(found) => found,
            None if self.0.problems.len() > problems => return None,
            None => (
                "database_url".to_owned(),
                "sqlite://gatehouse.db".to_owned(),
            ),
        };
        let text = text.trim();
        let kind = DatabaseKind::of(text);
        if kind.is_none() {
            let right = "postgres://USER:PASSWORD@HOST/DATABASE or sqlite://FILE";
            self.0
                .fault(&key, "is not the address of a database", right);
        }
        Some((kind?, SecretUrl::new(text)))
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

    fn http(&mut self) -> Option<HttpOptions> {
        let connect_timeout = self.duration("http.connect_timeout", Duration::from_secs(2));
        let timeout = self.duration("http.timeout", Duration::from_secs(10));
        let api_timeout = self.duration("http.api_timeout", Duration::from_secs(30));
        let ca_file = self.path("http.ca_file");
        if let Some(path) = &ca_file {
            let pem = read_secret(path);
            if !pem.is_ok_and(|text| text.contains("-----BEGIN CERTIFICATE-----")) {
                let what = "cannot be read as a file of certificates";
                self.0.fault(
                    "http.ca_file",
                    what,
                    "a PEM file that begins with -----BEGIN CERTIFICATE-----",
                );
            }
        }
        let resolve = self.resolve();
        Some(HttpOptions {
            connect_timeout: connect_timeout?,
            timeout: timeout?,
            api_timeout: api_timeout?,
            ca_file,
            resolve,
        })
    }

    fn resolve(&mut self) -> BTreeMap<String, IpAddr> {
        let key = "http.resolve";
        let pairs: Vec<(String, String)> = match self.0.value(key) {
            Some(config::ValueKind::Table(table)) => table
                .iter()
                .filter_map(|(host, value)| match &value.kind {
                    config::ValueKind::String(address) => Some((host.clone(), address.clone())),
                    _ => None,
                })
                .collect(),
            _ => self
                .list(key)
                .into_iter()
                .map(|pair| match pair.split_once('=') {
                    Some((host, address)) => (host.trim().to_owned(), address.trim().to_owned()),
                    None => (pair, String::new()),
                })
                .collect(),
        };
        let mut resolved = BTreeMap::new();
        for (host, address) in pairs {
            if let Ok(address) = address.parse() {
                resolved.insert(host.to_ascii_lowercase(), address);
            } else {
                let what = format!("{host:?} has {address:?}, which is not an IP address");
                self.0.fault(
                    key,
                    what,
                    "such as { \"login.contoso.example\" = \"10.0.0.5\" }",
                );
            }
        }
        resolved
    }

    fn store(&mut self) -> Option<StoreOptions> {
        let connections = self.number("store.max_connections", 10, 1_000);
        let entries = self.number("store.cache_entries", 100_000, 100_000_000);
        let per_person = self.number("store.max_sessions_per_person", 100, 1_000_000);
        let startup_wait = self.duration("store.startup_wait", Duration::from_secs(10));
        Some(StoreOptions {
            max_connections: u32::try_from(connections?).ok()?,
            cache_entries: entries?,
            max_sessions_per_person: u32::try_from(per_person?).ok()?,
            startup_wait: startup_wait?,
        })
    }

    fn telemetry(&mut self) -> Option<Telemetry> {
        let log = self
            .text("telemetry.log")
            .unwrap_or_else(|| "info".to_owned());
        let format = match self.text("telemetry.format").as_deref() {
            None | Some("text") => Some(LogFormat::Text),
            Some("json") => Some(LogFormat::Json),
            Some(other) => {
                let what = format!("{other:?} is not a known value");
                self.0
                    .fault("telemetry.format", what, "\"text\" or \"json\"");
                None
            }
        };
        Some(Telemetry {
            log,
            format: format?,
        })
    }
}
