//! `Rows`: what a database must be able to do for sessions. Implemented by `postgres` and `sqlite`, asked only by
//! the facade; rows hold sealed bytes, so nothing here can read a claim or a token.
//!
//! Every method is one statement or one transaction. None holds a connection beyond its own answer.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, SessionId};
use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;

/// A row to insert. Times are unix milliseconds.
#[derive(Debug)]
pub(in crate::store) struct NewRow {
    pub(in crate::store) hash: HandleHash,
    pub(in crate::store) id: SessionId,
    pub(in crate::store) profile: ProfileId,
    pub(in crate::store) person: SubjectKey,
    pub(in crate::store) sid: Option<String>,
    pub(in crate::store) user_agent: Option<String>,
    pub(in crate::store) created_at: i64,
    pub(in crate::store) seen_at: i64,
    pub(in crate::store) idle_until: i64,
    pub(in crate::store) expires_at: i64,
    pub(in crate::store) identity: Vec<u8>,
    pub(in crate::store) tokens: Vec<u8>,
}

/// A row as the session check reads it: without its tokens.
#[derive(Debug)]
pub(in crate::store) struct IdentityRow {
    pub(in crate::store) id: SessionId,
    pub(in crate::store) profile: ProfileId,
    pub(in crate::store) seen_at: i64,
    pub(in crate::store) idle_until: i64,
    pub(in crate::store) version: i64,
    pub(in crate::store) identity: Vec<u8>,
}

/// The tokens of a row.
#[derive(Debug)]
pub(in crate::store) struct TokensRow {
    pub(in crate::store) id: SessionId,
    pub(in crate::store) profile: ProfileId,
    pub(in crate::store) version: i64,
    pub(in crate::store) tokens: Vec<u8>,
}

/// A row with its tokens.
#[derive(Debug)]
pub(in crate::store) struct WholeRow {
    pub(in crate::store) row: IdentityRow,
    pub(in crate::store) tokens: Vec<u8>,
}

/// The use of a session, to be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Touch {
    pub(in crate::store) hash: HandleHash,
    pub(in crate::store) seen_at: i64,
    pub(in crate::store) idle_until: i64,
}

/// Which sessions to end.
#[derive(Debug, Clone)]
pub(in crate::store) enum EndFilter {
    /// Sessions of one directory session of one person: every `sid` is its own.
    Sid(ProfileId, String, Option<SubjectKey>),
    /// A person's sessions, but for one.
    Person(ProfileId, SubjectKey, Option<SessionId>),
    /// One session, wherever it is or at one profile.
    Id(Option<ProfileId>, SessionId),
    /// All of them, everywhere or at one profile.
    All(Option<ProfileId>),
}

/// What may happen once.
#[derive(Debug, Clone)]
pub(in crate::store) struct Mark {
    /// What for: the numbers stand in rows.
    pub(in crate::store) purpose: i16,
    pub(in crate::store) hash: [u8; 32],
    /// Random: a repeat of the call knows its own mark.
    pub(in crate::store) by: [u8; 16],
    /// Unix milliseconds.
    pub(in crate::store) until: i64,
}

/// Which sessions to list.
#[derive(Debug, Clone)]
pub struct SessionFilter {
    /// Only those of this profile.
    pub profile: Option<ProfileId>,
    /// Only those of this person.
    pub person: Option<SubjectKey>,
    /// Only those of this session of the authority's.
    pub sid: Option<String>,
    /// At most so many, those used last first.
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

/// A session as lists show it: nothing that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its id, which ends it and opens nothing.
    pub id: SessionId,
    /// Its profile.
    pub profile: ProfileId,
    /// Whose it is.
    pub person: SubjectKey,
    /// The authority's own session, if it named one.
    pub sid: Option<String>,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Ends when unused until then.
    pub idle_until: Timestamp,
    /// Ends then, whatever happens.
    pub expires_at: Timestamp,
    /// The browser, as it named itself.
    pub user_agent: Option<String>,
}

/// Who holds the lease of a row: 128 random bits, new for each refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseOwner(pub [u8; 16]);

impl LeaseOwner {
    /// Nobody, in the place of a holder whose exchange failed: the row rests. A replica of an older version takes it
    /// for a lease like any other.
    pub(in crate::store) const REST: Self = Self([0xff; 16]);
}

/// The answer to a lease.
#[derive(Debug)]
pub(in crate::store) enum LeaseRow {
    Taken(TokensRow),
    Held,
    /// Nobody may exchange before this time (unix milliseconds).
    Resting(i64),
    Gone,
}

/// The answer to new tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// They stand in the row, which has this version now; the lease is free.
    Yes {
        /// The row's version.
        version: i64,
    },
    /// The session has ended; they were not kept.
    Gone,
    /// Somebody else took the lease meanwhile; they were not kept.
    LostLease,
}

/// What a waiter sees of a row without opening it.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Glance {
    pub(in crate::store) version: i64,
    pub(in crate::store) leased: bool,
    /// Until when the row rests, or has rested (unix milliseconds).
    pub(in crate::store) rests_until: Option<i64>,
}

/// How much was swept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that were over.
    pub sessions: u64,
    /// Marks whose time had passed.
    pub marks: u64,
}

/// What a listener hears.
#[derive(Debug)]
pub(in crate::store) enum Heard {
    /// From now on nothing is missed.
    Listening,
    /// The database is there; its clock shows so many unix milliseconds.
    Alive(i64),
    /// Something to forget.
    Notice(Notice),
}

/// Told what is heard, in order.
pub(in crate::store) type Hear<'a> = &'a (dyn Fn(Heard) + Send + Sync);

/// Sessions as rows.
#[async_trait]
pub(in crate::store) trait SessionRows: Send + Sync + Debug {
    /// Inserts a row and deletes the one of its profile that it takes the place of, together.
    async fn insert(&self, row: &NewRow, ended: Option<&HandleHash>) -> Result<(), StoreError>;
    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError>;
    async fn read_whole(&self, hash: &HandleHash) -> Result<Option<WholeRow>, StoreError>;
    /// Puts the same content, sealed anew, if the row still has this version.
    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError>;
    /// Writes many uses; a row that is gone or over, or was written within the interval, stays as it is.
    async fn touch(&self, touches: &[Touch], interval: Duration) -> Result<(), StoreError>;
    /// Deletes as it reads; a row of another profile stays.
    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError>;
    /// Deletes all that match and says which they were.
    async fn delete_matching(&self, filter: &EndFilter) -> Result<Vec<HandleHash>, StoreError>;
    /// The same together with a mark, both or neither; `None` if the mark was there.
    async fn delete_once(
        &self,
        mark: &Mark,
        filter: &EndFilter,
    ) -> Result<Option<Vec<HandleHash>>, StoreError>;
    /// Whether a directory session at a profile belongs to somebody else.
    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &str,
        person: &SubjectKey,
    ) -> Result<bool, StoreError>;
    /// Those alive at `now` (unix milliseconds), used last first.
    async fn list(
        &self,
        filter: &SessionFilter,
        now: i64,
    ) -> Result<Vec<SessionSummary>, StoreError>;
    /// How many are alive at `now` (unix milliseconds).
    async fn count(&self, now: i64) -> Result<u64, StoreError>;
}

/// The tokens of sessions, and the lease that lets one replica exchange them. Lease times are the database's own,
/// those of rests the caller's.
#[async_trait]
pub(in crate::store) trait TokenRows: Send + Sync + Debug {
    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError>;
    /// `now` (unix milliseconds) says whether a rest is over.
    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError>;
    async fn renew_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError>;
    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError>;
    /// Turns this owner's lease into a rest until then (unix milliseconds), and tells everybody.
    async fn rest(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError>;
    /// Conditional on the row, the version and the lease; frees the lease.
    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        version: i64,
        tokens: &[u8],
        identity: Option<&[u8]>,
    ) -> Result<Replaced, StoreError>;
    async fn glance(&self, hash: &HandleHash) -> Result<Option<Glance>, StoreError>;
}

/// What may happen once, and what is seen first.
#[async_trait]
pub(in crate::store) trait MarkRows: Send + Sync + Debug {
    /// Whether this call recorded it.
    async fn record_once(&self, mark: &Mark) -> Result<bool, StoreError>;
    /// Keeps the first tenant of an authority and says which it is.
    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError>;
}

/// What keeps the database in order.
#[async_trait]
pub(in crate::store) trait Upkeep: Send + Sync + Debug {
    /// Brings the schema up to date.
    async fn migrate(&self) -> Result<(), StoreError>;
    /// What the database's clock shows, in unix milliseconds.
    async fn ping(&self) -> Result<i64, StoreError>;
    /// Deletes at most `batch` rows of each table that were over at `before` (unix milliseconds).
    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError>;
    /// Rows that another key than this sealed.
    async fn sealed_otherwise(&self, newest: &[u8; 4]) -> Result<u64, StoreError>;
    /// Hears until the connection is lost, and says why.
    async fn listen(&self, hear: Hear<'_>) -> StoreError;
    /// Lets go of every connection.
    async fn close(&self);
}

/// A database for sessions.
pub(in crate::store) trait Rows:
    SessionRows + TokenRows + MarkRows + Upkeep
{
}

impl<T: SessionRows + TokenRows + MarkRows + Upkeep> Rows for T {}
