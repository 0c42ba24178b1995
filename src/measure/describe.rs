//! Registers what the table says: the help of each metric, and zero for what has not happened yet. A rate can only be told from
//! a series that is there before its first event.

use metrics::{
    Label, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram,
};

use crate::domain::profile::ProfileId;
use crate::domain::version::{COMMIT, FEATURES, VERSION};
use crate::measure::metric::{FirstSample, LabelValues, Metric, MetricKind};
use crate::measure::table::TABLE;

/// Describes every metric, and gives those without the label `profile` their first samples. The recorder must be installed.
pub fn metrics_of_process() {
    for metric in TABLE {
        describe(metric);
        if metric.first == FirstSample::AtStart {
            for labels in combinations(metric, None) {
                begin(metric, labels);
            }
        }
    }
    metrics::gauge!(
        "gatehouse_build_info",
        "version" => VERSION,
        "commit" => COMMIT,
        "features" => FEATURES,
    )
    .set(1.0);
}

/// Gives the metrics of a profile their first samples; those that have samples keep them.
pub fn metrics_of_profile(profile: &ProfileId) {
    let of_profiles = TABLE
        .iter()
        .filter(|metric| metric.first == FirstSample::AtStart && is_of_profiles(metric));
    for metric in of_profiles {
        for labels in combinations(metric, Some(profile)) {
            begin(metric, labels);
        }
    }
}

fn is_of_profiles(metric: &Metric) -> bool {
    let mut labels = metric.labels.iter();
    labels.any(|(_, values)| matches!(values, LabelValues::Profile))
}

fn describe(metric: &Metric) {
    let Metric { name, help, .. } = *metric;
    let unit = match metric.unit {
        "seconds" => Unit::Seconds,
        "bytes" => Unit::Bytes,
        _ => Unit::Count,
    };
    match metric.kind {
        MetricKind::Counter => describe_counter!(name, unit, help),
        MetricKind::Gauge => describe_gauge!(name, unit, help),
        MetricKind::Histogram => describe_histogram!(name, unit, help),
    }
}

fn begin(metric: &Metric, labels: Vec<Label>) {
    let name = metric.name;
    match metric.kind {
        MetricKind::Counter => counter!(name, labels).increment(0),
        MetricKind::Histogram => drop(histogram!(name, labels)),
        MetricKind::Gauge => {}
    }
}

/// Every combination of the labels' values; none when a value is not known yet.
fn combinations(metric: &Metric, profile: Option<&ProfileId>) -> Vec<Vec<Label>> {
    let mut all = vec![Vec::new()];
    for (name, values) in metric.labels {
        let values: Vec<String> = match values {
            LabelValues::Words(words) => words.iter().map(ToString::to_string).collect(),
            LabelValues::Profile => profile.iter().map(ToString::to_string).collect(),
            LabelValues::Described(_) => Vec::new(),
        };
        all = all
            .iter()
            .flat_map(|labels: &Vec<Label>| {
                values.iter().map(|value| {
                    let mut more = labels.clone();
                    more.push(Label::new(*name, value.clone()));
                    more
                })
            })
            .collect();
    }
    all
}
