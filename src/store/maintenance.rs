//! The background tasks of the store: migration when the database is there, listening to other replicas, writing uses,
//! sweeping expired rows. Readiness and status.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{Instant, sleep};

use crate::domain::clock::Clock;
use crate::domain::random::{Random, random_256};
use crate::domain::secret::SecretUrl;
use crate::store::database::Swept;
use crate::store::error::{OwnCause, StoreError};
use crate::store::migrations::SchemaChange;
use crate::store::session_store::SessionStore;
use crate::store::shared::{Operation, Shared};

/// The first pause between attempts at a database that is away; the pause doubles …
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// … up to this, so that the gateway is ready within two seconds of its database.
const LONGEST_PAUSE: Duration = Duration::from_millis(1600);
/// Proof that sessions can be written is as old as this at most when the store says that it is ready.
const PROVE_WRITABLE_EVERY: Duration = Duration::from_secs(5);
/// How often rows are looked for that a replica of an earlier release wrote.
const SEAL_ANEW_EVERY: Duration = Duration::from_hours(1);
/// How often the live sessions are counted at most.
const COUNT_SESSIONS_EVERY: Duration = Duration::from_mins(1);
/// How often gauges are published.
const PUBLISH_EVERY: Duration = Duration::from_secs(5);

/// The state of the store, for the detail of `/readyz`.
#[derive(Debug, Clone)]
pub struct StoreStatus {
    /// `postgres` or `sqlite`.
    pub kind: &'static str,
    /// Whether the schema is known to be up to date.
    pub migrated: bool,
    /// Whether invalidations of other replicas arrive.
    pub listening: bool,
    /// How far the database's clock is ahead of ours; `None` until it was read. Investigate more than ten seconds.
    pub clock_drift: Option<TimeDelta>,
    /// Sessions in memory.
    pub cached_sessions: usize,
    /// Uses of sessions that wait to be written.
    pub waiting_touches: usize,
    /// How many sessions an older key sealed, and would end if that key were removed now. Counted once a minute while
    /// there are older keys; `None` without older keys, or before the first count.
    pub sealed_with_older_keys: Option<u64>,
}

impl SessionStore {
    /// Starts the background tasks: migration when the database is there, listening to other replicas, writing uses,
    /// sweeping. A second call does nothing. The tasks end with the last clone, or with [`Self::close`].
    pub fn start(&self) {
        self.tasks.start(|| {
            let shared = || Arc::clone(&self.shared);
            vec![
                tokio::spawn(migrate_when_reachable(shared())).abort_handle(),
                tokio::spawn(listen_to_others(shared())).abort_handle(),
                tokio::spawn(write_touches(shared())).abort_handle(),
                tokio::spawn(sweep_regularly(shared())).abort_handle(),
                tokio::spawn(publish_gauges(shared())).abort_handle(),
                tokio::spawn(renew_keys_regularly(shared())).abort_handle(),
            ]
        });
    }

    /// Opens new connections at another address of the same database, such as one with a new password. Connections that
    /// work go on.
    ///
    /// # Errors
    /// `BadUrl` if the address cannot be used; the old one stays.
    pub fn follow_address(&self, url: &SecretUrl) -> Result<(), StoreError> {
        self.shared.database.follow_address(url.expose())
    }

    /// Brings the schema up to date, and says what that changed.
    ///
    /// # Errors
    /// `Unavailable` if the database is away; `Migration` if a step fails, of which nothing is left.
    pub async fn migrate(&self) -> Result<SchemaChange, StoreError> {
        self.shared.migrate().await
    }

    /// Whether the schema is up to date. Changes nothing.
    ///
    /// # Errors
    /// `Unavailable` if the database is away.
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        let current = self.shared.database.is_current().await;
        self.shared.metrics.count_error(current)
    }

    /// Brings the schema up to date, unless it is known to be.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub async fn ensure_migrated(&self) -> Result<(), StoreError> {
        if self.shared.is_migrated() {
            return Ok(());
        }
        self.shared.migrate().await.map(drop)
    }

    /// Whether the store can be used now: the database answers, the schema is there and sessions can be written. That
    /// they can be written is proved at most every five seconds.
    ///
    /// # Errors
    /// Why the store is not ready.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        let now = shared.metrics.count_error(
            shared
                .metrics
                .timed(Operation::Ping, shared.database.ping())
                .await,
        )?;
        shared.clock.compare(now);
        if !shared.is_migrated() {
            return Err(StoreError::migration(OwnCause(
                "the migrations have not run yet",
            )));
        }
        shared.prove_writable().await
    }

    /// The state of the store as this process knows it, without a database call.
    pub fn status(&self) -> StoreStatus {
        let shared = &self.shared;
        StoreStatus {
            kind: shared.kind,
            migrated: shared.is_migrated(),
            listening: shared.is_listening(),
            clock_drift: shared.clock.drift(),
            cached_sessions: shared.sessions.len(),
            waiting_touches: shared.touches.len(),
            sealed_with_older_keys: *shared.lock_older_keys(),
        }
    }

    /// How many sessions would end if every key but the newest were removed now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sealed_with_older_keys(&self) -> Result<u64, StoreError> {
        self.shared.count_older_keys().await
    }

    /// Stops the background tasks, writes the uses that wait, and closes every connection. Afterwards every call fails with
    /// `Unavailable`.
    pub async fn close(&self) {
        self.tasks.stop();
        if let Err(error) = self.shared.flush_touches().await {
            warn(&error, "the last uses of sessions were not written");
        }
        self.shared.listening.store(false, Ordering::Release);
        self.shared.database.close().await;
    }
}

impl Shared {
    async fn prove_writable(&self) -> Result<(), StoreError> {
        let last = *self.lock_writable_at();
        if last.is_some_and(|last| last.elapsed() < PROVE_WRITABLE_EVERY) {
            return Ok(());
        }
        let probe = random_256(self.sealer.random.as_ref());
        self.metrics
            .count_error(self.database.prove_writable(&probe).await)?;
        *self.lock_writable_at() = Some(Instant::now());
        Ok(())
    }

    fn lock_writable_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.writable_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_older_keys(&self) -> MutexGuard<'_, Option<u64>> {
        self.older_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes whether the database answers, and the connections to it.
    async fn publish_database(&self) {
        let asked = self.metrics.timed(Operation::Ping, self.database.ping());
        let answered = self.metrics.count_error(asked.await).is_ok();
        self.metrics.up.set(if answered { 1.0 } else { 0.0 });
        let pool = self.database.pool_use();
        self.metrics.open_connections.set(pool.open);
        self.metrics.idle_connections.set(pool.idle);
        self.metrics.connection_limit.set(pool.limit);
    }

    /// Publishes the number of live sessions, and says when to count again: counting takes at most a thousandth of the time.
    async fn publish_sessions(&self) -> Instant {
        let began = Instant::now();
        let counted = self.database.count(self.now_millis()).await;
        #[expect(clippy::cast_precision_loss, reason = "a gauge of sessions")]
        self.metrics
            .sessions
            .set(counted.map_or(f64::NAN, |count| count as f64));
        began + COUNT_SESSIONS_EVERY.max(began.elapsed() * 1000)
    }

    async fn count_older_keys(&self) -> Result<u64, StoreError> {
        let Some(newest) = self.sealer.keys.ids().next() else {
            return Ok(0);
        };
        let counted = self.database.count_other_keys(newest.as_bytes()).await;
        self.metrics.count_error(counted)
    }
}

async fn migrate_when_reachable(shared: Arc<Shared>) {
    let mut wait = BackOff::default();
    while !shared.is_migrated() {
        match shared.migrate().await {
            Ok(_) => return,
            // Waiting does not help, and the process ends with this error.
            Err(error) if error.is_refused_connection() => {}
            Err(error) => {
                wait.warn_once(|| warn(&error, "the database is not ready; waiting for it"));
            }
        }
        wait.pause(shared.sealer.random.as_ref()).await;
    }
}

async fn listen_to_others(shared: Arc<Shared>) {
    // The listener of SQLite reads a table of the schema; on Postgres nobody writes before there is a schema.
    while !shared.is_migrated() {
        sleep(FIRST_PAUSE).await;
    }
    let mut wait = BackOff::default();
    loop {
        let on_event = |event| shared.on_event(event);
        let error = shared.database.listen(&on_event).await;
        if shared.listening.swap(false, Ordering::AcqRel) {
            wait = BackOff::default();
        }
        shared.metrics.listening.set(0.0);
        wait.warn_once(|| {
            warn(
                &error,
                "not listening to other replicas; cached sessions are current for two seconds only",
            );
        });
        wait.pause(shared.sealer.random.as_ref()).await;
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
                    warn(&error, "uses of sessions could not be written and wait");
                }
                failing = true;
            }
        }
    }
}

async fn sweep_regularly(shared: Arc<Shared>) {
    loop {
        sleep(shared.options.sweep_every).await;
        if !shared.is_migrated() {
            continue;
        }
        match shared.sweep(shared.clock.now()).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => tracing::debug!(swept.sessions, swept.replay_records, "swept"),
            Err(error) => warn(&error, "expired rows could not be swept"),
        }
    }
}

/// Seals rows anew for lists and searches at the start and every hour, and then counts the rows of older keys.
async fn renew_keys_regularly(shared: Arc<Shared>) {
    while !shared.is_migrated() {
        sleep(FIRST_PAUSE).await;
    }
    let has_older_keys = shared.sealer.keys.ids().count() > 1;
    let mut sealed_at: Option<Instant> = None;
    loop {
        if sealed_at.is_none_or(|sealed_at| sealed_at.elapsed() >= SEAL_ANEW_EVERY) {
            sealed_at = seal_anew(&shared).await.then(Instant::now);
        }
        if has_older_keys {
            match shared.count_older_keys().await {
                Ok(count) => *shared.lock_older_keys() = Some(count),
                Err(error) => warn(&error, "sessions of older keys could not be counted"),
            }
        }
        sleep(shared.options.sweep_every).await;
    }
}

async fn seal_anew(shared: &Shared) -> bool {
    match shared.seal_anew().await {
        Ok(0) => true,
        Ok(rows) => {
            tracing::info!(rows, "sealed sessions anew for lists and searches");
            true
        }
        Err(error) => {
            warn(
                &error,
                "sessions could not be sealed anew for lists and searches",
            );
            false
        }
    }
}

async fn publish_gauges(shared: Arc<Shared>) {
    let mut count_at = Instant::now();
    loop {
        shared.publish_database().await;
        if shared.is_migrated() && Instant::now() >= count_at {
            count_at = shared.publish_sessions().await;
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a cache's size")]
        shared.metrics.entries.set(shared.sessions.len() as f64);
        if let Some(drift) = shared.clock.drift() {
            shared.metrics.drift.set(drift.as_seconds_f64());
        }
        sleep(PUBLISH_EVERY).await;
    }
}

/// Waits longer after each failure, and warns of the first failure only.
#[derive(Debug)]
struct BackOff {
    next: Duration,
    warned: bool,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            next: FIRST_PAUSE,
            warned: false,
        }
    }
}

impl BackOff {
    fn warn_once(&mut self, warn: impl FnOnce()) {
        if !self.warned {
            warn();
        }
        self.warned = true;
    }

    /// Waits three quarters to five quarters of the pause, so that replicas do not retry at the same moment.
    async fn pause(&mut self, random: &dyn Random) {
        let mut byte = [0];
        random.fill(&mut byte);
        let [byte] = byte;
        let share = 192 + u32::from(byte) / 2;
        sleep(self.next * share / 256).await;
        self.next = (self.next * 2).min(LONGEST_PAUSE);
    }
}

fn warn(error: &StoreError, what: &'static str) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "{what}");
}
