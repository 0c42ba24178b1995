//! The merged layers become [`Settings`]: what each key must be, and what it is when nothing is said.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::config::settings::layers::{Layer, Layers};
use crate::config::settings::value_readers::{DatabaseKind, key_list, network, read_secret};
use crate::config::settings::values::{
    DEFAULT_SESSION, HttpOptions, Settings, StoreOptions, Telemetry,
};
use crate::domain::log_format::LogFormat;
use crate::domain::profile::SessionLimits;
use crate::domain::secret::SecretUrl;

/// Reads the keys of the merged layers.
pub(in crate::config) struct Reader<'s>(pub(in crate::config) Layers<'s>);

impl Reader<'_> {
    /// Every key is read before the first is missed, so that all faults are found.
    pub(in crate::config) fn settings(&mut self) -> Option<Settings> {
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
            let right = "another port: the admin listener asks nobody who they are";
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

    fn text(&mut self, key: &str) -> Option<String> {
        match self.0.value(key)? {
            config::ValueKind::String(text) => Some(text.clone()),
            // The file's strict reader has told it already.
            _ => None,
        }
    }

    pub(in crate::config) fn path(&mut self, key: &str) -> Option<PathBuf> {
        let path = self.text(key)?;
        if path.trim().is_empty() {
            self.0.fault(key, "is empty", "a path, or leave it out");
            return None;
        }
        Some(PathBuf::from(path))
    }

    fn socket(&mut self, key: &str, default: SocketAddr) -> Option<SocketAddr> {
        let Some(text) = self.text(key) else {
            return Some(default);
        };
        let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
        let address = numeric.parse().ok();
        if address.is_none() {
            let what = format!("{text:?} is not an address with a port");
            self.0.fault(
                key,
                what,
                "such as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"",
            );
        }
        address
    }

    fn duration(&mut self, key: &str, default: Duration) -> Option<Duration> {
        let Some(text) = self.text(key) else {
            return Some(default);
        };
        // To wait for nobody is a wish; to live for no time is a mistake.
        let may_be_none = ["shutdown_delay", "shutdown_grace"].contains(&key);
        let duration = humantime::parse_duration(&text)
            .ok()
            .filter(|it| may_be_none || !it.is_zero());
        if duration.is_none() {
            let what = format!("{text:?} is not a duration");
            self.0.fault(
                key,
                what,
                "a number with a unit, such as \"10s\"; units: ms, s, m, h, d",
            );
        }
        duration
    }

    fn number(&mut self, key: &str, default: u64, most: u64) -> Option<u64> {
        let number = match self.0.value(key) {
            None => return Some(default),
            Some(config::ValueKind::String(text)) => text.trim().parse::<u64>().ok(),
            Some(config::ValueKind::I64(number)) => u64::try_from(*number).ok(),
            Some(config::ValueKind::U64(number)) => Some(*number),
            // The file's strict reader has told it already.
            Some(_) => return None,
        };
        let number = number.filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.0.fault(
                key,
                "is not a number that can be used",
                format!("a whole number from 1 to {most}"),
            );
        }
        number
    }

    /// A list: of the file's items, or of a variable's text cut at its commas.
    fn list(&self, key: &str) -> Vec<String> {
        match self.0.value(key) {
            Some(config::ValueKind::String(text)) => text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
            Some(config::ValueKind::Array(items)) => items
                .iter()
                .filter_map(|item| match &item.kind {
                    config::ValueKind::String(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Of a key and its `_file` sister: the text of whichever is said in the higher layer.
    fn secret(&mut self, key: &str) -> Option<(String, String)> {
        let file_key = format!("{key}_file");
        let (value, file) = (self.0.layer(key), self.0.layer(&file_key));
        if value == Layer::Default && file == Layer::Default {
            return None;
        }
        if value == file {
            let what = format!("is given beside {key}");
            self.0.fault(&file_key, what, "one of the two");
            return None;
        }
        if value > file {
            let text = self.list(key).join("\n");
            return Some((key.to_owned(), text));
        }
        let path = self.path(&file_key)?;
        match read_secret(&path) {
            Ok(text) => Some((file_key, text)),
            Err(what) => {
                self.0
                    .fault(&file_key, what, "a file of text that gatehouse may read");
                None
            }
        }
    }

    fn database(&mut self) -> Option<(DatabaseKind, SecretUrl)> {
        let problems = self.0.problems.len();
        let (key, text) = match self.secret("database_url") {
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
        let Some((key, text)) = self.secret("keys") else {
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

    pub(in crate::config) fn session(&mut self) -> Option<SessionLimits> {
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
        let startup_wait = self.duration("store.startup_wait", Duration::from_secs(10));
        Some(StoreOptions {
            max_connections: u32::try_from(connections?).ok()?,
            cache_entries: entries?,
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
                let what = format!("{other:?} is not known here");
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
