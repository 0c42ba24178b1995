//! Work through all rows, in batches. The sweep deletes sessions that expired or that a cutoff ended, and expired replay
//! records. Rows that are not sealed with the newest key for lists and searches are sealed anew.

use std::time::Duration;

use tokio::time::sleep;

use crate::domain::clock::Timestamp;
use crate::store::database::Swept;
use crate::store::error::StoreError;
use crate::store::session_store::SessionStore;
use crate::store::shared::{Operation, Shared};

/// How many expired rows one statement sweeps.
const SWEEP_BATCH: u32 = 1000;
/// How many rows one statement looks at.
const CUTOFF_BATCH: u32 = 2000;
/// How many rows one transaction stores that were sealed anew.
const SEAL_BATCH: usize = 200;
/// The pause between two batches, so that requests get their turn.
const SWEEP_PAUSE: Duration = Duration::from_millis(50);
/// A row is swept this long after its end, because another replica may not have written its last use yet. A cutoff is
/// swept this long after it was made, because a sign-in that began before may not have been committed yet.
const SWEEP_GRACE: Duration = Duration::from_mins(1);

impl SessionStore {
    /// Deletes what ended more than a minute before `now`, in small batches. Safe when many replicas sweep.
    ///
    /// # Errors
    /// `Unavailable`: the next sweep deletes the rest.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        self.shared.sweep(now).await
    }

    /// Seals every row with the newest key for lists and searches; the store does so itself when it starts and every hour.
    /// Returns how many rows that were.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`: some rows wait for the next time.
    pub async fn seal_listed_rows_anew(&self) -> Result<u64, StoreError> {
        self.shared.seal_anew().await
    }
}

impl Shared {
    pub(in crate::store) async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        let before = (now - SWEEP_GRACE).timestamp_millis();
        let mut all = Swept {
            sessions: self.sweep_cut_off(before).await?,
            ..Swept::default()
        };
        loop {
            let swept = self
                .metrics
                .measured(
                    Operation::Sweep,
                    self.database.sweep_batch(before, SWEEP_BATCH),
                )
                .await?;
            self.metrics.swept_sessions.increment(swept.sessions);
            self.metrics
                .swept_replay_records
                .increment(swept.replay_records);
            all.sessions += swept.sessions;
            all.replay_records += swept.replay_records;
            if swept.sessions.max(swept.replay_records) < u64::from(SWEEP_BATCH) {
                return Ok(all);
            }
            sleep(SWEEP_PAUSE).await;
        }
    }

    /// Compares every row with the cutoffs from before `before`, deletes what they ended, and then the cutoffs.
    async fn sweep_cut_off(&self, before: i64) -> Result<u64, StoreError> {
        let newest = self.database.newest_cutoff(before).await;
        let Some(newest) = self.metrics.count_error(newest)? else {
            return Ok(0);
        };
        let (mut all, mut after) = (0, Vec::new());
        loop {
            let Some(swept) = self
                .metrics
                .measured(
                    Operation::Sweep,
                    self.database.sweep_cut_off(&after, CUTOFF_BATCH),
                )
                .await?
            else {
                return Ok(all);
            };
            self.metrics.swept_sessions.increment(swept.deleted);
            all += swept.deleted;
            match swept.last {
                Some(last) => after = last,
                None => break,
            }
            sleep(SWEEP_PAUSE).await;
        }
        let forgotten = self.database.forget_cutoffs(newest, before).await;
        self.metrics.count_error(forgotten)?;
        Ok(all)
    }

    /// Seals for lists, and hashes for searches, with the newest key: rows of earlier releases, which hold clear text, and
    /// rows of older keys. Safe when many replicas do it. Returns how many rows that were.
    pub(in crate::store) async fn seal_anew(&self) -> Result<u64, StoreError> {
        let Some(newest) = self.sealer.keys.ids().next() else {
            return Ok(0);
        };
        let (mut all, mut after) = (0, Vec::new());
        loop {
            let read = self
                .database
                .read_to_seal_anew(&after, CUTOFF_BATCH, newest.as_bytes())
                .await;
            let read = self.metrics.count_error(read)?;
            let sealed = read
                .rows
                .iter()
                .filter_map(|row| self.sealer.lists.seal_anew(row));
            let sealed: Vec<_> = sealed.collect();
            for rows in sealed.chunks(SEAL_BATCH) {
                let stored = self.database.seal_anew(rows).await;
                self.metrics.count_error(stored)?;
            }
            all += u64::try_from(sealed.len()).unwrap_or_default();
            match read.last {
                Some(last) => after = last,
                None => return Ok(all),
            }
            sleep(SWEEP_PAUSE).await;
        }
    }
}
