//! The metrics of calls to web APIs and upstreams.

use std::time::Duration;

use metrics::{counter, histogram};

use crate::domain::profile::ProfileId;
use crate::measure::table::CALL_OUTCOMES;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// The server answered with this status.
    Answered(u16),
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    NoAnswer,
}

impl CallOutcome {
    fn word(self) -> &'static str {
        let index = match self {
            Self::Answered(status) => usize::from(status / 100).clamp(2, 5) - 2,
            Self::TimedOut => 4,
            Self::NoAnswer => 5,
        };
        CALL_OUTCOMES.get(index).copied().unwrap_or_default()
    }
}

/// Counts a call to a web API. `took` is the time to the head of the answer, or to the failure.
pub fn api_called(profile: &ProfileId, outcome: CallOutcome, took: Duration) {
    let id = || profile.as_str().to_owned();
    counter!("gatehouse_api_calls_total", "profile" => id(), "outcome" => outcome.word())
        .increment(1);
    histogram!("gatehouse_api_call_duration_seconds", "profile" => id()).record(took.as_secs_f64());
}

/// Counts a request that was passed on to an upstream. `took` is the time to the head of the answer, or to the failure.
pub fn upstream_called(profile: &ProfileId, outcome: CallOutcome, took: Duration) {
    let id = || profile.as_str().to_owned();
    counter!("gatehouse_upstream_requests_total", "profile" => id(), "outcome" => outcome.word())
        .increment(1);
    histogram!("gatehouse_upstream_request_duration_seconds", "profile" => id())
        .record(took.as_secs_f64());
}
