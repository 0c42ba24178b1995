//! The written shape of the settings file: every key with its meaning, unit, default and cost.
//!
//! The comments are the reference: `docs/settings.md` is generated from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::{SecretText, Spanned};

/// Addresses by host.
pub type AddressTable = BTreeMap<String, Spanned<String>>;

/// The settings of a gatehouse process. Each setting can also be an environment variable: `GATEHOUSE_` and the key in
/// capitals with `__` between levels, such as `GATEHOUSE_STORE__MAX_CONNECTIONS`. Some can be a flag. A flag overrides a
/// variable, and a variable overrides the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gatehouse settings")]
pub struct SettingsFile {
    /// Address and port of the public listener: pages and redirect paths. Default: `127.0.0.1:8080`.
    #[schemars(example = &"0.0.0.0:8080")]
    pub listen: Option<Spanned<String>>,

    /// Address and port of the admin listener: health, readiness, metrics, session administration. It has no
    /// authentication: never make it reachable from outside. Default: `127.0.0.1:8081`.
    #[schemars(example = &"127.0.0.1:8081")]
    pub admin_listen: Option<Spanned<String>>,

    /// Names by which the admin listener may be asked, beside IP addresses and `localhost`: requests with another `Host` get
    /// 421, except for `/livez`. A page of a foreign site could otherwise read the admin listener with a name that it
    /// resolves to this machine. As a variable: separated by commas. Default: none.
    #[schemars(example = ["gatehouse-admin.auth.svc"])]
    pub admin_hosts: Option<Vec<Spanned<String>>>,

    /// The folder with a file for each profile. Default: `profiles`.
    #[schemars(example = &"/etc/gatehouse/profiles")]
    pub profiles: Option<Spanned<String>>,

    /// A folder with a folder of secrets for each profile, such as `/run/secrets/contoso-staff` for the profile
    /// `contoso-staff`. If set, each profile is confined: it may name files below its own folder only, variables whose names
    /// begin with its id and two underscores only (`CONTOSO_STAFF__CLIENT_SECRET`), and neither `managed-identity` nor
    /// `workload-identity`, which belong to the whole deployment. For deployments whose profiles are written by different
    /// people. Default: none; a profile may name any file and variable except those of gatehouse itself.
    #[schemars(example = &"/run/secrets")]
    pub profile_secrets: Option<Spanned<String>>,

    /// Where sessions are stored: `postgres://USER:PASSWORD@HOST/DATABASE` for deployments, `sqlite://FILE` for one
    /// machine. Default: `sqlite://gatehouse.db`.
    #[schemars(example = &"postgres://gatehouse@db.internal/gatehouse")]
    pub database_url: Option<Spanned<SecretText>>,

    /// A file that contains `database_url`, for platforms that provide secrets as files. It is read again every two seconds, and
    /// new connections use its present content. Default: none.
    #[schemars(example = &"/run/secrets/database-url")]
    pub database_url_file: Option<Spanned<String>>,

    /// Base64 keys of 256 bits, newest first: the first key seals, all keys open, so that a key can be rotated without
    /// signing anybody out. As a variable: separated by commas. Default: with SQLite a key is generated and kept beside
    /// the database; with Postgres keys are required. `gatehouse keys new` prints a new key.
    #[schemars(example = ["ZXhhbXBsZSBleGFtcGxlIGV4YW1wbGUgZXhhbXBsZSE="])]
    pub keys: Option<Spanned<WordOr<Vec<Spanned<SecretText>>>>>,

    /// A file that contains the keys, one per line, newest first. Default: none.
    #[schemars(example = &"/run/secrets/gatehouse-keys")]
    pub keys_file: Option<Spanned<String>>,

    /// What is added to the name of the session cookie: up to 32 letters, digits, `-` and `_`. Two deployments on one host, at
    /// different ports or paths, need different suffixes: browsers keep one cookie of a name for a host, and each sign-in at
    /// one deployment would sign out at the other. A change signs everybody out. Default: none.
    #[schemars(example = &"-staging")]
    pub cookie_suffix: Option<Spanned<String>>,

    /// Networks of the proxies whose forwarded headers are trusted, as addresses or in CIDR notation. A peer in these
    /// networks can claim any client address and host. As a variable: separated by commas. Default: none.
    #[schemars(example = ["10.0.0.0/8"])]
    pub trusted_proxies: Option<Vec<Spanned<String>>>,

    /// How the proxies in `trusted_proxies` tell which request a forward-auth check is about: `forwarded`
    /// (`X-Forwarded-Uri` and its like: Traefik, Caddy, `HAProxy`), `original` (`X-Original-URL`: nginx), `path` (the path of
    /// the check: Envoy, Gateway API) or `fabric` (`Path`: NGINX Gateway Fabric). Default: every way; two that tell
    /// different requests are refused.
    #[schemars(example = &"original")]
    pub forward_auth: Option<Spanned<String>>,

    /// Whether the host of a request is taken from `X-Forwarded-Host` when a trusted proxy sends it. Only for a proxy that
    /// cannot pass `Host` on and sets this header itself: many proxies pass on what the client sent. Default: false.
    #[schemars(example = true)]
    pub trust_forwarded_host: Option<Spanned<bool>>,

    /// A folder whose `.html` files replace the built-in pages of the same name. Default: none.
    #[schemars(example = &"/etc/gatehouse/templates")]
    pub templates: Option<Spanned<String>>,

    /// How long the process keeps serving after SIGTERM, while it reports that it is not ready; a duration. Default: `1s`.
    #[schemars(example = &"5s")]
    pub shutdown_delay: Option<Spanned<String>>,

    /// How long token requests, requests in flight and the last writes to the database may take after `shutdown_delay`, all
    /// together; a duration. The two settings together limit the time of a stop: Kubernetes kills after 30 s. Default:
    /// `25s`.
    #[schemars(example = &"25s")]
    pub shutdown_grace: Option<Spanned<String>>,

    /// How long sessions live at profiles without a `[session]` table.
    pub session: Option<SessionSettings>,

    /// How often one client address may call. Loopback addresses have no limit at a profile whose `public_url` is at http, unless
    /// a peer that is not in `trusted_proxies` sends forwarded headers.
    pub rate_limits: Option<RateLimitSettings>,

    /// Connections of the public listener.
    pub server: Option<ServerSettings>,

    /// Requests to authorities and APIs.
    pub http: Option<HttpSettings>,

    /// The database and the session cache.
    pub store: Option<StoreSettings>,

    /// Logs and traces.
    pub telemetry: Option<TelemetrySettings>,
}

/// How long sessions live at profiles without a `[session]` table.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// A session that is not used for this time ends; a duration. Default: `8h`.
    #[schemars(example = &"8h")]
    pub idle_timeout: Option<Spanned<String>>,
    /// A session ends after this time, used or not; a duration. Default: `7d`.
    #[schemars(example = &"7d")]
    pub lifetime: Option<Spanned<String>>,
}

/// How often one client address (IPv6: one /64 network) may call. Above the limit the answer is 429.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitSettings {
    /// Attempts to sign in at once, such as the tabs that the browsers of an office restore. Default: 300.
    #[schemars(example = 300)]
    pub attempts_at_once: Option<Spanned<u32>>,
    /// Attempts to sign in per minute, after those at once. Default: 600.
    #[schemars(example = 600)]
    pub attempts_per_minute: Option<Spanned<u32>>,
    /// Logout requests from one address to one profile at once: an authority sends those of all its people from one
    /// address. Default: 600.
    #[schemars(example = 600)]
    pub logout_requests_at_once: Option<Spanned<u32>>,
    /// Logout requests from one address to one profile per minute, after those at once. Default: 3000.
    #[schemars(example = 3000)]
    pub logout_requests_per_minute: Option<Spanned<u32>>,
}

/// Connections of the public listener.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// How long a quiet connection is kept after a response; a duration. It must be longer than the time for which the load
    /// balancer keeps idle connections, or a request now and then meets a connection that is being closed. Default: `75s`.
    #[schemars(example = &"75s")]
    pub keep_alive: Option<Spanned<String>>,
    /// How long a client may take nothing of a response before its connection is closed; a duration. Default: `30s`.
    #[schemars(example = &"30s")]
    pub write_timeout: Option<Spanned<String>>,
    /// The maximum number of connections of the public listener. Further clients wait until one ends. The process raises its
    /// limit of open files at start; if the limit is still too low for this number, fewer connections are accepted and the
    /// log says so. Default: 10000.
    #[schemars(example = 10_000)]
    pub max_connections: Option<Spanned<u32>>,
}

/// Requests to authorities and APIs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// The time limit for a connection; a duration. Default: `2s`.
    #[schemars(example = &"2s")]
    pub connect_timeout: Option<Spanned<String>>,
    /// The time limit for a whole request to an authority; a duration. Default: `10s`.
    #[schemars(example = &"10s")]
    pub timeout: Option<Spanned<String>>,
    /// The time limit for a whole request to a web API; a duration. Default: `30s`.
    #[schemars(example = &"30s")]
    pub api_timeout: Option<Spanned<String>>,
    /// A PEM file with the certificates of a private CA, which is trusted besides the public CAs. Default: none.
    #[schemars(example = &"/etc/gatehouse/ca.pem")]
    pub ca_file: Option<Spanned<String>>,
    /// The proxy through which authorities and web APIs are called, with `CONNECT`: `http://HOST:PORT` or `https://HOST:PORT`, with
    /// `USER:PASSWORD@` if it asks for them. `none` calls them directly whatever the variables say. Loopback and link-local
    /// addresses, those of the platform's managed identity among them, and hosts in `http.resolve` are always called directly.
    /// Default: the variable `HTTPS_PROXY` or `https_proxy`, else `ALL_PROXY` or `all_proxy`, else none.
    #[schemars(example = &"http://proxy.contoso.example:3128")]
    pub proxy: Option<Spanned<SecretText>>,
    /// Hosts that are called directly: domains with the names below them, IP addresses, networks in CIDR notation, or `*`; each
    /// may have a port. As a variable: separated by commas. Default: the variable `NO_PROXY` or `no_proxy`, else none.
    #[schemars(example = ["contoso.internal", "10.0.0.0/8"])]
    pub no_proxy: Option<Vec<Spanned<String>>>,
    /// IP addresses for hosts, which are then not looked up in DNS. Default: none. As a variable: `host=address`, separated by commas.
    #[schemars(example = resolve_example())]
    pub resolve: Option<Spanned<WordOr<AddressTable>>>,
}

/// The database and the session cache.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The maximum number of database connections of each process. Default: 10.
    #[schemars(example = 10)]
    pub max_connections: Option<Spanned<u32>>,
    /// The maximum number of sessions that a process keeps in memory, about 1 kB each. A session with larger claims counts for
    /// several, so the number bounds the memory. Default: 100000.
    #[schemars(example = 100_000)]
    pub cache_entries: Option<Spanned<u64>>,
    /// The maximum number of sessions of one person at one profile. A sign-in beyond it ends the person's oldest session.
    /// Raise it where many browsers share one account. Default: 100.
    #[schemars(example = 100)]
    pub max_sessions_per_person: Option<Spanned<u32>>,
    /// How long a starting process waits for its database before it exits with an error; a duration. Until then requests
    /// are answered with 503. Default: `10s`.
    #[schemars(example = &"5m")]
    pub startup_wait: Option<Spanned<String>>,
}

/// Logs and traces.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    /// What is logged, in the syntax of `RUST_LOG`, which overrides this setting. Default: `info`.
    #[schemars(example = &"info,gatehouse=debug")]
    pub log: Option<Spanned<String>>,
    /// The format of a log line: `text` or `json`. Default: `text`.
    #[schemars(example = &"json", extend("enum" = ["text", "json"]))]
    pub format: Option<Spanned<String>>,
    /// Whether every request has a line in the log: route, status, duration, profile, the client's network, request and trace id.
    /// Checks of proxies and answers of `/auth/session` are counted only. Default: true.
    #[schemars(example = false)]
    pub access_log: Option<Spanned<bool>>,
    /// The base address of a collector that takes traces by OTLP over HTTP (protobuf); `/v1/traces` is put behind it. Default: the
    /// standard variables `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and `OTEL_EXPORTER_OTLP_ENDPOINT`; without them there are no
    /// traces.
    #[schemars(example = &"http://otel-collector:4318")]
    pub otlp_endpoint: Option<Spanned<String>>,
}

fn resolve_example() -> serde_json::Value {
    serde_json::json!({ "login.contoso.example": "10.0.0.5" })
}
