//! What the store does without being asked: migrates when the database comes, hears other replicas, writes uses,
//! sweeps.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::domain::clock::{Clock, Random, Timestamp};
use crate::store::cache::invalidation::Notice;
use crate::store::error::{Reason, StoreError};
use crate::store::row::database_trait::{Heard, Swept};
use crate::store::session_store::{SessionStore, Shared};

/// Waiting between attempts at a database that is away: from this, doubled …
const SOON: Duration = Duration::from_millis(100);
/// … to this, so that the gateway is ready within two seconds of its database.
const LATER: Duration = Duration::from_millis(1600);
/// Rows in one statement of the sweep.
const SWEEP_BATCH: u32 = 1000;
/// Between two batches, so that others get their turn.
const SWEEP_PAUSE: Duration = Duration::from_millis(50);
/// What is over is left in peace for so long, because another replica may not have written its last use yet.
const SWEEP_GRACE: Duration = Duration::from_mins(1);
/// How often figures are published.
const PUBLISH: Duration = Duration::from_secs(5);

/// The tasks of a store; they end with its last clone.
#[derive(Debug, Default)]
pub(in crate::store) struct Tasks {
    running: Mutex<Vec<AbortHandle>>,
}

impl Tasks {
    /// `None` if they run already.
    fn begin(&self, tasks: impl FnOnce() -> Vec<AbortHandle>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_empty() {
            *running = tasks();
        }
    }

    fn end(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for task in running.drain(..) {
            task.abort();
        }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.end();
    }
}

/// The state of the store, for the readiness detail.
#[derive(Debug, Clone)]
pub struct StoreStatus {
    /// `postgres` or `sqlite`.
    pub kind: &'static str,
    /// Whether the schema is known to be up to date.
    pub migrated: bool,
    /// Whether other replicas are heard.
    pub listening: bool,
    /// How far the database's clock is before ours; `None` until it was read. More than ten seconds deserve a look.
    pub clock_drift: Option<TimeDelta>,
    /// Sessions in memory.
    pub cached_sessions: usize,
    /// Uses that wait to be written.
    pub waiting_touches: usize,
}

impl SessionStore {
    /// Starts what the store does by itself: migration when the database is there, hearing other replicas, writing
    /// uses, sweeping. Once; a second call does nothing. Ends with the last clone, or with [`Self::close`].
    pub fn start(&self) {
        self.tasks.begin(|| {
            let shared = || Arc::clone(&self.shared);
            vec![
                tokio::spawn(migrate_when_there(shared())).abort_handle(),
                tokio::spawn(hear_others(shared())).abort_handle(),
                tokio::spawn(write_touches(shared())).abort_handle(),
                tokio::spawn(sweep_now_and_then(shared())).abort_handle(),
                tokio::spawn(publish(shared())).abort_handle(),
            ]
        });
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// `Unavailable` if the database is away, `Migration` if a step fails; nothing of that step is left.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.shared.migrate().await
    }

    /// Brings the schema up to date unless that is known to be so.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub async fn ensure_migrated(&self) -> Result<(), StoreError> {
        if self.shared.migrated.load(Ordering::Acquire) {
            return Ok(());
        }
        self.shared.migrate().await
    }

    /// Whether the store can be used now: the schema is there and the database answers.
    ///
    /// # Errors
    /// What is in the way.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        let now = shared.measures.count(shared.rows.ping().await)?;
        shared.clock.compare(now);
        if !shared.migrated.load(Ordering::Acquire) {
            return Err(StoreError::migration(Reason(
                "the migrations have not run yet",
            )));
        }
        Ok(())
    }

    /// The state of the store as it is known, without asking.
    pub fn status(&self) -> StoreStatus {
        let shared = &self.shared;
        StoreStatus {
            kind: shared.kind,
            migrated: shared.migrated.load(Ordering::Acquire),
            listening: shared.is_heard(),
            clock_drift: shared.clock.drift(),
            cached_sessions: shared.sessions.len(),
            waiting_touches: shared.touches.len(),
        }
    }

    /// Deletes what was over a minute before `now`, in small batches; safe with many replicas.
    ///
    /// # Errors
    /// `Unavailable`: the rest is for the next time.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        self.shared.sweep(now).await
    }

    /// How many sessions would end if every key but the newest were removed now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sealed_with_older_keys(&self) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let Some(newest) = shared.opening.keys.ids().next() else {
            return Ok(0);
        };
        let counted = shared.rows.sealed_otherwise(newest.as_bytes()).await;
        shared.measures.count(counted)
    }

    /// Writes what waits, ends the store's tasks and lets go of the database. Afterwards every answer is
    /// `Unavailable`.
    pub async fn close(&self) {
        self.tasks.end();
        if let Err(error) = self.shared.flush_touches().await {
            warn(&error, "the last uses of sessions were not written");
        }
        self.shared.heard.store(false, Ordering::Release);
        self.shared.rows.close().await;
    }
}

impl Shared {
    async fn migrate(&self) -> Result<(), StoreError> {
        self.measures.count(self.rows.migrate().await)?;
        self.migrated.store(true, Ordering::Release);
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        let before = (now - SWEEP_GRACE).timestamp_millis();
        let mut all = Swept::default();
        loop {
            let swept = self.rows.sweep_batch(before, SWEEP_BATCH).await;
            let swept = self.measures.count(swept)?;
            self.measures.swept_sessions.increment(swept.sessions);
            self.measures.swept_marks.increment(swept.marks);
            all.sessions += swept.sessions;
            all.marks += swept.marks;
            if swept.sessions.max(swept.marks) < u64::from(SWEEP_BATCH) {
                return Ok(all);
            }
            sleep(SWEEP_PAUSE).await;
        }
    }

    fn hear(&self, heard: Heard) {
        match heard {
            Heard::Listening => {
                // In this order: what is read from now on is believed, nothing older.
                self.forget_everything();
                self.heard.store(true, Ordering::Release);
                self.measures.listening.set(1.0);
                tracing::info!(store.kind = self.kind, "other replicas are heard");
            }
            Heard::Alive(database) => self.clock.compare(database),
            Heard::Notice(Notice::Everything) => self.forget_everything(),
            Heard::Notice(Notice::Sessions(hashes)) => {
                for hash in &hashes {
                    self.sessions.forget(hash);
                    self.tokens.forget(hash);
                }
                self.changed.notify_waiters();
            }
            Heard::Notice(Notice::Tokens(hash)) => {
                self.tokens.forget(&hash);
                self.changed.notify_waiters();
            }
        }
    }

    fn forget_everything(&self) {
        self.sessions.forget_everything();
        self.tokens.forget_everything();
        self.changed.notify_waiters();
        self.measures.flushes.increment(1);
    }
}

async fn migrate_when_there(shared: Arc<Shared>) {
    let mut wait = BackOff::default();
    while !shared.migrated.load(Ordering::Acquire) {
        match shared.migrate().await {
            Ok(()) => return,
            Err(error) => {
                wait.say_first(|| warn(&error, "the database is not ready; waiting for it"));
            }
        }
        wait.pause(shared.opening.random.as_ref()).await;
    }
}

async fn hear_others(shared: Arc<Shared>) {
    // SQLite's notices rest in a table of the schema; with Postgres there is nobody to hear before it.
    while !shared.migrated.load(Ordering::Acquire) {
        sleep(SOON).await;
    }
    let mut wait = BackOff::default();
    loop {
        let hear = |heard| shared.hear(heard);
        let error = shared.rows.listen(&hear).await;
        if shared.heard.swap(false, Ordering::AcqRel) {
            wait = BackOff::default();
        }
        shared.measures.listening.set(0.0);
        wait.say_first(|| {
            warn(
                &error,
                "other replicas are not heard; the cache is kept for two seconds only",
            );
        });
        wait.pause(shared.opening.random.as_ref()).await;
    }
}

async fn write_touches(shared: Arc<Shared>) {
    let mut failing = false;
    loop {
        sleep(shared.options.touch_every).await;
        match shared.flush_touches().await {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    warn(&error, "uses of sessions wait to be written");
                }
                failing = true;
            }
        }
    }
}

async fn sweep_now_and_then(shared: Arc<Shared>) {
    loop {
        sleep(shared.options.sweep_every).await;
        if !shared.migrated.load(Ordering::Acquire) {
            continue;
        }
        match shared.sweep(shared.clock.now()).await {
            Ok(Swept {
                sessions: 0,
                marks: 0,
            }) => {}
            Ok(swept) => tracing::debug!(swept.sessions, swept.marks, "swept"),
            Err(error) => warn(&error, "what is over could not be swept"),
        }
    }
}

async fn publish(shared: Arc<Shared>) {
    loop {
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a cache's size")]
        shared.measures.entries.set(shared.sessions.len() as f64);
        if let Some(drift) = shared.clock.drift() {
            shared.measures.drift.set(drift.as_seconds_f64());
        }
        sleep(PUBLISH).await;
    }
}

/// Waits longer each time, and tells the first time only.
#[derive(Debug)]
struct BackOff {
    next: Duration,
    said: bool,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            next: SOON,
            said: false,
        }
    }
}

impl BackOff {
    fn say_first(&mut self, say: impl FnOnce()) {
        if !self.said {
            say();
        }
        self.said = true;
    }

    /// Three quarters to five quarters of the time, so that replicas do not come back in step.
    async fn pause(&mut self, random: &dyn Random) {
        let mut byte = [0];
        random.fill(&mut byte);
        let [byte] = byte;
        let share = 192 + u32::from(byte) / 2;
        sleep(self.next * share / 256).await;
        self.next = (self.next * 2).min(LATER);
    }
}

fn warn(error: &StoreError, what: &'static str) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "{what}");
}
