//! What is said of a metric.

/// What kind of metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Samples by size.
    Histogram,
}

impl MetricKind {
    /// The word in Prometheus' text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The values that a label can have: always a bounded set.
#[derive(Debug, Clone, Copy)]
pub enum LabelValues {
    /// One of these words.
    Words(&'static [&'static str]),
    /// The id of a profile.
    Profile,
    /// What the text says.
    Described(&'static str),
}

/// When a metric has its first sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSample {
    /// From the first scrape: zero for each combination of labels; of each profile once the profile has been loaded.
    AtStart,
    /// When there is something to say.
    WhenKnown,
}

/// A metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: MetricKind,
    /// The unit of a sample.
    pub unit: &'static str,
    /// Its labels.
    pub labels: &'static [(&'static str, LabelValues)],
    /// When it appears.
    pub first: FirstSample,
    /// What it measures, in one sentence.
    pub help: &'static str,
}

/// Upper bounds of the buckets of every histogram, in seconds.
pub const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

pub(in crate::measure) const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [(&'static str, LabelValues)],
    help: &'static str,
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Counter,
        unit,
        labels,
        first: FirstSample::AtStart,
        help,
    }
}

pub(in crate::measure) const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [(&'static str, LabelValues)],
    help: &'static str,
) -> Metric {
    Metric {
        kind: MetricKind::Gauge,
        first: FirstSample::WhenKnown,
        ..counter(name, unit, labels, help)
    }
}

pub(in crate::measure) const fn seconds(
    name: &'static str,
    labels: &'static [(&'static str, LabelValues)],
    help: &'static str,
) -> Metric {
    Metric {
        kind: MetricKind::Histogram,
        ..counter(name, "seconds", labels, help)
    }
}

pub(in crate::measure) const fn when_known(metric: Metric) -> Metric {
    Metric {
        first: FirstSample::WhenKnown,
        ..metric
    }
}
