//! The dashboard and the alert rules ask for metrics, labels and values that a running gateway has.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse::measure::metric::LabelValues;
use gatehouse::measure::table::TABLE;
use regex_lite::Regex;
use serde_json::Value;

use super::metrics::{everything_once, scrape};
use crate::harness::{Plan, records};

/// What Prometheus itself adds to every series.
const OF_PROMETHEUS: [&str; 3] = ["instance", "job", "le"];

/// The labels of each family in a scrape, each with the values that were seen.
type Families = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn families(text: &str) -> Families {
    let pair = Regex::new("([a-z_]+)=\"([^\"]*)\"").unwrap();
    let mut families = Families::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(name) = line
            .split(['{', ' '])
            .next()
            .filter(|name| !name.is_empty())
        else {
            continue;
        };
        let labels = families.entry(name.to_owned()).or_default();
        for found in pair.captures_iter(line) {
            let values = labels.entry(found[1].to_owned()).or_default();
            values.insert(found[2].to_owned());
        }
    }
    families
}

/// The values that the table gives a label, besides those that were seen.
fn may_have(name: &str, label: &str, value: &str) -> bool {
    let base = ["_bucket", "_sum", "_count"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    let metric = TABLE
        .iter()
        .find(|metric| metric.name == base || metric.name == name);
    let mut labels = metric.into_iter().flat_map(|metric| metric.labels);
    labels.any(|(known, values)| match values {
        LabelValues::Words(words) => *known == label && words.contains(&value),
        LabelValues::Described(_) | LabelValues::Profile => false,
    })
}

/// What is wrong with a query.
fn problems(query: &str, families: &Families) -> Vec<String> {
    let selector = Regex::new(r"\b((?:gatehouse|process)_[a-z_]+)\b(?:\{([^}]*)\})?").unwrap();
    let matcher = Regex::new("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"").unwrap();
    let grouping = Regex::new(r"\b(?:by|on|without) \(([^)]*)\)").unwrap();
    let mut problems = Vec::new();
    let mut all = BTreeSet::new();
    for found in selector.captures_iter(query) {
        let name = &found[1];
        let Some(labels) = families.get(name) else {
            problems.push(format!("{name} is no metric: {query}"));
            continue;
        };
        all.extend(labels.keys().cloned());
        let inside = found.get(2).map_or("", |inside| inside.as_str());
        for found in matcher.captures_iter(inside) {
            let (label, operator, value) = (&found[1], &found[2], &found[3]);
            let Some(values) = labels.get(label) else {
                if !OF_PROMETHEUS.contains(&label) {
                    problems.push(format!("{name} has no label {label}: {query}"));
                }
                continue;
            };
            let words: Vec<&str> = match operator {
                "=" | "!=" => vec![value],
                _ if value.starts_with('$') => Vec::new(),
                _ => value.split('|').collect(),
            };
            for word in words {
                let route = label == "route" && is_route(word);
                if !values.contains(word) && !may_have(name, label, word) && !route {
                    problems.push(format!("{label} of {name} is never {word}: {query}"));
                }
            }
        }
    }
    if all.is_empty() && problems.is_empty() && !selector.is_match(query) {
        problems.push(format!("asks for no metric: {query}"));
    }
    for found in grouping.captures_iter(query) {
        for label in found[1].split(',').map(str::trim) {
            if !all.contains(label) && !OF_PROMETHEUS.contains(&label) {
                problems.push(format!("groups by {label}, which nothing has: {query}"));
            }
        }
    }
    problems
}

fn is_route(word: &str) -> bool {
    gatehouse::measure::requests::RouteName::all().any(|route| route.as_str() == word)
}

/// Every `expr` below a JSON value.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("expr").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| queries(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

fn of_dashboard() -> Vec<String> {
    let text = std::fs::read_to_string("deploy/grafana/gatehouse.json").unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let mut found = Vec::new();
    queries(&dashboard, &mut found);
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        let query = variable["query"]["query"].as_str();
        let inner = query.and_then(|query| query.strip_prefix("label_values("));
        found.extend(inner.map(|inner| inner.rsplit_once(", ").unwrap().0.to_owned()));
    }
    found
}

fn of_alerts() -> Vec<String> {
    let text = std::fs::read_to_string("deploy/prometheus/alerts.yaml").unwrap();
    let lines = text.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix("expr: "))
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_and_the_alerts_ask_for_what_a_gateway_has() {
    records::record();
    let gate = Plan::default().start().await;
    everything_once(&gate).await;
    gate.with_a_certificate().await;
    let families = families(&scrape(&gate).await);
    let (dashboard, alerts) = (of_dashboard(), of_alerts());
    assert!(
        dashboard.len() > 40 && alerts.len() > 15,
        "the queries are found"
    );
    let found: Vec<String> = dashboard
        .iter()
        .chain(&alerts)
        .flat_map(|query| problems(query, &families))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
    let shown = |name: &str| dashboard.iter().any(|query| query.contains(name));
    let unseen: Vec<&str> = TABLE
        .iter()
        .map(|metric| metric.name)
        .filter(|name| name.starts_with("gatehouse_") && !shown(name))
        .collect();
    assert!(unseen.is_empty(), "on no panel: {unseen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_name_label_or_value_in_a_query_is_found() {
    records::record();
    let gate = Plan::default().start().await;
    let families = families(&scrape(&gate).await);
    for wrong in [
        "rate(gatehouse_nothing_total[5m])",
        "gatehouse_profiles{status=\"broken\"}",
        "gatehouse_profiles{state=\"brokn\"}",
        "sum by (profil) (gatehouse_sign_ins_total)",
        "vector(1)",
    ] {
        assert_eq!(problems(wrong, &families).len(), 1, "{wrong}");
    }
    let good = "sum by (profile, le) (rate(gatehouse_token_request_duration_seconds_bucket{grant=\"refresh_token\"}[5m]))";
    assert_eq!(problems(good, &families), Vec::<String>::new());
}
