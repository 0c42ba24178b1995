//! `Database`: what a database must be able to do for the store, implemented by `postgres` and `sqlite`.
//!
//! Two traits: [`SessionRows`] and [`Upkeep`]. Every method is one statement or one transaction, which is committed as a whole or leaves nothing behind; none holds
//! a connection longer. The sealed columns pass through as bytes, so an implementation can read no claim and no token.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::Invalidation;
use crate::store::end_filter::{EndFilter, EndedRows};
use crate::store::error::StoreError;
use crate::store::migrations::SchemaChange;
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{
    IdentityRow, ListedRow, NewRow, NewTokens, SearchTexts, TokensRow, WholeRow,
};

/// A use of a session that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Touch {
    pub(in crate::store) hash: HandleHash,
    /// Unix milliseconds.
    pub(in crate::store) seen_at: i64,
    /// Unix milliseconds.
    pub(in crate::store) idle_until: i64,
}

/// The record of something that may be used once.
#[derive(Debug, Clone)]
pub(in crate::store) struct ReplayRecord {
    /// The number of its [`crate::store::ReplayScope`].
    pub(in crate::store) scope: i16,
    pub(in crate::store) hash: [u8; 32],
    /// Random: a repeated statement recognises its own record.
    pub(in crate::store) by: [u8; 16],
    /// Unix milliseconds.
    pub(in crate::store) until: i64,
}

/// Which sessions to list.
#[derive(Debug, Clone)]
pub struct SessionFilter {
    /// Only sessions of this profile.
    pub profile: Option<ProfileId>,
    /// Only sessions of this person.
    pub person: Option<SubjectKey>,
    /// Only sessions of this `sid`.
    pub sid: Option<String>,
    /// At most this many; the most recently used come first.
    pub limit: u32,
}

impl Default for SessionFilter {
    fn default() -> Self {
        Self {
            profile: None,
            person: None,
            sid: None,
            limit: 100,
        }
    }
}

/// Which rows to list.
#[derive(Debug)]
pub(in crate::store) struct ListFilter {
    pub(in crate::store) profile: Option<ProfileId>,
    pub(in crate::store) person: Option<SearchTexts>,
    pub(in crate::store) sid: Option<SearchTexts>,
    pub(in crate::store) limit: u32,
}

/// Rows of a batch, and the last key of the batch; `None` if no rows come after it.
#[derive(Debug)]
pub(in crate::store) struct RowBatch {
    pub(in crate::store) rows: Vec<ListedRow>,
    pub(in crate::store) last: Option<Vec<u8>>,
}

/// Who holds the lease of a row: 128 random bits, new for each refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseOwner(pub [u8; 16]);

impl LeaseOwner {
    /// Nobody: stands in the place of a holder whose refresh failed, while the row backs off. A replica of an older
    /// version takes it for a lease like any other.
    pub(in crate::store) const BACK_OFF: Self = Self([0xff; 16]);
}

/// The answer to a request for the lease.
#[derive(Debug)]
pub(in crate::store) enum LeaseRow {
    Taken(TokensRow),
    Held,
    /// Nobody may refresh before this time (unix milliseconds).
    BackingOff(i64),
    Gone,
}

impl LeaseRow {
    /// Why the lease could not be taken at `now`.
    pub(in crate::store) fn refused(state: Option<LeaseState>, now: i64) -> Self {
        match state.map(|state| state.backs_off_until) {
            Some(Some(until)) if until > now => Self::BackingOff(until),
            Some(_) => Self::Held,
            None => Self::Gone,
        }
    }
}

/// The result of replacing tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceResult {
    /// The new tokens are in the row; the lease is free.
    Stored {
        /// The row's new version.
        version: i64,
    },
    /// The session has ended; the tokens were not stored.
    SessionGone,
    /// Another holder has taken the lease; the tokens were not stored.
    LeaseLost,
}

/// The lease of a row, read without opening the row.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(in crate::store) struct LeaseState {
    pub(in crate::store) version: i64,
    pub(in crate::store) leased: bool,
    /// Until when the row backs off, or has backed off (unix milliseconds).
    pub(in crate::store) backs_off_until: Option<i64>,
}

/// How many rows a sweep deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Expired sessions.
    pub sessions: u64,
    /// Expired replay records.
    pub replay_records: u64,
}

/// What became of a batch of rows that were compared with the cutoffs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store) struct CutOffs {
    pub(in crate::store) deleted: u64,
    /// The last key of the batch; `None` if no rows come after it.
    pub(in crate::store) last: Option<Vec<u8>>,
}

/// The connections of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct PoolUse {
    pub(in crate::store) open: u32,
    pub(in crate::store) idle: u32,
    pub(in crate::store) limit: u32,
}

impl PoolUse {
    pub(in crate::store) fn of<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> Self {
        Self {
            open: pool.size(),
            idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
            limit: pool.options().get_max_connections(),
        }
    }
}

/// What the listener reports.
#[derive(Debug)]
pub(in crate::store) enum ListenerEvent {
    /// From now on no invalidation is missed.
    Listening,
    /// The database answers; its clock shows this time (unix milliseconds).
    Alive(i64),
    /// Another replica changed something.
    Invalidation(Invalidation),
}

/// Receives the listener's events, in order.
pub(in crate::store) type OnEvent<'a> = &'a (dyn Fn(ListenerEvent) + Send + Sync);

/// A database for sessions.
pub(in crate::store) trait Database: SessionRows + Upkeep {}

impl<D: SessionRows + Upkeep> Database for D {}

/// One session at a time: what the requests of people need.
#[async_trait]
pub(in crate::store) trait SessionRows: Send + Sync + Debug {
    /// Inserts a row, deletes the row of the same profile that the new one replaces and the person's oldest beyond
    /// `row.others_kept`, and announces the deletions: all or nothing. Returns the oldest that were deleted, and maybe the
    /// replaced one.
    async fn insert(
        &self,
        row: &NewRow,
        ended: Option<&HandleHash>,
    ) -> Result<Vec<HandleHash>, StoreError>;

    /// Reads a row without its tokens.
    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError>;

    /// Reads the tokens of a row.
    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError>;

    /// Replaces both sealed columns by the same content sealed with another key, only while the row has this version.
    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError>;

    /// Writes many uses. Leaves a row alone that is gone or expired, or whose last use was written within `interval`.
    async fn touch(&self, touches: &[Touch], interval: Duration) -> Result<(), StoreError>;

    /// Deletes a row of this profile and announces it. Of many callers exactly one gets the row.
    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError>;

    /// Takes the lease for `ttl` by the database's clock, if the lease is free or has run out, or is this owner's. A
    /// back-off is over when `now` (unix milliseconds) has passed it. Of many callers at most one holds the lease.
    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError>;

    /// Extends this owner's lease; `false` if the lease is another's.
    async fn renew_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError>;

    /// Frees this owner's lease.
    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError>;

    /// Turns this owner's lease into a back-off until `until` (unix milliseconds), and announces it.
    async fn back_off(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError>;

    /// Stores new tokens, frees the lease and announces the change: only while the row is there, has the version that
    /// was read, and the lease is this owner's.
    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        new: NewTokens<'_>,
    ) -> Result<ReplaceResult, StoreError>;

    /// The lease of a row.
    async fn lease_state(&self, hash: &HandleHash) -> Result<Option<LeaseState>, StoreError>;

    /// Records a use, and says whether this call recorded it. Of many callers exactly one did.
    async fn record_use(&self, record: &ReplayRecord) -> Result<bool, StoreError>;

    /// Pins the tenant of an authority unless one is pinned, and says which is pinned now.
    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError>;
}

/// Many sessions at once, the schema and the connections: what operators, authorities and background tasks need.
#[async_trait]
pub(in crate::store) trait Upkeep: Send + Sync + Debug {
    /// Uses another address for new connections. An embedded database stays where it is.
    ///
    /// # Errors
    /// `BadUrl` if the address cannot be used; the old one stays.
    fn follow_address(&self, _url: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Brings the schema up to date. Safe when many replicas do it at once.
    async fn migrate(&self) -> Result<SchemaChange, StoreError>;

    /// Whether the schema is up to date. Changes nothing.
    async fn is_current(&self) -> Result<bool, StoreError>;

    /// What the database's clock shows, in unix milliseconds. Fails where the server takes no writes.
    async fn ping(&self) -> Result<i64, StoreError>;

    /// Proves that sessions can be written now: our tables are there, we have the rights to change them, and a change can
    /// be committed. Leaves nothing behind. `probe` is random.
    async fn prove_writable(&self, probe: &[u8; 32]) -> Result<(), StoreError>;

    /// Ends every session that matches, however many there are, and announces it. `now` (unix milliseconds) is compared
    /// only with the beginning of sessions that an earlier release wrote.
    async fn end_matching(&self, filter: &EndFilter, now: i64) -> Result<EndedRows, StoreError>;

    /// As [`Self::end_matching`], together with a replay record, both or neither. `None`, and nothing ended, if the use
    /// was recorded before.
    async fn end_once(
        &self,
        record: &ReplayRecord,
        filter: &EndFilter,
        now: i64,
    ) -> Result<Option<EndedRows>, StoreError>;

    /// How many rows match, ended by a cutoff or not.
    async fn count_matching(&self, filter: &EndFilter) -> Result<u64, StoreError>;

    /// Whether a `sid` at a profile belongs to somebody else.
    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &SearchTexts,
        person: &SearchTexts,
    ) -> Result<bool, StoreError>;

    /// The sessions that live at `now` (unix milliseconds), most recently used first.
    async fn list(&self, filter: &ListFilter, now: i64) -> Result<Vec<ListedRow>, StoreError>;

    /// How many sessions live at `now` (unix milliseconds).
    async fn count(&self, now: i64) -> Result<u64, StoreError>;

    /// How many rows another key than this sealed.
    async fn count_other_keys(&self, newest: &[u8; 4]) -> Result<u64, StoreError>;

    /// Deletes at most `batch` rows of each table that expired before `before` (unix milliseconds).
    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError>;

    /// Looks at `batch` rows after the key `after`, in the order of their keys, and returns those that were not sealed for
    /// lists, or by another key than `newest`.
    async fn read_to_seal_anew(
        &self,
        after: &[u8],
        batch: u32,
        newest: &[u8; 4],
    ) -> Result<RowBatch, StoreError>;

    /// Stores rows that were sealed anew, as far as they are still what was read.
    async fn seal_anew(&self, rows: &[SealedAnew]) -> Result<(), StoreError>;

    /// The newest cutoff from before `before` (unix milliseconds).
    async fn newest_cutoff(&self, before: i64) -> Result<Option<i64>, StoreError>;

    /// Looks at `batch` rows after the key `after`, in the order of their keys, and deletes those that a cutoff ended.
    /// `None` if another replica sweeps.
    async fn sweep_cut_off(&self, after: &[u8], batch: u32) -> Result<Option<CutOffs>, StoreError>;

    /// Deletes the cutoffs up to this number from before `before` (unix milliseconds), when no row is left that they end.
    async fn forget_cutoffs(&self, number: i64, before: i64) -> Result<(), StoreError>;

    /// Reports what other replicas change until the connection is lost, and says why it was lost.
    async fn listen(&self, on_event: OnEvent<'_>) -> StoreError;

    /// The connections of the pool now.
    fn pool_use(&self) -> PoolUse;

    /// Closes every connection.
    async fn close(&self);
}
