//! The tokens of a session, and the lease by which one replica refreshes them for all.
//!
//! A refresh takes these steps. [`SessionStore::lease`]: if the lease is taken, ask the authority (no connection is held
//! meanwhile; [`SessionStore::renew_lease`] if the authority is slow), then [`SessionStore::replace_tokens`] before the
//! new tokens are used. [`SessionStore::release_lease`] if there was nothing to refresh, [`SessionStore::back_off`] if
//! the refresh failed. If another replica holds the lease, [`SessionStore::wait_for_refresh`]. A holder that crashed
//! loses the lease when the lease runs out, by the database's clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::domain::identity::Identity;
use crate::domain::random::Random;
use crate::domain::session::{HandleHash, SessionHandle};
use crate::domain::token_set::TokenSet;
use crate::seal::handle_hash;
use crate::store::cache::Generation;
use crate::store::database::{LeaseOwner, LeaseRow, LeaseState, ReplaceResult};
use crate::store::error::StoreError;
use crate::store::row::rows::{NewTokens, StoredTokens};
use crate::store::session_store::SessionStore;
use crate::store::shared::{Operation, Shared};

/// How often a waiter reads the lease while invalidations arrive, to see that the holder let go or crashed.
const POLL_LISTENING: Duration = Duration::from_millis(500);
/// How often a waiter reads the lease while no invalidations arrive.
const POLL_NOT_LISTENING: Duration = Duration::from_millis(150);

impl LeaseOwner {
    /// A new owner, for one refresh. The same owner may take a lease again; two owners never hold a lease together.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(bytes)
    }
}

/// The answer to a request for the lease.
#[derive(Debug, Clone)]
pub enum Lease {
    /// The lease is this owner's until it runs out. These are the tokens of the row. They may be fresh already, because
    /// another holder has just let go.
    Taken(StoredTokens),
    /// Another owner holds the lease.
    Held,
    /// A refresh failed recently, on this replica or another: nobody tries again for this long.
    BackingOff(Duration),
    /// The session has ended, or its row does not open.
    Gone,
}

/// The result of waiting for another holder's refresh.
#[derive(Debug, Clone)]
pub enum WaitResult {
    /// New tokens are in the row.
    NewTokens(Arc<StoredTokens>),
    /// The holder let go or crashed, and the tokens are unchanged: the lease can be taken.
    LeaseFree,
    /// The holder's refresh failed: nobody tries again for this long.
    BackingOff(Duration),
    /// The session has ended.
    SessionGone,
    /// The time is over, and the holder still has the lease.
    StillHeld,
}

impl SessionStore {
    /// The tokens of a session: from memory without a database call, else from its row.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`, as for [`SessionStore::find`].
    pub async fn tokens(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<Arc<StoredTokens>>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let read = || shared.read_tokens(handle, &hash);
        let stored = shared.tokens.get_or_read(&hash, read).await;
        shared.metrics.count_error(stored)
    }

    /// Takes the lease of a session for `ttl`, if nobody holds it and the session does not back off.
    ///
    /// # Errors
    /// `Unavailable`: whether the lease was taken is unknown; the same owner may ask again.
    pub async fn lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<Lease, StoreError> {
        let now = self.shared.now_millis();
        self.lease_at(handle, owner, ttl, now).await
    }

    /// As [`Self::lease`], for a caller that does not ask the authority: takes the lease during a back-off too, and so ends
    /// the back-off.
    ///
    /// # Errors
    /// As [`Self::lease`].
    pub async fn lease_to_write(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<Lease, StoreError> {
        self.lease_at(handle, owner, ttl, i64::MAX).await
    }

    async fn lease_at(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<Lease, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let taken = shared
            .metrics
            .measured(
                Operation::Lease,
                shared.database.take_lease(&hash, owner, ttl, now),
            )
            .await;
        match taken? {
            LeaseRow::Taken(row) => match shared.sealer.tokens(handle, &row)? {
                Some(stored) => {
                    shared.metrics.leases_taken.increment(1);
                    Ok(Lease::Taken(stored))
                }
                None => Ok(Lease::Gone),
            },
            LeaseRow::Held => {
                shared.metrics.leases_held.increment(1);
                Ok(Lease::Held)
            }
            LeaseRow::BackingOff(until) => {
                shared.metrics.leases_backing_off.increment(1);
                Ok(Lease::BackingOff(time_left(until, now)))
            }
            LeaseRow::Gone => {
                shared.metrics.leases_gone.increment(1);
                shared.forget_ended(&hash);
                Ok(Lease::Gone)
            }
        }
    }

    /// Extends the lease to `ttl` from now; `false` if the lease is no longer this owner's.
    ///
    /// # Errors
    /// `Unavailable`: the lease runs out at the time it had.
    pub async fn renew_lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let hash = handle_hash(handle);
        self.shared
            .metrics
            .measured(
                Operation::Lease,
                self.shared.database.renew_lease(&hash, owner, ttl),
            )
            .await
    }

    /// Frees the lease without new tokens. Nothing happens if the lease is not this owner's.
    ///
    /// # Errors
    /// `Unavailable`: the lease runs out by itself.
    pub async fn release_lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
    ) -> Result<(), StoreError> {
        let hash = handle_hash(handle);
        let released = self
            .shared
            .metrics
            .measured(
                Operation::Lease,
                self.shared.database.release_lease(&hash, owner),
            )
            .await;
        self.shared.changed.notify_waiters();
        released
    }

    /// Frees the lease after a refresh that failed. For `pause`, by the store's clock, no replica gets the lease for
    /// another refresh. Nothing happens if the lease is not this owner's.
    ///
    /// # Errors
    /// `Unavailable`: the lease runs out by itself.
    pub async fn back_off(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2);
        let until = shared.now_millis().saturating_add(pause);
        let stored = shared
            .metrics
            .measured(
                Operation::Lease,
                shared.database.back_off(&hash, owner, until),
            )
            .await;
        shared.tokens.invalidate(&hash);
        shared.changed.notify_waiters();
        stored
    }

    /// Replaces the tokens of `version`, and the identity if there is a new one, and frees the lease. An ended session is
    /// not revived.
    ///
    /// # Errors
    /// `Unavailable`: whether the tokens were stored is unknown; the call may be repeated.
    pub async fn replace_tokens(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        version: i64,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<ReplaceResult, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let replaced = shared
            .replace(handle, owner, version, tokens, identity)
            .await;
        match shared.metrics.count_error(replaced)? {
            ReplaceResult::SessionGone => {
                shared.forget_ended(&hash);
                Ok(ReplaceResult::SessionGone)
            }
            other => {
                if other == ReplaceResult::LeaseLost {
                    shared.metrics.leases_lost.increment(1);
                }
                if identity.is_some() {
                    shared.sessions.invalidate(&hash);
                }
                shared.tokens.invalidate(&hash);
                shared.changed.notify_waiters();
                Ok(other)
            }
        }
    }

    /// Waits until another holder has replaced the tokens of `version` or freed the lease, for at most `patience`. Holds no
    /// connection while it waits.
    ///
    /// # Errors
    /// `Unavailable`: the state of the lease is unknown.
    pub async fn wait_for_refresh(
        &self,
        handle: &SessionHandle,
        version: i64,
        patience: Duration,
    ) -> Result<WaitResult, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let deadline = Instant::now() + patience;
        loop {
            let generation = shared.tokens.generation(&hash);
            let state = shared
                .metrics
                .measured(Operation::Lease, shared.database.lease_state(&hash))
                .await;
            match state? {
                None => {
                    shared.forget_ended(&hash);
                    return Ok(WaitResult::SessionGone);
                }
                Some(state) if state.version != version => {
                    shared.tokens.invalidate(&hash);
                    let stored = self.tokens(handle).await?;
                    return Ok(stored.map_or(WaitResult::SessionGone, WaitResult::NewTokens));
                }
                Some(LeaseState {
                    backs_off_until: Some(until),
                    ..
                }) if until > shared.now_millis() => {
                    let left = time_left(until, shared.now_millis());
                    return Ok(WaitResult::BackingOff(left));
                }
                Some(state) if !state.leased => return Ok(WaitResult::LeaseFree),
                Some(_) if Instant::now() >= deadline => return Ok(WaitResult::StillHeld),
                Some(_) => {}
            }
            let poll = if shared.is_listening() {
                POLL_LISTENING
            } else {
                POLL_NOT_LISTENING
            };
            let until = deadline.min(Instant::now() + poll);
            shared.changed_since(&hash, generation, until).await;
        }
    }
}

fn time_left(until: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or_default())
}

impl Shared {
    async fn read_tokens(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
    ) -> Result<Option<StoredTokens>, StoreError> {
        match self
            .metrics
            .timed(Operation::ReadTokens, self.database.read_tokens(hash))
            .await?
        {
            Some(row) => self.sealer.tokens(handle, &row),
            None => Ok(None),
        }
    }

    async fn replace(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        version: i64,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<ReplaceResult, StoreError> {
        let hash = handle_hash(handle);
        let Some(row) = self
            .metrics
            .timed(Operation::Read, self.database.read(&hash))
            .await?
        else {
            return Ok(ReplaceResult::SessionGone);
        };
        let sealed_identity = match identity {
            None => None,
            Some(identity) => match self.sealer.session(handle, &row)? {
                Some(session) => Some(self.sealer.seal_identity(handle, &session, identity)?),
                None => return Ok(ReplaceResult::SessionGone),
            },
        };
        let sealed_tokens = self
            .sealer
            .seal_tokens(handle, &row.profile, &row.id, tokens)?;
        let new = NewTokens {
            version,
            tokens: &sealed_tokens,
            identity: sealed_identity.as_deref(),
        };
        self.metrics
            .timed(
                Operation::StoreTokens,
                self.database.replace_tokens(&hash, owner, new),
            )
            .await
    }

    /// Returns when the tokens were invalidated since `generation`, or at `until`.
    async fn changed_since(&self, hash: &HandleHash, generation: Generation, until: Instant) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no notification is missed.
            changed.as_mut().enable();
            if self.tokens.generation(hash) != generation {
                return;
            }
            if timeout_at(until, changed).await.is_err() {
                return;
            }
        }
    }
}
