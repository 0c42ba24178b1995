//! `StoreMetrics`: handles to the store's metrics, looked up once. `store/mod.rs` lists the metrics.

use metrics::{Counter, Gauge, counter, gauge};

use crate::store::error::StoreError;

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
    unavailable: Counter,
    inconsistent: Counter,
    migration: Counter,
}

impl StoreMetrics {
    pub(in crate::store) fn new() -> Self {
        let errors = |kind: &'static str| counter!("gatehouse_store_errors_total", "kind" => kind);
        let leases = |outcome: &'static str| counter!("gatehouse_refresh_leases_total", "outcome" => outcome);
        let swept = |table: &'static str| counter!("gatehouse_store_swept_total", "table" => table);
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
            unavailable: errors("unavailable"),
            inconsistent: errors("inconsistent"),
            migration: errors("migration"),
        }
    }

    /// Counts the error of a result, and returns the result.
    pub(in crate::store) fn count_error<T>(
        &self,
        result: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &result {
            Err(StoreError::Unavailable(_)) => self.unavailable.increment(1),
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
