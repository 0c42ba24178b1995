//! Whose turn it is: of equal calls in this process only one runs ([`SingleFlight`]), of all replicas only the holder of the
//! lease in the row refreshes a session ([`HeldLease`]), and nobody tries again before a time that was named
//! ([`Throttle`]).
//!
//! Single-flight and throttle know nothing of tokens and nothing of other processes.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::session::{SessionHandle, SessionId};
use crate::domain::token_set::TokenSet;
use crate::store::{Lease, LeaseOwner, ReplaceResult, SessionStore, StoreError, StoredTokens};

/// Keys remembered at most. A call whose key was forgotten runs, although an equal one may be running.
const MOST_KEYS: u64 = 100_000;
/// How long an outcome is kept. Waiting callers read it at once.
const IDLE: Duration = Duration::from_mins(2);

/// Calls by key `K`, each asking a question `Q`, each with an outcome `O`.
#[derive(Debug)]
pub struct SingleFlight<K, Q, O>
where
    K: Eq + Hash + Send + Sync + 'static,
    Q: Send + 'static,
    O: Send + 'static,
{
    last: Cache<K, Arc<Mutex<Last<Q, O>>>>,
    running: watch::Sender<usize>,
    runtime: Handle,
}

/// The last call of a key that ended. Only the holder of its lock may call.
type Last<Q, O> = Option<Finished<Q, O>>;

#[derive(Debug)]
struct Finished<Q, O> {
    at: Instant,
    question: Q,
    outcome: O,
}

/// A caller that wants the call of one key to be made.
#[derive(Debug)]
pub struct Flight<Q, O> {
    last: Arc<Mutex<Last<Q, O>>>,
    since: Instant,
    turn: Option<OwnedMutexGuard<Last<Q, O>>>,
    running: watch::Sender<usize>,
    runtime: Handle,
}

impl<K, Q, O> SingleFlight<K, Q, O>
where
    K: Eq + Hash + Send + Sync + 'static,
    Q: PartialEq + Send + 'static,
    O: Clone + Send + 'static,
{
    /// Calls run on `runtime`, which must outlive the servers: a call that ended with the thread of its request would
    /// lose its outcome.
    pub fn new(runtime: Handle) -> Self {
        let last = Cache::builder()
            .max_capacity(MOST_KEYS)
            .time_to_idle(IDLE)
            .build();
        Self {
            last,
            running: watch::Sender::new(0),
            runtime,
        }
    }

    /// Joins the callers of `key`, and takes the turn if no call of `key` is running.
    pub fn join(&self, key: K) -> Flight<Q, O> {
        let last = self.last.get_with(key, Arc::default);
        let since = Instant::now();
        let turn = Arc::clone(&last).try_lock_owned().ok();
        Flight {
            last,
            since,
            turn,
            running: self.running.clone(),
            runtime: self.runtime.clone(),
        }
    }

    /// Waits until no call is running.
    pub async fn settled(&self) {
        // Cannot fail: the sender lives as long as `self`.
        let _ = self.running.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl<Q, O> Flight<Q, O>
where
    Q: PartialEq + Send + 'static,
    O: Clone + Send + 'static,
{
    /// Whether no other call of this key was running when the caller joined.
    pub fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// Makes the call when it is this caller's turn, in a task of its own: it ends whether anybody waits for it or not.
    /// If a call with the same question ended since the caller joined, its outcome is the answer.
    pub fn run(self, question: Q, call: impl Future<Output = O> + Send + 'static) -> JoinHandle<O> {
        let running = InFlight::begin(self.running);
        let span = tracing::Span::current();
        let whole = async move {
            let _running = running;
            let mut last = match self.turn {
                Some(turn) => turn,
                None => self.last.lock_owned().await,
            };
            if let Some(shared) = last
                .as_ref()
                .filter(|last| last.at >= self.since && last.question == question)
            {
                return shared.outcome.clone();
            }
            let outcome = call.await;
            *last = Some(Finished {
                at: Instant::now(),
                question,
                outcome: outcome.clone(),
            });
            outcome
        };
        self.runtime.spawn(whole.instrument(span))
    }
}

/// Counts one running call, also if it panics.
struct InFlight(watch::Sender<usize>);

impl InFlight {
    fn begin(count: watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// A lease outlives one renewal that is lost, and a holder that crashed by this much at most.
pub(in crate::flow) const LEASE: Duration = Duration::from_secs(10);
/// How often the holder renews the lease while the authority is slow.
const RENEWAL: Duration = Duration::from_secs(3);
/// How long storing new tokens is tried while the store does not answer: the authority may not accept the old ones
/// any more.
const STORING: Duration = Duration::from_secs(20);
/// The pause after the first try to store them; it doubles with each try, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries to store them.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The lease that this process holds, and the tokens that stood in the row when it took the lease.
pub(in crate::flow) struct HeldLease<'a> {
    pub(in crate::flow) store: &'a SessionStore,
    pub(in crate::flow) handle: &'a SessionHandle,
    pub(in crate::flow) session_id: SessionId,
    pub(in crate::flow) owner: LeaseOwner,
    pub(in crate::flow) stored: StoredTokens,
}

/// What stands in the row now, as the holder of the lease finds it.
pub(in crate::flow) enum RowState {
    /// What the holder expects: the tokens that it stored, or those that it began with and still holds the lease for.
    Ours,
    /// Newer tokens: another holder took the lease over, or the holder's own try succeeded and only the store's answer
    /// was lost.
    Newer(StoredTokens),
    /// The old tokens, and another holder has the lease.
    LostLease,
    /// Nothing: the session ended.
    Gone,
}

impl HeldLease<'_> {
    /// Waits for `work`, and renews the lease meanwhile.
    pub(in crate::flow) async fn renewed_during<T>(&self, work: impl Future<Output = T>) -> T {
        // Beside the work, not between its steps: a store that hangs must not delay it.
        let renewals = async {
            loop {
                tokio::time::sleep(RENEWAL).await;
                if let Err(error) = self.store.renew_lease(self.handle, self.owner, LEASE).await {
                    tracing::warn!(error = %error, "a lease could not be renewed");
                }
            }
        };
        tokio::select! {
            done = work => done,
            never = renewals => never,
        }
    }

    /// Gives the lease back. If the store does not answer, the lease runs out by itself, and nobody is refused for it.
    pub(in crate::flow) async fn release(&self) {
        let released = self.store.release_lease(self.handle, self.owner);
        if let Err(error) = released.await {
            tracing::warn!(session.id = %self.session_id, error = %error, "a lease could not be released");
        }
    }

    /// Gives the lease back in such a way that no replica refreshes this session for `pause`; otherwise as
    /// [`Self::release`].
    pub(in crate::flow) async fn back_off(&self, pause: Duration) {
        let stored = self.store.back_off(self.handle, self.owner, pause);
        if let Err(error) = stored.await {
            tracing::warn!(session.id = %self.session_id, error = %error, "the back-off of a session could not be stored");
        }
    }

    /// Takes the lease again after new tokens were stored, which frees it.
    pub(in crate::flow) async fn take_again(&self) {
        let taken = self.store.lease(self.handle, self.owner, LEASE);
        if let Err(error) = taken.await {
            tracing::warn!(session.id = %self.session_id, error = %error, "a lease could not be taken again");
        }
    }

    /// Whether the row is still as it was when the lease was taken. The lease may have run out meanwhile while the
    /// store did not answer, so it is taken again.
    pub(in crate::flow) async fn row_state(&self) -> Result<RowState, StoreError> {
        let lease = self.store.lease_to_write(self.handle, self.owner, LEASE);
        Ok(match lease.await? {
            Lease::Gone => RowState::Gone,
            Lease::Held | Lease::BackingOff(_) => RowState::LostLease,
            Lease::Taken(now) if now.version == self.stored.version => RowState::Ours,
            Lease::Taken(now) => {
                self.release().await;
                RowState::Newer(now)
            }
        })
    }

    /// Stores new tokens, and tries again while the store does not answer. Never overwrites newer ones.
    pub(in crate::flow) async fn store_tokens(
        &self,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<RowState, StoreError> {
        let deadline = tokio::time::Instant::now() + STORING;
        let mut pause = FIRST_PAUSE;
        loop {
            let tried = self.store_once(tokens, identity).await;
            let again = matches!(
                tried,
                Ok(RowState::LostLease) | Err(StoreError::Unavailable(_))
            );
            if !again || tokio::time::Instant::now() + pause > deadline {
                return tried;
            }
            tracing::warn!(session.id = %self.session_id, "refreshed tokens could not be stored yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One try. `LostLease`: another holder has the lease now, and may give it back without having stored anything.
    async fn store_once(
        &self,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<RowState, StoreError> {
        if let replaced @ (RowState::Ours | RowState::Gone) = self.replace(tokens, identity).await?
        {
            return Ok(replaced);
        }
        match self.row_state().await? {
            RowState::Ours => self.replace(tokens, identity).await,
            other => Ok(other),
        }
    }

    async fn replace(
        &self,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<RowState, StoreError> {
        let (handle, version) = (self.handle, self.stored.version);
        let replaced = self
            .store
            .replace_tokens(handle, self.owner, version, tokens, identity);
        Ok(match replaced.await? {
            ReplaceResult::Stored { .. } => RowState::Ours,
            ReplaceResult::SessionGone => RowState::Gone,
            ReplaceResult::LeaseLost => RowState::LostLease,
        })
    }
}

/// Keys remembered at most; beyond that the least used are forgotten, and what they stand for is tried again.
const MOST_THROTTLED: u64 = 10_000;
/// The longest `Retry-After` that is honoured.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Remembers for each key until when nothing is tried again, and why.
#[derive(Debug)]
pub struct Throttle<K, R = ()>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    until: Cache<K, (Timestamp, R)>,
}

impl<K, R> Default for Throttle<K, R>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        let until = Cache::builder()
            .max_capacity(MOST_THROTTLED)
            .time_to_live(LONGEST_RETRY_AFTER)
            .build();
        Self { until }
    }
}

impl<K, R> Throttle<K, R>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    /// Holds `key` back until `until`.
    pub fn hold_back(&self, key: K, until: Timestamp, reason: R) {
        self.until.insert(key, (until, reason));
    }

    /// For how long `key` is still held back at `now`, and why; `None` if it is free.
    pub fn remaining(&self, key: &K, now: Timestamp) -> Option<(Duration, R)> {
        let (until, reason) = self.until.get(key)?;
        let left = (until - now).to_std().ok()?;
        (!left.is_zero()).then_some((left, reason))
    }
}

#[cfg(test)]
mod tests;
