//! `StoreMetrics`: handles to the store's metrics, looked up once. `measure/table.rs` lists the metrics.

use std::future::Future;
use std::time::Instant;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use tracing::Instrument as _;

use crate::measure::spans;
use crate::measure::table::OPERATIONS;
use crate::store::error::StoreError;

/// An operation of the database, as metrics and traces name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Operation {
    Read,
    ReadTokens,
    Create,
    End,
    Touch,
    Lease,
    StoreTokens,
    RecordUse,
    List,
    Sweep,
    Ping,
}

impl Operation {
    /// The word in metrics and traces.
    fn word(self) -> &'static str {
        OPERATIONS.get(self as usize).copied().unwrap_or_default()
    }
}

/// Handles to the store's metrics.
#[derive(Clone)]
pub(in crate::store) struct StoreMetrics {
    pub(in crate::store) hits: Counter,
    pub(in crate::store) misses: Counter,
    pub(in crate::store) entries: Gauge,
    pub(in crate::store) listening: Gauge,
    pub(in crate::store) flushes: Counter,
    pub(in crate::store) drift: Gauge,
    pub(in crate::store) touches: Counter,
    pub(in crate::store) leases_taken: Counter,
    pub(in crate::store) leases_held: Counter,
    pub(in crate::store) leases_backing_off: Counter,
    pub(in crate::store) leases_gone: Counter,
    pub(in crate::store) leases_lost: Counter,
    pub(in crate::store) swept_sessions: Counter,
    pub(in crate::store) swept_replay_records: Counter,
    pub(in crate::store) sessions: Gauge,
    pub(in crate::store) up: Gauge,
    pub(in crate::store) open_connections: Gauge,
    pub(in crate::store) idle_connections: Gauge,
    pub(in crate::store) connection_limit: Gauge,
    times: Vec<Histogram>,
    unavailable: Counter,
    inconsistent: Counter,
    migration: Counter,
}

impl StoreMetrics {
    pub(in crate::store) fn new() -> Self {
        let errors = |kind: &'static str| counter!("gatehouse_store_errors_total", "kind" => kind);
        let leases = |outcome: &'static str| counter!("gatehouse_refresh_leases_total", "outcome" => outcome);
        let swept = |table: &'static str| counter!("gatehouse_store_swept_total", "table" => table);
        let connections =
            |state: &'static str| gauge!("gatehouse_store_connections", "state" => state);
        let time = |word: &&'static str| histogram!("gatehouse_store_operation_duration_seconds", "operation" => *word);
        Self {
            hits: counter!("gatehouse_session_cache_hits_total"),
            misses: counter!("gatehouse_session_cache_misses_total"),
            entries: gauge!("gatehouse_session_cache_entries"),
            listening: gauge!("gatehouse_store_listening"),
            flushes: counter!("gatehouse_store_cache_flushes_total"),
            drift: gauge!("gatehouse_store_clock_drift_seconds"),
            touches: counter!("gatehouse_session_touches_total"),
            leases_taken: leases("taken"),
            leases_held: leases("held"),
            leases_backing_off: leases("resting"),
            leases_gone: leases("gone"),
            leases_lost: leases("lost"),
            swept_sessions: swept("sessions"),
            swept_replay_records: swept("used_once"),
            sessions: gauge!("gatehouse_sessions"),
            up: gauge!("gatehouse_store_up"),
            open_connections: connections("open"),
            idle_connections: connections("idle"),
            connection_limit: connections("limit"),
            times: OPERATIONS.iter().map(time).collect(),
            unavailable: errors("unavailable"),
            inconsistent: errors("inconsistent"),
            migration: errors("migration"),
        }
    }

    /// Measures an operation of the database.
    pub(in crate::store) async fn timed<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = T>,
    ) -> T {
        let began = Instant::now();
        let done = work.instrument(spans::store(operation.word())).await;
        if let Some(time) = self.times.get(operation as usize) {
            time.record(began.elapsed().as_secs_f64());
        }
        done
    }

    /// Counts the error of a result, and returns the result.
    pub(in crate::store) fn count_error<T>(
        &self,
        result: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &result {
            Err(StoreError::Unavailable(_)) => {
                self.up.set(0.0);
                self.unavailable.increment(1);
            }
            Err(StoreError::Inconsistent { .. }) => self.inconsistent.increment(1),
            Err(StoreError::Migration(_)) => self.migration.increment(1),
            Ok(_) | Err(StoreError::BadUrl(_)) => {}
        }
        result
    }
}

impl std::fmt::Debug for StoreMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreMetrics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_word() {
        assert_eq!(Operation::Read.word(), "read");
        assert_eq!(Operation::StoreTokens.word(), "store_tokens");
        assert_eq!(Operation::Ping.word(), "ping");
        assert_eq!(Operation::Ping as usize, OPERATIONS.len() - 1);
    }
}
