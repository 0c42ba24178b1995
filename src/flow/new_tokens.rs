//! New tokens on their way into the row, under the lease that this process holds, and what becomes of the lease.

use std::time::Duration;

use crate::domain::identity::Identity;
use crate::domain::token_set::TokenSet;
use crate::flow::refresh::LEASE;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::store::{Lease, LeaseOwner, ReplaceResult, StoreError, StoredTokens};

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

/// What the row has become for whoever took its lease a while ago.
pub(super) enum Ours {
    /// The lease is this holder's, and the tokens are those it began with.
    Still,
    /// Another holder took the lease over and stored these.
    Newer(StoredTokens),
    /// Another holder has the lease.
    LostLease,
    /// The session has ended.
    Gone,
}

/// Takes the lease again, to act upon the row as it was when it was taken first: a store that was away may have let
/// the lease run out meanwhile.
pub(super) async fn still_ours(
    services: &Services,
    who: &SignedIn,
    held: &Held,
) -> Result<Ours, StoreError> {
    let lease = services
        .store
        .lease_to_write(who.handle(), held.owner, LEASE);
    Ok(match lease.await? {
        Lease::Gone => Ours::Gone,
        Lease::Held | Lease::BackingOff(_) => Ours::LostLease,
        Lease::Taken(now) if now.version == held.stored.version => Ours::Still,
        Lease::Taken(now) => {
            let_go(services, who, held.owner).await;
            Ours::Newer(now)
        }
    })
}

/// Lets go of the lease. A store that does not take that now has it run out, and is no reason to refuse anybody.
pub(super) async fn let_go(services: &Services, who: &SignedIn, owner: LeaseOwner) {
    if let Err(error) = services.store.release_lease(who.handle(), owner).await {
        tracing::warn!(session.id = %who.session().id, error = %error, "a lease could not be released");
    }
}

/// Lets go of the lease for so long that nobody asks the authority on any replica; as [`let_go`] otherwise.
pub(super) async fn rest(services: &Services, who: &SignedIn, owner: LeaseOwner, pause: Duration) {
    if let Err(error) = services.store.back_off(who.handle(), owner, pause).await {
        tracing::warn!(session.id = %who.session().id, error = %error, "a session could not be let rest");
    }
}

/// Puts the tokens in the row, with patience for a store that does not answer now. Never overwrites newer ones.
pub(super) async fn put(
    services: &Services,
    who: &SignedIn,
    held: &Held,
    tokens: &TokenSet,
    identity: Option<&Identity>,
) -> Result<Put, StoreError> {
    let deadline = tokio::time::Instant::now() + STORING;
    let mut pause = FIRST_PAUSE;
    loop {
        let tried = put_once(services, who, held, tokens, identity).await;
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
    services: &Services,
    who: &SignedIn,
    held: &Held,
    tokens: &TokenSet,
    identity: Option<&Identity>,
) -> Result<Put, StoreError> {
    let version = held.stored.version;
    let replace = || {
        services
            .store
            .replace_tokens(who.handle(), held.owner, version, tokens, identity)
    };
    match replace().await? {
        ReplaceResult::Stored { .. } => return Ok(Put::Ours),
        ReplaceResult::SessionGone => return Ok(Put::Gone),
        ReplaceResult::LeaseLost => {}
    }
    Ok(match still_ours(services, who, held).await? {
        Ours::Gone => Put::Gone,
        Ours::LostLease => Put::LostLease,
        Ours::Newer(now) => Put::Newer(now),
        Ours::Still => match replace().await? {
            ReplaceResult::Stored { .. } => Put::Ours,
            ReplaceResult::SessionGone => Put::Gone,
            ReplaceResult::LeaseLost => Put::LostLease,
        },
    })
}
