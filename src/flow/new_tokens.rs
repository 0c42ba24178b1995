//! New tokens on their way into the row, under the lease that this process holds.

use std::time::Duration;

use super::gate::Gate;
use super::refresh::LEASE;
use super::session_check::SignedIn;
use crate::domain::identity::Identity;
use crate::domain::token_set::TokenSet;
use crate::store::{Lease, LeaseOwner, Replaced, StoreError, StoredTokens};

/// How long new tokens wait for a store that does not answer: the authority may take the old ones no more.
const STORING: Duration = Duration::from_secs(20);
/// Between two tries to store them: this at first, then twice as long each time, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries to store them.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The lease this process holds, and what stood in the row when it was taken.
pub(super) struct Held {
    pub(super) owner: LeaseOwner,
    pub(super) stored: StoredTokens,
}

/// What stands in the row now.
pub(super) enum Put {
    /// The new tokens.
    Ours,
    /// Newer ones: those of another holder who took the lease over, or these, if a try was done and only its answer
    /// was lost.
    Newer(StoredTokens),
    /// The old ones, and somebody else holds the lease.
    LostLease,
    /// Nothing: the session has ended.
    Gone,
}

/// Puts the tokens in the row, with patience for a store that does not answer now. Never overwrites newer ones.
pub(super) async fn put(
    gate: &Gate,
    who: &SignedIn,
    held: &Held,
    tokens: &TokenSet,
    identity: Option<&Identity>,
) -> Result<Put, StoreError> {
    let deadline = tokio::time::Instant::now() + STORING;
    let mut pause = FIRST_PAUSE;
    loop {
        let tried = put_once(gate, who, held, tokens, identity).await;
        let again = matches!(tried, Ok(Put::LostLease) | Err(StoreError::Unavailable(_)));
        if !again || tokio::time::Instant::now() + pause > deadline {
            return tried;
        }
        tracing::warn!(session.id = %who.session().id, "refreshed tokens could not be stored yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One try. `LostLease`: somebody else holds the lease now, and may let go without having written.
async fn put_once(
    gate: &Gate,
    who: &SignedIn,
    held: &Held,
    tokens: &TokenSet,
    identity: Option<&Identity>,
) -> Result<Put, StoreError> {
    let version = held.stored.version;
    let replace = || {
        gate.store
            .replace_tokens(who.handle(), held.owner, version, tokens, identity)
    };
    match replace().await? {
        Replaced::Yes { .. } => return Ok(Put::Ours),
        Replaced::Gone => return Ok(Put::Gone),
        Replaced::LostLease => {}
    }
    let lease = gate.store.lease_to_write(who.handle(), held.owner, LEASE);
    match lease.await? {
        Lease::Gone => Ok(Put::Gone),
        Lease::Held | Lease::Resting(_) => Ok(Put::LostLease),
        Lease::Taken(now) if now.version == version => Ok(match replace().await? {
            Replaced::Yes { .. } => Put::Ours,
            Replaced::Gone => Put::Gone,
            Replaced::LostLease => Put::LostLease,
        }),
        Lease::Taken(now) => {
            gate.store.release_lease(who.handle(), held.owner).await?;
            Ok(Put::Newer(now))
        }
    }
}
