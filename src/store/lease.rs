//! The tokens of a session, and the lease by which one replica exchanges them for all.
//!
//! The journey of a refresh: [`SessionStore::lease`]; if taken, ask the authority (no connection is held meanwhile,
//! [`SessionStore::renew_lease`] when it takes long), then [`SessionStore::replace_tokens`] before they are used, or
//! [`SessionStore::release_lease`] if there was nothing to exchange, or [`SessionStore::rest`] if it failed. If held, [`SessionStore::wait_for_change`], then read again. A holder
//! that crashed loses the lease when its time is over, by the database's clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::domain::clock::{Clock as _, Random};
use crate::domain::identity::Identity;
use crate::domain::session::{HandleHash, SessionHandle};
use crate::domain::token_set::TokenSet;
use crate::seal::handle_hash;
use crate::store::error::StoreError;
use crate::store::row::database_trait::{Glance, LeaseOwner, LeaseRow, Replaced};
use crate::store::row::sealed_row::StoredTokens;
use crate::store::session_store::{SessionStore, Shared};

/// How often a waiter looks at the row while notices arrive: to see that the holder let go or crashed.
const LOOK_HEARD: Duration = Duration::from_millis(500);
/// How often it looks while they do not.
const LOOK_UNHEARD: Duration = Duration::from_millis(150);

impl LeaseOwner {
    /// A new owner, for each refresh: the same owner may take the lease again, two may not hold it together.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(bytes)
    }
}

/// The answer to a lease.
#[derive(Debug, Clone)]
pub enum Lease {
    /// It is this owner's until its time is over. These are the tokens as they stand in the row: they may be fresh
    /// already, because another holder has just let go.
    Taken(StoredTokens),
    /// Another replica is at it.
    Held,
    /// An exchange failed just now, here or at another replica: nobody tries again for so long.
    Resting(Duration),
    /// The session has ended, or its row does not open.
    Gone,
}

/// What ended the waiting.
#[derive(Debug, Clone)]
pub enum Waited {
    /// New tokens stand in the row.
    Changed(Arc<StoredTokens>),
    /// The holder let go or crashed, and the tokens are the old ones: the lease can be taken.
    Free,
    /// The holder's exchange failed: nobody tries again for so long.
    Resting(Duration),
    /// The session has ended.
    Gone,
    /// The time is over and the holder is still at it.
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
        let stored = shared.tokens.known_or(&hash, read).await;
        shared.measures.count(stored)
    }

    /// Takes the lease of a session for `ttl`, if nobody holds it and it does not rest.
    ///
    /// # Errors
    /// `Unavailable`: whether it was taken is unknown; the same owner may ask again.
    pub async fn lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<Lease, StoreError> {
        let now = self.shared.clock.now().timestamp_millis();
        self.lease_at(handle, owner, ttl, now).await
    }

    /// As [`Self::lease`], for somebody who asks no authority: a rest is no hindrance, and is over then.
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
        let taken = shared.rows.take_lease(&hash, owner, ttl, now).await;
        match shared.measures.count(taken)? {
            LeaseRow::Taken(row) => match shared.opening.tokens(handle, &row)? {
                Some(stored) => {
                    shared.measures.leases_taken.increment(1);
                    Ok(Lease::Taken(stored))
                }
                None => Ok(Lease::Gone),
            },
            LeaseRow::Held => {
                shared.measures.leases_held.increment(1);
                Ok(Lease::Held)
            }
            LeaseRow::Resting(until) => {
                shared.measures.leases_resting.increment(1);
                Ok(Lease::Resting(left(until, now)))
            }
            LeaseRow::Gone => {
                shared.measures.leases_gone.increment(1);
                shared.forget_ended(&hash);
                Ok(Lease::Gone)
            }
        }
    }

    /// Holds the lease for another `ttl` from now; `false` if it is no longer this owner's.
    ///
    /// # Errors
    /// `Unavailable`: it runs out at its old time.
    pub async fn renew_lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let hash = handle_hash(handle);
        let renewed = self.shared.rows.renew_lease(&hash, owner, ttl).await;
        self.shared.measures.count(renewed)
    }

    /// Lets go of the lease without new tokens. Nothing happens if it is not this owner's.
    ///
    /// # Errors
    /// `Unavailable`: it runs out by itself.
    pub async fn release_lease(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
    ) -> Result<(), StoreError> {
        let hash = handle_hash(handle);
        let released = self.shared.rows.release_lease(&hash, owner).await;
        self.shared.changed.notify_waiters();
        self.shared.measures.count(released)
    }

    /// Lets go of the lease after an exchange that failed: for `pause`, by the store's clock, whoever asks for the lease
    /// on whatever replica is told to rest. Nothing happens if it is not this owner's.
    ///
    /// # Errors
    /// `Unavailable`: it runs out by itself.
    pub async fn rest(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2);
        let until = shared.clock.now().timestamp_millis().saturating_add(pause);
        let rested = shared.rows.rest(&hash, owner, until).await;
        shared.tokens.forget(&hash);
        shared.changed.notify_waiters();
        shared.measures.count(rested)
    }

    /// Puts new tokens, and a new identity if there is one, in the place of those of `version`, and frees the lease.
    /// Never revives an ended session.
    ///
    /// # Errors
    /// `Unavailable`: whether they were kept is unknown; the call may be repeated.
    pub async fn replace_tokens(
        &self,
        handle: &SessionHandle,
        owner: LeaseOwner,
        version: i64,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<Replaced, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let replaced = shared
            .replace(handle, &hash, owner, version, tokens, identity)
            .await;
        match shared.measures.count(replaced)? {
            Replaced::Gone => {
                shared.forget_ended(&hash);
                Ok(Replaced::Gone)
            }
            other => {
                if other == Replaced::LostLease {
                    shared.measures.leases_lost.increment(1);
                }
                if identity.is_some() {
                    shared.sessions.forget(&hash);
                }
                shared.tokens.forget(&hash);
                shared.changed.notify_waiters();
                Ok(other)
            }
        }
    }

    /// Waits until the tokens of a session are no longer those of `version`, or the lease is free, for at most
    /// `patience`. Holds no connection while it waits.
    ///
    /// # Errors
    /// `Unavailable`: nothing is known.
    pub async fn wait_for_change(
        &self,
        handle: &SessionHandle,
        version: i64,
        patience: Duration,
    ) -> Result<Waited, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let deadline = Instant::now() + patience;
        loop {
            let stamp = shared.tokens.stamp(&hash);
            let glance = shared.measures.count(shared.rows.glance(&hash).await)?;
            match glance {
                None => {
                    shared.forget_ended(&hash);
                    return Ok(Waited::Gone);
                }
                Some(glance) if glance.version != version => {
                    shared.tokens.forget(&hash);
                    let stored = self.tokens(handle).await?;
                    return Ok(stored.map_or(Waited::Gone, Waited::Changed));
                }
                Some(Glance {
                    rests_until: Some(until),
                    ..
                }) if until > shared.clock.now().timestamp_millis() => {
                    let now = shared.clock.now().timestamp_millis();
                    return Ok(Waited::Resting(left(until, now)));
                }
                Some(glance) if !glance.leased => return Ok(Waited::Free),
                Some(_) if Instant::now() >= deadline => return Ok(Waited::StillHeld),
                Some(_) => {}
            }
            let look = if shared.is_heard() {
                LOOK_HEARD
            } else {
                LOOK_UNHEARD
            };
            shared
                .changed_since(&hash, stamp, deadline.min(Instant::now() + look))
                .await;
        }
    }
}

fn left(until: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or_default())
}

impl Shared {
    async fn read_tokens(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
    ) -> Result<Option<StoredTokens>, StoreError> {
        match self.rows.read_tokens(hash).await? {
            Some(row) => self.opening.tokens(handle, &row),
            None => Ok(None),
        }
    }

    async fn replace(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
        owner: LeaseOwner,
        version: i64,
        tokens: &TokenSet,
        identity: Option<&Identity>,
    ) -> Result<Replaced, StoreError> {
        let Some(row) = self.rows.read(hash).await? else {
            return Ok(Replaced::Gone);
        };
        let sealed_identity = match identity {
            None => None,
            Some(identity) => match self.opening.session(handle, &row)? {
                Some(session) => Some(self.opening.seal_identity(handle, &session, identity)?),
                None => return Ok(Replaced::Gone),
            },
        };
        let sealed = self
            .opening
            .seal_tokens(handle, &row.profile, &row.id, tokens)?;
        self.rows
            .replace_tokens(hash, owner, version, &sealed, sealed_identity.as_deref())
            .await
    }

    /// Returns when something was said about the session since `stamp`, or at `until`.
    async fn changed_since(
        &self,
        hash: &HandleHash,
        stamp: crate::store::cache::sessions::Stamp,
        until: Instant,
    ) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no ringing is missed.
            changed.as_mut().enable();
            if self.tokens.stamp(hash) != stamp {
                return;
            }
            if timeout_at(until, changed).await.is_err() {
                return;
            }
        }
    }
}
