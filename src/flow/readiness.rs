//! Readiness: whether this process can answer who is signed in, and what its store reports.

use serde::Serialize;

use crate::domain::causes::with_causes;
use crate::flow::services::Services;

/// What the store of this process reports.
#[derive(Debug, Clone, Serialize)]
pub struct StoreReport {
    /// `postgres` or `sqlite`.
    pub kind: &'static str,
    /// Whether the schema is known to be up to date.
    pub migrated: bool,
    /// Whether invalidations of other replicas arrive.
    pub listening: bool,
    /// By how many milliseconds the database's clock is ahead; `None` until it was read.
    pub clock_drift_ms: Option<i64>,
    /// Sessions in memory.
    pub cached_sessions: usize,
}

/// Asks the store for a sign of life, and says what is wrong if it gives none.
///
/// # Errors
/// The error of the store with its causes, for operators.
pub async fn check_store(services: &Services) -> Result<(), String> {
    let ready = services.store.ready().await;
    ready.map_err(|error| with_causes(&error))
}

/// What the store reports, without a database call.
pub fn store_report(services: &Services) -> StoreReport {
    let status = services.store.status();
    StoreReport {
        kind: status.kind,
        migrated: status.migrated,
        listening: status.listening,
        clock_drift_ms: status.clock_drift.map(|drift| drift.num_milliseconds()),
        cached_sessions: status.cached_sessions,
    }
}
