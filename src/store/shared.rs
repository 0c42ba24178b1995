//! `Shared`: what the methods of the store and its background tasks have in common: the database with its measurements, the
//! caches, and the clock by which sessions end, the same on all replicas. `measure/table.rs` lists the metrics.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::session::{HandleHash, Session};
use crate::measure::spans;
use crate::measure::table::OPERATIONS;
use crate::store::cache::{Cache, Invalidation};
use crate::store::database::{Database, ListenerEvent};
use crate::store::error::StoreError;
use crate::store::migrations::SchemaChange;
use crate::store::options::StoreOptions;
use crate::store::row::rows::StoredTokens;
use crate::store::row::sealed_row::RowSealer;
use crate::store::touch_buffer::{TOUCH_INTERVAL, TOUCHES_PER_STATEMENT, TouchBuffer};

/// The database, the caches, and the state of the background tasks.
#[derive(Debug)]
pub(in crate::store) struct Shared {
    pub(in crate::store) database: Arc<dyn Database>,
    /// `postgres` or `sqlite`.
    pub(in crate::store) kind: &'static str,
    pub(in crate::store) sealer: RowSealer,
    pub(in crate::store) clock: Arc<StoreClock>,
    pub(in crate::store) options: StoreOptions,
    pub(in crate::store) sessions: Cache<Session>,
    pub(in crate::store) tokens: Cache<StoredTokens>,
    pub(in crate::store) touches: TouchBuffer,
    /// Whether the invalidations of other replicas arrive.
    pub(in crate::store) listening: Arc<AtomicBool>,
    pub(in crate::store) migrated: AtomicBool,
    /// When it was last proved that sessions can be written.
    pub(in crate::store) writable_at: Mutex<Option<Instant>>,
    /// How many sessions an older key sealed, when last counted.
    pub(in crate::store) older_keys: Mutex<Option<u64>>,
    /// Notified at each invalidation.
    pub(in crate::store) changed: tokio::sync::Notify,
    pub(in crate::store) metrics: StoreMetrics,
}

impl Shared {
    /// The store's time in unix milliseconds.
    pub(in crate::store) fn now_millis(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    pub(in crate::store) fn is_listening(&self) -> bool {
        self.listening.load(Ordering::Acquire)
    }

    pub(in crate::store) fn is_migrated(&self) -> bool {
        self.migrated.load(Ordering::Acquire)
    }

    pub(in crate::store) async fn migrate(&self) -> Result<SchemaChange, StoreError> {
        let change = self.metrics.count_error(self.database.migrate().await)?;
        self.migrated.store(true, Ordering::Release);
        Ok(change)
    }

    /// Forgets an ended session here; the other replicas receive an invalidation.
    pub(in crate::store) fn forget_ended(&self, hash: &HandleHash) {
        self.sessions.invalidate(hash);
        self.tokens.invalidate(hash);
        self.touches.forget(hash);
        self.changed.notify_waiters();
    }

    /// Forgets the ended sessions here, and counts them.
    pub(in crate::store) fn forget_all_ended(&self, ended: &[HandleHash]) -> u64 {
        for hash in ended {
            self.forget_ended(hash);
        }
        u64::try_from(ended.len()).unwrap_or(u64::MAX)
    }

    /// Writes the uses that wait; what could not be written waits on.
    pub(in crate::store) async fn flush_touches(&self) -> Result<(), StoreError> {
        let taken = self.touches.take();
        let mut unwritten = taken.as_slice();
        while !unwritten.is_empty() {
            let (batch, rest) = unwritten.split_at(unwritten.len().min(TOUCHES_PER_STATEMENT));
            let written = self
                .metrics
                .measured(Operation::Touch, self.database.touch(batch, TOUCH_INTERVAL))
                .await;
            if let Err(error) = written {
                self.touches.put_back(unwritten);
                return Err(error);
            }
            let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            self.metrics.touches.increment(count);
            unwritten = rest;
        }
        Ok(())
    }

    /// Does what an event of the listener demands.
    pub(in crate::store) fn on_event(&self, event: ListenerEvent) {
        match event {
            ListenerEvent::Listening => {
                // In this order: what is read from now on is current, nothing older is.
                self.forget_everything();
                self.listening.store(true, Ordering::Release);
                self.metrics.listening.set(1.0);
                tracing::info!(store.kind = self.kind, "listening to other replicas");
            }
            ListenerEvent::Alive(database) => self.clock.compare(database),
            ListenerEvent::Invalidation(Invalidation::Everything) => self.forget_everything(),
            ListenerEvent::Invalidation(Invalidation::Sessions(hashes)) => {
                for hash in &hashes {
                    self.sessions.invalidate(hash);
                    self.tokens.invalidate(hash);
                }
                self.changed.notify_waiters();
            }
            ListenerEvent::Invalidation(Invalidation::Tokens(hash)) => {
                self.tokens.invalidate(&hash);
                self.changed.notify_waiters();
            }
        }
    }

    pub(in crate::store) fn forget_everything(&self) {
        self.sessions.invalidate_all();
        self.tokens.invalidate_all();
        self.changed.notify_waiters();
        self.metrics.flushes.increment(1);
    }
}

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
        let began = std::time::Instant::now();
        let done = work.instrument(spans::store(operation.word())).await;
        if let Some(time) = self.times.get(operation as usize) {
            time.record(began.elapsed().as_secs_f64());
        }
        done
    }

    /// Measures an operation of the database, and counts its error.
    pub(in crate::store) async fn measured<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.count_error(self.timed(operation, work).await)
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

/// A difference of up to this many milliseconds is not corrected.
const TOLERATED: i64 = 1000;

/// The process's clock, corrected to the database's.
#[derive(Debug)]
pub struct StoreClock {
    ours: Arc<dyn Clock>,
    follows: bool,
    measured: AtomicBool,
    drift: AtomicI64,
}

impl StoreClock {
    pub(super) fn new(ours: Arc<dyn Clock>, follows: bool) -> Self {
        Self {
            ours,
            follows,
            measured: AtomicBool::new(false),
            drift: AtomicI64::new(0),
        }
    }

    /// Measures the drift from what the database's clock shows, in unix milliseconds.
    pub(super) fn compare(&self, database: i64) {
        let drift = database.saturating_sub(self.ours.now().timestamp_millis());
        self.drift.store(drift, Ordering::Relaxed);
        self.measured.store(true, Ordering::Release);
    }

    /// How far the database's clock is ahead of ours; `None` until it was read.
    pub fn drift(&self) -> Option<TimeDelta> {
        self.measured
            .load(Ordering::Acquire)
            .then(|| TimeDelta::milliseconds(self.drift.load(Ordering::Relaxed)))
    }
}

impl Clock for StoreClock {
    fn now(&self) -> Timestamp {
        let now = self.ours.now();
        let drift = self.drift.load(Ordering::Relaxed);
        if self.follows && drift.abs() > TOLERATED {
            now.checked_add_signed(TimeDelta::milliseconds(drift))
                .unwrap_or(now)
        } else {
            now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::FixedClock;

    #[test]
    fn every_operation_has_its_word() {
        assert_eq!(Operation::Read.word(), "read");
        assert_eq!(Operation::StoreTokens.word(), "store_tokens");
        assert_eq!(Operation::Ping.word(), "ping");
        assert_eq!(Operation::Ping as usize, OPERATIONS.len() - 1);
    }

    // proves: D32
    #[test]
    fn a_replica_five_minutes_off_follows_the_databases_clock() {
        let at = Timestamp::from_timestamp_millis(1_000_000_000_000).unwrap();
        let database = at + TimeDelta::minutes(5);
        let clock = StoreClock::new(Arc::new(FixedClock::at(at)), true);
        assert_eq!(clock.drift(), None);
        clock.compare(database.timestamp_millis());
        assert_eq!(clock.now(), database);
        assert_eq!(clock.drift(), Some(TimeDelta::minutes(5)));
        clock.compare((at + TimeDelta::milliseconds(300)).timestamp_millis());
        assert_eq!(clock.now(), at);
    }
}
