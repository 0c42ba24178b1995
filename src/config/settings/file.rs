//! The written shape of the process's settings: every key with its meaning, unit, default and cost.
//!
//! The comments are the reference: `docs/settings.md` is made from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::{SecretText, Spanned};

/// Addresses by host.
pub type AddressTable = BTreeMap<String, Spanned<String>>;

/// The settings of a gatehouse process. Each can also be given as an environment variable, `GATEHOUSE_` and the key
/// in capitals with `__` between levels, such as `GATEHOUSE_STORE__MAX_CONNECTIONS`; some as a flag. A flag wins over
/// a variable, a variable over the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gatehouse settings")]
pub struct SettingsFile {
    /// Address and port of the public listener: pages and redirect paths. Default: `127.0.0.1:8080`.
    #[schemars(example = &"0.0.0.0:8080")]
    pub listen: Option<Spanned<String>>,

    /// Address and port of the admin listener: health, readiness, metrics, session administration. It asks nobody
    /// who they are: never let it be reached from outside. Default: `127.0.0.1:8081`.
    #[schemars(example = &"127.0.0.1:8081")]
    pub admin_listen: Option<Spanned<String>>,

    /// The folder with a file for each profile. Default: `profiles`.
    #[schemars(example = &"/etc/gatehouse/profiles")]
    pub profiles: Option<Spanned<String>>,

    /// Where sessions are kept: `postgres://USER:PASSWORD@HOST/DATABASE` for deployments, `sqlite://FILE` for one
    /// machine. Default: `sqlite://gatehouse.db`.
    #[schemars(example = &"postgres://gatehouse@db.internal/gatehouse")]
    pub database_url: Option<Spanned<SecretText>>,

    /// A file that holds `database_url`, for platforms that hand secrets over as files. Default: none.
    #[schemars(example = &"/run/secrets/database-url")]
    pub database_url_file: Option<Spanned<String>>,

    /// Base64 keys of 256 bits, newest first: the first seals, all open, so that a key is exchanged without signing
    /// anybody out. As a variable: separated by commas. Default: with SQLite one is made and kept beside the
    /// database; with Postgres they are required. `gatehouse keys new` makes one.
    #[schemars(example = ["ZXhhbXBsZSBleGFtcGxlIGV4YW1wbGUgZXhhbXBsZSE="])]
    pub keys: Option<Spanned<WordOr<Vec<Spanned<SecretText>>>>>,

    /// A file that holds the keys, one per line, newest first. Default: none.
    #[schemars(example = &"/run/secrets/gatehouse-keys")]
    pub keys_file: Option<Spanned<String>>,

    /// Networks of the proxies whose forwarded headers are believed, as addresses or CIDR. Whoever is in here can
    /// claim any client address and host. As a variable: separated by commas. Default: none.
    #[schemars(example = ["10.0.0.0/8"])]
    pub trusted_proxies: Option<Vec<Spanned<String>>>,

    /// A folder whose `.html` files replace the pages of the same name. Default: none.
    #[schemars(example = &"/etc/gatehouse/templates")]
    pub templates: Option<Spanned<String>>,

    /// How long the process serves on after SIGTERM while it says that it is not ready; a duration. Default: `1s`.
    #[schemars(example = &"5s")]
    pub shutdown_delay: Option<Spanned<String>>,

    /// How long exchanges of tokens, requests in flight and the last writes to the database may take after that, all
    /// together; a duration. With `shutdown_delay` this is all that a stop takes: Kubernetes kills after 30 s. Default:
    /// `25s`.
    #[schemars(example = &"25s")]
    pub shutdown_grace: Option<Spanned<String>>,

    /// How long sessions live, for profiles that do not say it themselves.
    pub session: Option<SessionSettings>,

    /// Requests to authorities and APIs.
    pub http: Option<HttpSettings>,

    /// The database and the cache before it.
    pub store: Option<StoreSettings>,

    /// Logs.
    pub telemetry: Option<TelemetrySettings>,
}

/// How long sessions live, for profiles that do not say it themselves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// Ends a session that nobody used for so long; a duration. Default: `8h`.
    #[schemars(example = &"8h")]
    pub idle_timeout: Option<Spanned<String>>,
    /// Ends a session whatever happens; a duration. Default: `7d`.
    #[schemars(example = &"7d")]
    pub lifetime: Option<Spanned<String>>,
}

/// Requests to authorities and APIs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// How long a connection may take; a duration. Default: `2s`.
    #[schemars(example = &"2s")]
    pub connect_timeout: Option<Spanned<String>>,
    /// How long a whole request to an authority may take; a duration. Default: `10s`.
    #[schemars(example = &"10s")]
    pub timeout: Option<Spanned<String>>,
    /// How long a web API may take for its whole answer; a duration. Default: `30s`.
    #[schemars(example = &"30s")]
    pub api_timeout: Option<Spanned<String>>,
    /// A PEM file with certificates of a private authority's issuer, believed beside the public ones. Default: none.
    #[schemars(example = &"/etc/gatehouse/ca.pem")]
    pub ca_file: Option<Spanned<String>>,
    /// Addresses for hosts, instead of asking DNS. Default: none. As a variable: `host=address`, separated by commas.
    #[schemars(example = resolve_example())]
    pub resolve: Option<Spanned<WordOr<AddressTable>>>,
}

/// The database and the cache before it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// Connections to the database, of each process. Default: 10.
    #[schemars(example = 10)]
    pub max_connections: Option<Spanned<u32>>,
    /// Sessions that a process keeps in memory; about a kilobyte each. Default: 100000.
    #[schemars(example = 100_000)]
    pub cache_entries: Option<Spanned<u64>>,
    /// How long a starting process waits for its database before it gives up with an error; a duration. Requests are
    /// answered 503 meanwhile. Default: `10s`.
    #[schemars(example = &"5m")]
    pub startup_wait: Option<Spanned<String>>,
}

/// Logs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    /// What is logged, in the syntax of `RUST_LOG`, which wins. Default: `info`.
    #[schemars(example = &"info,gatehouse=debug")]
    pub log: Option<Spanned<String>>,
    /// How a line looks: `text` or `json`. Default: `text`.
    #[schemars(example = &"json", extend("enum" = ["text", "json"]))]
    pub format: Option<Spanned<String>>,
}

fn resolve_example() -> serde_json::Value {
    serde_json::json!({ "login.contoso.example": "10.0.0.5" })
}
