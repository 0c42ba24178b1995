//! The settings in force, each with the source of its value, for `explain --settings`.
//!
//! A default is read from the reference of the keys, which says it in words. Secrets are masked.

use config::{Value as Merged, ValueKind};
use serde_json::{Map, Value, json};
use url::Url;

use crate::config::settings::file::SettingsFile;
use crate::config::settings::layers::{Layer, Layers, Sources, flag, variable};
use crate::config::settings::outbound::{NO_PROXY_VARIABLES, PROXY_VARIABLES};
use crate::config::toml_document::document::position_of_key;
use crate::config::toml_document::key_path::Step;
use crate::config::toml_document::schema::Schema;

const MASKED: &str = "[redacted]";

/// Keys whose values are addresses that may hold a password.
const ADDRESSES: [&str; 2] = ["database_url", "http.proxy"];

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingInForce {
    /// The dotted key.
    pub key: String,
    /// The value; a secret is masked, and `null` stands for no value.
    pub value: Value,
    /// Where it comes from: `--listen`, `GATEHOUSE_LISTEN`, `gatehouse.toml line 3`, `default`.
    pub from: String,
}

/// Every setting, in the order of the keys. The sources must have no problem.
pub fn settings_in_force(sources: &Sources) -> Vec<SettingInForce> {
    let layers = Layers::merge(sources);
    let schema = Schema::of::<SettingsFile>();
    let mut all: Vec<SettingInForce> = schema
        .leaves()
        .into_iter()
        .map(|key| setting(key, &layers, &schema, sources))
        .collect();
    all.sort_by(|left, right| left.key.cmp(&right.key));
    all
}

fn setting(key: String, layers: &Layers<'_>, schema: &Schema, sources: &Sources) -> SettingInForce {
    let rust_log = sources
        .variables
        .get("RUST_LOG")
        .filter(|text| !text.is_empty());
    if let ("telemetry.log", Some(text)) = (key.as_str(), rust_log) {
        return SettingInForce {
            key,
            value: json!(text),
            from: "RUST_LOG".to_owned(),
        };
    }
    let from = match (layers.layer(&key), &sources.file) {
        (Layer::Flag, _) => flag(&key),
        (Layer::Environment, _) => variable(&key),
        (Layer::File, Some(file)) => match position_of_key(&file.text, &key) {
            Some(position) => format!("{} line {}", file.name, position.line),
            None => file.name.clone(),
        },
        _ => "default".to_owned(),
    };
    if let (true, Some((name, text))) = (from == "default", shared(&key, layers)) {
        return SettingInForce {
            value: masked(&key, json!(text)),
            key,
            from: name.to_owned(),
        };
    }
    let value = match layers.value(&key) {
        Some(value) => masked(&key, as_json(value)),
        None => default(&key, schema),
    };
    SettingInForce { key, value, from }
}

/// The variable that programs share and that a setting falls back to.
fn shared<'l>(key: &str, layers: &'l Layers<'_>) -> Option<(&'static str, &'l str)> {
    match key {
        "http.proxy" => layers.variable_of(&PROXY_VARIABLES),
        "http.no_proxy" => layers.variable_of(&NO_PROXY_VARIABLES),
        _ => None,
    }
}

/// The default that the description of a key ends with: what stands after `Default:`, up to the end of its code or sentence.
fn default(key: &str, schema: &Schema) -> Value {
    let path: Vec<Step> = key
        .split('.')
        .map(|step| Step::Key(step.to_owned()))
        .collect();
    let text = schema.description(&path).unwrap_or_default();
    let Some((_, text)) = text.rsplit_once("Default: ") else {
        return Value::Null;
    };
    let word = match text.strip_prefix('`') {
        Some(code) => code.split('`').next().unwrap_or_default(),
        None => text
            .split(['.', ';', ',', '`'])
            .next()
            .unwrap_or_default()
            .trim(),
    };
    match word {
        "none" | "the variable" => Value::Null,
        "true" => json!(true),
        "false" => json!(false),
        word => word
            .parse::<u64>()
            .map_or_else(|_| json!(word), Value::from),
    }
}

fn masked(key: &str, value: Value) -> Value {
    if key == "keys" {
        return json!(MASKED);
    }
    match value {
        Value::String(text) if ADDRESSES.contains(&key) => json!(without_secrets(&text)),
        value => value,
    }
}

/// The address without user, password and parameters.
fn without_secrets(text: &str) -> String {
    if text.trim().starts_with("sqlite:") {
        return text.to_owned();
    }
    let text = text.trim();
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Ok(url) = Url::parse(&with_scheme) else {
        return MASKED.to_owned();
    };
    let user = if url.username().is_empty() && url.password().is_none() {
        String::new()
    } else {
        format!("{MASKED}@")
    };
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let parameters = if url.query().is_some() {
        format!("?{MASKED}")
    } else {
        String::new()
    };
    let (scheme, host, path) = (url.scheme(), url.host_str().unwrap_or_default(), url.path());
    format!("{scheme}://{user}{host}{port}{path}{parameters}")
}

fn as_json(value: &ValueKind) -> Value {
    let each = |value: &Merged| as_json(&value.kind);
    match value {
        ValueKind::Boolean(value) => json!(value),
        ValueKind::I64(value) => json!(value),
        ValueKind::U64(value) => json!(value),
        ValueKind::Float(value) => json!(value),
        ValueKind::String(text) => json!(text),
        ValueKind::Array(items) => items.iter().map(each).collect(),
        ValueKind::Table(table) => {
            let pairs = table.iter().map(|(key, value)| (key.clone(), each(value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::layers::FileText;

    fn in_force(sources: &Sources, key: &str) -> (Value, String) {
        let all = settings_in_force(sources);
        let found = all.into_iter().find(|setting| setting.key == key).unwrap();
        (found.value, found.from)
    }

    #[test]
    fn each_value_has_its_source_and_secrets_are_masked() {
        let text = "profiles = \"tenants\"\n[store]\nmax_connections = 5\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sources = Sources {
            file: Some(FileText {
                name: "gatehouse.toml".to_owned(),
                text: text.to_owned(),
            }),
            variables: [
                pair(
                    "GATEHOUSE_DATABASE_URL",
                    "postgres://gh:hunter2@db/gh?sslpassword=hunter2",
                ),
                pair("GATEHOUSE_KEYS", "hunter2"),
            ]
            .into(),
            flags: [pair("listen", "127.0.0.1:9000")].into(),
        };
        for (key, value, from) in [
            ("listen", json!("127.0.0.1:9000"), "--listen"),
            ("profiles", json!("tenants"), "gatehouse.toml line 1"),
            ("store.max_connections", json!(5), "gatehouse.toml line 3"),
            ("store.startup_wait", json!("10s"), "default"),
            ("store.cache_entries", json!(100_000), "default"),
            ("trusted_proxies", Value::Null, "default"),
            ("trust_forwarded_host", json!(false), "default"),
            ("keys", json!(MASKED), "GATEHOUSE_KEYS"),
            (
                "database_url",
                json!("postgres://[redacted]@db/gh?[redacted]"),
                "GATEHOUSE_DATABASE_URL",
            ),
        ] {
            assert_eq!(in_force(&sources, key), (value, from.to_owned()), "{key}");
        }
        let all = format!("{:?}", settings_in_force(&sources));
        assert!(!all.contains("hunter2"), "{all}");
    }
}
