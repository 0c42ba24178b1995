//! The JSON Schema for editors: it takes every good profile, and refuses what it can know to be refused.

use gatehouse::config::{ProfileFile, Schema};
use serde_json::{Map, Value};

use crate::harness::data;

/// As much of JSON Schema 2020-12 as our schema uses; a word that is unknown here fails the test that meets it.
struct Checker(Value);

impl Checker {
    fn new() -> Self {
        Self(Schema::of::<ProfileFile>().into_value())
    }

    fn accepts(&self, text: &str) -> bool {
        let table: toml::Table = toml::from_str(text).unwrap();
        self.fits(&self.0, &serde_json::to_value(table).unwrap())
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let Value::Object(schema) = schema else {
            return schema == &Value::Bool(true);
        };
        schema
            .iter()
            .all(|(word, rule)| self.word(word, rule, schema, value))
    }

    fn word(&self, word: &str, rule: &Value, schema: &Map<String, Value>, value: &Value) -> bool {
        let all = |rule: &Value| rule.as_array().unwrap().clone();
        let count = |rule: &Value| {
            let fit = all(rule);
            fit.iter().filter(|one| self.fits(one, value)).count()
        };
        match word {
            "$schema" | "$defs" | "title" | "description" | "examples" | "format" | "then"
            | "properties" | "minimum" => match (word, value.as_object()) {
                ("properties", Some(members)) => members.iter().all(|(key, member)| {
                    rule.get(key).is_none_or(|schema| self.fits(schema, member))
                }),
                _ => true,
            },
            "$ref" => {
                let target = rule.as_str().unwrap().trim_start_matches('#');
                self.fits(self.0.pointer(target).unwrap(), value)
            }
            "type" => match rule {
                Value::Array(several) => several.iter().any(|one| is(one, value)),
                one => is(one, value),
            },
            "enum" => rule.as_array().unwrap().contains(value),
            "const" => rule == value,
            "pattern" => value.as_str().is_none_or(|text| {
                regex_lite::Regex::new(rule.as_str().unwrap())
                    .unwrap()
                    .is_match(text)
            }),
            "required" => value.as_object().is_none_or(|members| {
                let keys = all(rule);
                keys.iter()
                    .all(|key| members.contains_key(key.as_str().unwrap()))
            }),
            "additionalProperties" => value.as_object().is_none_or(|members| {
                let known = |key: &String| {
                    let properties = schema.get("properties");
                    properties.is_some_and(|known| known.get(key).is_some())
                };
                members
                    .iter()
                    .all(|(key, member)| known(key) || self.fits(rule, member))
            }),
            "items" => {
                let items = value.as_array().cloned().unwrap_or_default();
                items.iter().all(|item| self.fits(rule, item))
            }
            "uniqueItems" => {
                let items = value.as_array().cloned().unwrap_or_default();
                (1..items.len()).all(|at| !items[..at].contains(&items[at]))
            }
            "allOf" => count(rule) == all(rule).len(),
            "anyOf" => count(rule) > 0,
            "oneOf" => count(rule) == 1,
            "if" => !self.fits(rule, value) || self.fits(&schema["then"], value),
            other => unreachable!("the schema has a word that this test cannot read: {other}"),
        }
    }
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        other => unreachable!("{other}"),
    }
}

fn profiles(folder: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(data(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "toml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            all.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    assert!(all.len() >= 2, "the test data are there");
    all
}

const BASE: &str = "kind = \"entra-id\"\npublic_url = \"https://a.example\"\nauthority = \"https://login.microsoftonline.com/contoso.onmicrosoft.com\"\nclient_id = \"c\"\n";
const SECRET: &str = "client_secret = { env = \"CONTOSO_CLIENT_SECRET\" }\n";

#[test]
fn every_profile_that_serves_fits_the_schema() {
    let checker = Checker::new();
    for folder in ["good", "doubtful"] {
        for (name, text) in profiles(folder) {
            assert!(checker.accepts(&text), "{folder}/{name}");
        }
    }
    assert!(checker.accepts(&format!("{BASE}{SECRET}")));
}

#[test]
fn every_duration_that_the_reader_takes_fits_the_schema() {
    let checker = Checker::new();
    for text in [
        "120s",
        "2m",
        "1m 30s",
        "1min30sec",
        "0.5m",
        "90 seconds",
        "0",
    ] {
        assert!(humantime_takes(text), "{text}");
        let line = format!("clock_skew = \"{text}\"\n");
        assert!(checker.accepts(&format!("{BASE}{SECRET}{line}")), "{text}");
    }
}

/// The reader itself, through its public door.
fn humantime_takes(text: &str) -> bool {
    let profile = format!("{BASE}{SECRET}clock_skew = \"{text}\"\n");
    let problems = crate::harness::text(&profile).problems();
    !problems
        .iter()
        .any(|problem| problem.what.contains("is not a duration"))
}

/// Profiles that are wrong in a way that a schema can say, each with what is wrong.
fn wrong_for_a_schema() -> Vec<(&'static str, String)> {
    vec![
        ("nothing at all", String::new()),
        ("no credential", BASE.to_owned()),
        (
            "two credentials",
            format!("{BASE}{SECRET}public_client = true\n"),
        ),
        (
            "public_client is false",
            format!("{BASE}public_client = false\n"),
        ),
        (
            "two sources",
            format!("{BASE}client_secret = {{ env = \"A\", file = \"b\" }}\n"),
        ),
        ("no source", format!("{BASE}client_secret = {{}}\n")),
        (
            "a certificate without a file",
            format!("{BASE}client_certificate = {{ key = {{ file = \"k\" }} }}\n"),
        ),
        (
            "an unknown assertion",
            format!("{BASE}client_assertion = \"managed_identity\"\n"),
        ),
        (
            "an unknown algorithm",
            format!("{BASE}{SECRET}signing_algorithms = [\"HS256\"]\n"),
        ),
        (
            "an unknown parameter",
            format!("{BASE}{SECRET}pass_parameters = [\"scope\"]\n"),
        ),
        (
            "the same parameter twice",
            format!("{BASE}{SECRET}pass_parameters = [\"prompt\", \"prompt\"]\n"),
        ),
        ("no unit", format!("{BASE}{SECRET}clock_skew = \"120\"\n")),
        ("no duration", format!("{BASE}{SECRET}max_age = \"soon\"\n")),
        (
            "an API without a name",
            format!("{BASE}{SECRET}[[api]]\nendpoint = \"https://a.example/\"\n"),
        ),
        (
            "b2c without user flows",
            format!("{BASE}{SECRET}").replace("entra-id", "b2c"),
        ),
        (
            "user flows without sign_in",
            format!("{BASE}{SECRET}[user_flows]\nedit_profile = \"B2C_1_edit\"\n")
                .replace("entra-id", "b2c"),
        ),
    ]
}

// proves: D11
#[test]
fn what_the_reader_refuses_and_the_schema_can_say_is_refused_by_the_schema() {
    let checker = Checker::new();
    for (why, text) in wrong_for_a_schema() {
        assert!(
            crate::harness::text(&text).profiles.is_empty(),
            "{why}: the reader takes it"
        );
        assert!(!checker.accepts(&text), "{why}");
    }
}
