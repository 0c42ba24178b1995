//! `docs/metrics.md` lists every metric, and the source names no other.

use std::collections::BTreeSet;
use std::path::Path;

use gatehouse::measure::metric::{BUCKETS, FirstSample, LabelValues, Metric};
use gatehouse::measure::table::TABLE;

use crate::harness::expect;

const HEAD: &str = "# Metrics

<!-- Made from src/measure/table.rs by tests/profiles/metrics_page.rs; UPDATE=1 cargo nextest run --test profiles rewrites it. -->

`GET /metrics` at the admin listener answers in Prometheus' text format, with `HELP` and `TYPE` for each metric. The dashboard
`deploy/grafana/gatehouse.json` and the alert rules `deploy/prometheus/alerts.yaml` read these metrics.

A series is there from the first scrape, with zero, unless the last column says otherwise; a series of a profile is there
once the profile has been loaded. No label holds a path, a query, an address, a host or a person, and the number of series
does not depend on what strangers send: unknown methods count as `other`, unknown addresses as route `none`.
";

fn labels(metric: &Metric) -> String {
    let label = |(name, values): &(&str, LabelValues)| match values {
        LabelValues::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("`{name}`: {}", words.join(", "))
        }
        LabelValues::Profile => format!("`{name}`: the profile's id"),
        LabelValues::Described(text) => format!("`{name}`: {text}"),
    };
    let labels: Vec<String> = metric.labels.iter().map(label).collect();
    labels.join("; ")
}

fn row(metric: &Metric) -> String {
    let first = match metric.first {
        FirstSample::AtStart => "",
        FirstSample::WhenKnown => "once known",
    };
    format!(
        "| `{}` | {} | {} | {} | {} | {first} |\n",
        metric.name,
        metric.kind.as_str(),
        metric.unit,
        labels(metric),
        metric.help
    )
}

#[test]
fn the_page_of_metrics_has_every_metric() {
    let rows: String = TABLE.iter().map(row).collect();
    let bounds: Vec<String> = BUCKETS.iter().map(ToString::to_string).collect();
    let table = "| metric | kind | unit | labels | what | first sample |\n| --- | --- | --- | --- | --- | --- |\n";
    let page = format!(
        "{HEAD}\n{table}{rows}\nThe buckets of every histogram end at {} seconds. A time counts to the head of an answer: the rest of a long answer is the client's.\n",
        bounds.join(", ")
    );
    expect(Path::new("docs/metrics.md"), &page);
}

/// Names of metrics between quotes in a source file.
fn named(text: &str, found: &mut BTreeSet<String>) {
    for quoted in text.split('"').skip(1).step_by(2) {
        let word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        if quoted.starts_with("gatehouse_") && quoted.chars().all(word) {
            found.insert(quoted.to_owned());
        }
    }
}

fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| {
            ["counter!", "gauge!", "histogram!", "\"gatehouse_"]
                .iter()
                .any(|sign| line.contains(sign))
        }) {
            named(line, found);
        }
    }
}

#[test]
fn the_source_counts_nothing_outside_the_table() {
    let mut found = BTreeSet::new();
    for room in [
        "app", "command", "flow", "http", "measure", "oidc", "store", "web", "proxy",
    ] {
        sources(&Path::new("src").join(room), &mut found);
    }
    let known: BTreeSet<String> = TABLE
        .iter()
        .map(|metric| metric.name.to_owned())
        .filter(|name| name.starts_with("gatehouse_"))
        .collect();
    let others = [
        "gatehouse_session",
        "gatehouse_attempt",
        "gatehouse_migrations",
        "gatehouse_changes",
    ];
    let unknown: Vec<_> = found
        .difference(&known)
        .filter(|name| !others.contains(&name.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "not in src/measure/table.rs: {unknown:?}"
    );
    assert_eq!(
        known.len(),
        TABLE
            .iter()
            .filter(|metric| metric.name.starts_with("gatehouse_"))
            .count()
    );
}
