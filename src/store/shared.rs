//! `Shared`: what the methods of the store and its background tasks have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use crate::domain::clock::Clock as _;
use crate::domain::session::{HandleHash, Session};
use crate::store::cache::invalidation::Invalidation;
use crate::store::cache::sessions::Cache;
use crate::store::clock::StoreClock;
use crate::store::database::{Database, ListenerEvent};
use crate::store::error::StoreError;
use crate::store::metrics::{Operation, StoreMetrics};
use crate::store::migrations::SchemaChange;
use crate::store::options::StoreOptions;
use crate::store::row::sealed_row::{RowSealer, StoredTokens};
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
                .timed(Operation::Touch, self.database.touch(batch, TOUCH_INTERVAL))
                .await;
            if let Err(error) = self.metrics.count_error(written) {
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
