//! Rows of `sessions` as values, and the conversion from columns. A column that holds what the schema excludes is
//! `Inconsistent`, named by the digits of the row's key.

use std::time::Duration;

use crate::domain::client_network::ClientNetwork;
use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, Session, SessionHandle, SessionId};
use crate::domain::token_set::TokenSet;
use crate::seal::hex;
use crate::store::cache::Invalidation;
use crate::store::error::StoreError;

/// A completed sign-in.
#[derive(Debug)]
pub struct NewSession {
    /// The new handle, which goes to the browser.
    pub handle: SessionHandle,
    /// The session.
    pub session: Session,
    /// The tokens that the authority issued.
    pub tokens: TokenSet,
    /// The authority's own session (`sid`), by which the authority can end ours.
    pub sid: Option<String>,
    /// The browser, as the browser names itself.
    pub user_agent: Option<String>,
    /// The network of the browser, if the profile keeps it.
    pub network: Option<ClientNetwork>,
    /// The session that this browser had at this profile, which ends in the same transaction.
    pub ended: Option<SessionHandle>,
}

/// The tokens of a row, and the row's version.
#[derive(Debug, Clone)]
pub struct StoredTokens {
    /// The tokens.
    pub tokens: TokenSet,
    /// Counts how often the row's tokens were replaced.
    pub version: i64,
}

/// A session that was deleted.
#[derive(Debug, Clone)]
pub struct EndedSession {
    /// The session.
    pub session: Session,
    /// Its tokens, for the authority's sign-out.
    pub tokens: TokenSet,
}

/// A row to insert. Times are unix milliseconds.
#[derive(Debug)]
pub(in crate::store) struct NewRow {
    pub(in crate::store) hash: HandleHash,
    pub(in crate::store) id: SessionId,
    pub(in crate::store) profile: ProfileId,
    pub(in crate::store) person: SearchTexts,
    pub(in crate::store) sid: Option<SearchTexts>,
    /// Person, `sid`, browser, name and network, sealed.
    pub(in crate::store) listed: Vec<u8>,
    pub(in crate::store) created_at: i64,
    pub(in crate::store) seen_at: i64,
    pub(in crate::store) idle_until: i64,
    pub(in crate::store) expires_at: i64,
    pub(in crate::store) identity: Vec<u8>,
    pub(in crate::store) tokens: Vec<u8>,
    /// How many sessions of the person are kept beside the new one.
    pub(in crate::store) others_kept: i64,
}

/// A row as the session check reads it, without its tokens.
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

/// A row as lists read it. `person`, `sid` and `user_agent` are clear text only while there is no `listed`.
#[derive(Debug)]
pub(in crate::store) struct ListedRow {
    pub(in crate::store) hash: HandleHash,
    pub(in crate::store) id: SessionId,
    pub(in crate::store) profile: ProfileId,
    pub(in crate::store) person: String,
    pub(in crate::store) sid: Option<String>,
    pub(in crate::store) user_agent: Option<String>,
    pub(in crate::store) listed: Option<Vec<u8>>,
    pub(in crate::store) created_at: Timestamp,
    pub(in crate::store) seen_at: Timestamp,
    pub(in crate::store) idle_until: Timestamp,
    pub(in crate::store) expires_at: Timestamp,
}

/// A session as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// The id, which can end the session and cannot open it.
    pub id: SessionId,
    /// The profile.
    pub profile: ProfileId,
    /// Whose session it is.
    pub person: SubjectKey,
    /// The authority's own session (`sid`), if the authority named one.
    pub sid: Option<String>,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the session was last used, to the minute.
    pub seen_at: Timestamp,
    /// When the session ends if it is not used before.
    pub idle_until: Timestamp,
    /// When the session ends however much it is used.
    pub expires_at: Timestamp,
    /// The browser, as the browser named itself.
    pub user_agent: Option<String>,
    /// The names of the account in lower case; none for a session that began at an earlier release.
    pub accounts: Vec<String>,
    /// What the person calls the session.
    pub name: Option<String>,
    /// The network from which the person signed in, if the profile kept it then.
    pub network: Option<String>,
}

/// The texts that stand for one person or one `sid`: the keyed hash under each server key, newest first, then the clear
/// text, which rows of earlier releases hold until they are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct SearchTexts(Vec<String>);

impl SearchTexts {
    pub(in crate::store) fn new(hashes: impl Iterator<Item = String>, clear: &str) -> Self {
        // No database of ours can hold a NUL character in a text.
        let clear = (!clear.contains('\0')).then(|| clear.to_owned());
        Self(hashes.chain(clear).collect())
    }

    /// What new rows hold.
    pub(in crate::store) fn newest(&self) -> String {
        self.0.first().cloned().unwrap_or_default()
    }

    /// As Postgres takes them.
    pub(in crate::store) fn array(&self) -> &[String] {
        &self.0
    }

    /// As SQLite takes them.
    pub(in crate::store) fn json(&self) -> String {
        serde_json::json!(self.0).to_string()
    }
}

/// Whether a column holds one of the texts of a parameter.
macro_rules! among {
    (postgres, $column:literal, $parameter:literal) => {
        concat!($column, " = ANY(", $parameter, ")")
    };
    (sqlite, $column:literal, $parameter:literal) => {
        concat!(
            $column,
            " IN (SELECT value FROM json_each(",
            $parameter,
            "))"
        )
    };
}
pub(in crate::store) use among;

/// New content of a row, as sealed bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct NewTokens<'a> {
    /// The version of the row whose tokens are replaced.
    pub(in crate::store) version: i64,
    pub(in crate::store) tokens: &'a [u8],
    /// `None` keeps the identity of the row.
    pub(in crate::store) identity: Option<&'a [u8]>,
}

impl NewTokens<'_> {
    /// What the other replicas must forget.
    pub(in crate::store) fn invalidation(&self, hash: HandleHash) -> Invalidation {
        match self.identity {
            Some(_) => Invalidation::Sessions(vec![hash]),
            None => Invalidation::Tokens(hash),
        }
    }
}

/// The columns of an [`IdentityRow`].
#[derive(sqlx::FromRow)]
pub(in crate::store) struct IdentityColumns {
    id: Vec<u8>,
    profile: String,
    seen_at: i64,
    idle_until: i64,
    version: i64,
    identity: Vec<u8>,
}

impl IdentityColumns {
    /// The row, whose key is `hash`.
    pub(in crate::store) fn row(self, hash: &HandleHash) -> Result<IdentityRow, StoreError> {
        Ok(IdentityRow {
            id: session_id(&self.id, &hash.0)?,
            profile: profile_id(&self.profile, &hash.0)?,
            seen_at: self.seen_at,
            idle_until: self.idle_until,
            version: self.version,
            identity: self.identity,
        })
    }
}

/// The columns of a [`WholeRow`].
#[derive(sqlx::FromRow)]
pub(in crate::store) struct WholeColumns {
    #[sqlx(flatten)]
    identity: IdentityColumns,
    tokens: Vec<u8>,
}

impl WholeColumns {
    /// The row, whose key is `hash`.
    pub(in crate::store) fn row(self, hash: &HandleHash) -> Result<WholeRow, StoreError> {
        Ok(WholeRow {
            row: self.identity.row(hash)?,
            tokens: self.tokens,
        })
    }
}

/// The columns of a [`TokensRow`].
#[derive(sqlx::FromRow)]
pub(in crate::store) struct TokensColumns {
    id: Vec<u8>,
    profile: String,
    version: i64,
    tokens: Vec<u8>,
}

impl TokensColumns {
    /// The row, whose key is `hash`.
    pub(in crate::store) fn row(self, hash: &HandleHash) -> Result<TokensRow, StoreError> {
        Ok(TokensRow {
            id: session_id(&self.id, &hash.0)?,
            profile: profile_id(&self.profile, &hash.0)?,
            version: self.version,
            tokens: self.tokens,
        })
    }
}

/// The columns of a [`ListedRow`].
#[derive(sqlx::FromRow)]
pub(in crate::store) struct ListedColumns {
    handle_hash: Vec<u8>,
    id: Vec<u8>,
    profile: String,
    person: String,
    sid: Option<String>,
    created_at: i64,
    seen_at: i64,
    idle_until: i64,
    expires_at: i64,
    user_agent: Option<String>,
    listed: Option<Vec<u8>>,
}

impl ListedColumns {
    /// The row.
    pub(in crate::store) fn row(self) -> Result<ListedRow, StoreError> {
        let key = self.handle_hash.as_slice();
        let moment =
            |millis| Timestamp::from_timestamp_millis(millis).ok_or_else(|| inconsistent(key));
        Ok(ListedRow {
            hash: HandleHash(key.try_into().map_err(|_| inconsistent(key))?),
            id: session_id(&self.id, key)?,
            profile: profile_id(&self.profile, key)?,
            person: self.person,
            sid: self.sid,
            created_at: moment(self.created_at)?,
            seen_at: moment(self.seen_at)?,
            idle_until: moment(self.idle_until)?,
            expires_at: moment(self.expires_at)?,
            user_agent: self.user_agent,
            listed: self.listed,
        })
    }
}

/// The handle hashes of rows.
pub(in crate::store) fn handle_hashes(keys: &[Vec<u8>]) -> Result<Vec<HandleHash>, StoreError> {
    let hash = |key: &Vec<u8>| {
        let hash = key.as_slice().try_into().map_err(|_| inconsistent(key))?;
        Ok(HandleHash(hash))
    };
    keys.iter().map(hash).collect()
}

fn session_id(bytes: &[u8], key: &[u8]) -> Result<SessionId, StoreError> {
    let bytes = bytes.try_into().map_err(|_| inconsistent(key))?;
    Ok(SessionId::from_bytes(bytes))
}

fn profile_id(text: &str, key: &[u8]) -> Result<ProfileId, StoreError> {
    ProfileId::parse(text).ok_or_else(|| inconsistent(key))
}

fn inconsistent(key: &[u8]) -> StoreError {
    StoreError::Inconsistent {
        table: "sessions",
        id: hex(key),
    }
}

/// A time span as SQL takes it.
pub(in crate::store) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}

/// A `count(*)`, which is never negative.
pub(in crate::store) fn row_count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
