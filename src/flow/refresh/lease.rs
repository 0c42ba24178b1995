//! The lease in the row while this process holds it: renewed, given back, or ended by storing new tokens.

use std::time::Duration;

use crate::domain::identity::Identity;
use crate::domain::session::{SessionHandle, SessionId};
use crate::domain::token_set::TokenSet;
use crate::store::{Lease, LeaseOwner, ReplaceResult, SessionStore, StoreError, StoredTokens};

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
