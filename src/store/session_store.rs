//! `SessionStore`: the facade. Creates, finds, touches and ends one session, and records what may be used once. The files
//! `connect`, `lease`, `end_sessions`, `sweep` and `maintenance` hold the rest of its methods.

use std::sync::Arc;

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, Session, SessionHandle};
use crate::seal::{handle_hash, sha256};
use crate::store::background_tasks::BackgroundTasks;
use crate::store::database::{ReplayRecord, Touch};
use crate::store::error::StoreError;
use crate::store::row::rows::{EndedSession, IdentityRow, NewSession};
use crate::store::shared::{Operation, Shared, StoreClock};

/// Sessions in the database, with a cache in memory. Clones share everything.
#[derive(Debug, Clone)]
pub struct SessionStore {
    pub(in crate::store) shared: Arc<Shared>,
    pub(in crate::store) tasks: Arc<BackgroundTasks>,
}

impl SessionStore {
    /// The time by which sessions end, the same on all replicas.
    pub fn clock(&self) -> Arc<StoreClock> {
        Arc::clone(&self.shared.clock)
    }

    /// Creates a session, and ends the session that this browser had at the profile and the person's oldest beyond
    /// [`StoreOptions::sessions_per_person`](crate::store::StoreOptions::sessions_per_person), in one transaction. When the method
    /// returns, this replica knows both; the other replicas know within a second.
    ///
    /// # Errors
    /// `Unavailable`: no session was created or ended, unless the database lost the connection while it committed.
    pub async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let shared = &self.shared;
        let row = shared.sealer.new_row(&new)?;
        let ended = new.ended.as_ref().map(handle_hash);
        let generation = shared.sessions.generation(&row.hash);
        let excess = shared
            .metrics
            .measured(
                Operation::Create,
                shared.database.insert(&row, ended.as_ref()),
            )
            .await?;
        shared.forget_all_ended(&excess);
        if let Some(ended) = ended {
            shared.forget_ended(&ended);
        }
        shared.sessions.insert(row.hash, new.session, generation);
        Ok(())
    }

    /// The live session of a handle: from memory without a database call, else from its row.
    ///
    /// A row that does not open, or that a newer version wrote, is no session.
    ///
    /// # Errors
    /// `Unavailable`: whether there is a session is unknown. `Inconsistent`: no version can have written the row.
    pub async fn find(&self, handle: &SessionHandle) -> Result<Option<Arc<Session>>, StoreError> {
        self.find_at(handle, self.shared.clock.now()).await
    }

    /// The same at `now`, which the caller has read from [`Self::clock`] already.
    ///
    /// # Errors
    /// Those of [`Self::find`].
    pub async fn find_at(
        &self,
        handle: &SessionHandle,
        now: Timestamp,
    ) -> Result<Option<Arc<Session>>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        if let Some(session) = shared.sessions.get(&hash) {
            if session.is_live(now) {
                shared.metrics.hits.increment(1);
                return Ok(Some(session));
            }
            if now >= session.expires_at {
                return Ok(None);
            }
            // Idle here, but the session may have been used through another replica.
            shared.sessions.invalidate(&hash);
        }
        shared.metrics.misses.increment(1);
        let read = || shared.read_session(handle, &hash);
        // Boxed, because most sessions are in memory, and each session check would pay for its size.
        let session = Box::pin(shared.sessions.get_or_read(&hash, read)).await;
        let session = shared.metrics.count_error(session)?;
        Ok(session.filter(|session| session.is_live(now)))
    }

    /// Notes that a session was used at `now` and becomes idle at `idle_until`. This replica knows at once; the row is
    /// written later together with others, at most once a minute. An ended session is not revived.
    pub fn touch(&self, handle: &SessionHandle, now: Timestamp, idle_until: Timestamp) {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let touch = |session: &Session| touched(session, now, idle_until);
        if shared.sessions.change(&hash, touch).unwrap_or(true) {
            shared.touches.add(Touch {
                hash,
                seen_at: now.timestamp_millis(),
                idle_until: idle_until.timestamp_millis(),
            });
        }
    }

    /// Writes the uses that wait in the buffer. The store does so itself every few seconds, and when it closes.
    ///
    /// # Errors
    /// `Unavailable`: what was not written stays in the buffer.
    pub async fn flush_touches(&self) -> Result<(), StoreError> {
        self.shared.flush_touches().await
    }

    /// Ends a session of this profile. One statement deletes and returns the row, so exactly one caller gets the tokens.
    /// A handle of another profile ends nothing.
    ///
    /// # Errors
    /// `Unavailable`: the session may live on, and the person must not be told that it ended.
    pub async fn end(
        &self,
        handle: &SessionHandle,
        profile: &ProfileId,
    ) -> Result<Option<EndedSession>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let deleted = shared
            .metrics
            .measured(Operation::End, shared.database.delete(&hash, profile))
            .await?;
        shared.forget_ended(&hash);
        match deleted {
            Some(whole) => shared.sealer.whole(handle, &whole),
            None => Ok(None),
        }
    }

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
            .measured(
                Operation::RecordUse,
                self.shared.database.record_use(&record),
            )
            .await;
        Ok(if recorded? {
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

    /// Pins the directory tenant of an authority's address when it is first seen, and returns the pinned tenant: this
    /// one, or the tenant that any replica saw before.
    ///
    /// # Errors
    /// `Unavailable`; `Inconsistent` if what is pinned is not a GUID.
    pub async fn pin_tenant(
        &self,
        authority: &str,
        tenant: &TenantGuid,
    ) -> Result<TenantGuid, StoreError> {
        let shared = &self.shared;
        let pinned = shared.database.pin_tenant(authority, tenant.as_str()).await;
        let pinned = shared.metrics.count_error(pinned)?;
        TenantGuid::canonical(&pinned).ok_or_else(|| StoreError::Inconsistent {
            table: "tenant_pins",
            id: authority.to_owned(),
        })
    }
}

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

impl Shared {
    async fn read_session(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
    ) -> Result<Option<Session>, StoreError> {
        let Some(row) = self
            .metrics
            .timed(Operation::Read, self.database.read(hash))
            .await?
        else {
            return Ok(None);
        };
        let Some(mut session) = self.sealer.session(handle, &row)? else {
            return Ok(None);
        };
        if let Some(touch) = self.touches.waiting_for(hash) {
            apply_touch(&mut session, touch);
        }
        if !session.is_live(self.clock.now()) {
            return Ok(None);
        }
        if !self.sealer.keys.sealed_with_newest(&row.identity)
            && let Err(error) = self.reseal(handle, hash, &row).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(session.id = %row.id, error, "a row could not be sealed with the newest key");
        }
        Ok(Some(session))
    }

    /// Seals a row of an older key with the newest key, so that the older key can be removed one day. If that fails, the
    /// next read tries again.
    async fn reseal(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
        row: &IdentityRow,
    ) -> Result<(), StoreError> {
        let Some(tokens) = self.database.read_tokens(hash).await? else {
            return Ok(());
        };
        // Both reads must be of one version; the update makes sure that the row still has this version.
        if tokens.version != row.version {
            return Ok(());
        }
        let Some(session) = self.sealer.session(handle, row)? else {
            return Ok(());
        };
        let Some(stored) = self.sealer.tokens(handle, &tokens)? else {
            return Ok(());
        };
        let identity = self
            .sealer
            .seal_identity(handle, &session, &session.identity)?;
        let tokens =
            self.sealer
                .seal_tokens(handle, &session.profile, &session.id, &stored.tokens)?;
        self.database
            .reseal(hash, row.version, &identity, &tokens)
            .await
    }
}

/// The session after a use at `now`; `None` if the session is over, or its last use is too recent to be written.
fn touched(session: &Session, now: Timestamp, idle_until: Timestamp) -> Option<Session> {
    (session.wants_touch(now) && session.is_live(now)).then(|| Session {
        seen_at: now,
        idle_until: idle_until.min(session.expires_at),
        ..session.clone()
    })
}

/// A use that is not in the row yet counts, if the session was alive at the time of the use.
fn apply_touch(session: &mut Session, touch: Touch) {
    let seen_at = Timestamp::from_timestamp_millis(touch.seen_at);
    let idle_until = Timestamp::from_timestamp_millis(touch.idle_until);
    if let (Some(seen_at), Some(idle_until)) = (seen_at, idle_until)
        && seen_at > session.seen_at
        && seen_at < session.idle_until
    {
        session.seen_at = seen_at;
        session.idle_until = idle_until.min(session.expires_at);
    }
}
