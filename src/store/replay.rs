//! Replay records: what may be used once, on whichever replica.

use crate::domain::clock::Timestamp;
use crate::seal::sha256;
use crate::store::database::ReplayRecord;
use crate::store::error::StoreError;
use crate::store::metrics::Operation;
use crate::store::session_store::SessionStore;

/// What may be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayScope {
    /// The `state` of an attempt.
    State,
    /// The `jti` of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).
    LogoutToken,
    /// A ticket with which a further host takes over a session.
    Ticket,
}

impl ReplayScope {
    /// The number in the rows; it must not change.
    fn number(self) -> i16 {
        match self {
            Self::State => 1,
            Self::LogoutToken => 2,
            Self::Ticket => 3,
        }
    }
}

/// Whether a use was the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstUse {
    /// Nobody used it before.
    Yes,
    /// Somebody used it before.
    No,
}

impl SessionStore {
    /// Records the use of `key`, remembered until `until`. Of many calls on many replicas exactly one is the first.
    ///
    /// # Errors
    /// `Unavailable`: whether the use was recorded is unknown, so the key must not be used.
    pub async fn record_once(
        &self,
        scope: ReplayScope,
        key: &[u8],
        until: Timestamp,
    ) -> Result<FirstUse, StoreError> {
        let record = self.replay_record(scope, key, until);
        let recorded = self
            .shared
            .metrics
            .timed(
                Operation::RecordUse,
                self.shared.database.record_use(&record),
            )
            .await;
        Ok(if self.shared.metrics.count_error(recorded)? {
            FirstUse::Yes
        } else {
            FirstUse::No
        })
    }

    pub(in crate::store) fn replay_record(
        &self,
        scope: ReplayScope,
        key: &[u8],
        until: Timestamp,
    ) -> ReplayRecord {
        let mut by = [0; 16];
        self.shared.sealer.random.fill(&mut by);
        ReplayRecord {
            scope: scope.number(),
            hash: sha256(key),
            by,
            until: until.timestamp_millis(),
        }
    }
}
