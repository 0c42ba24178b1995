//! From a row's columns to values, the same for both databases. A column that holds what the schema excludes is
//! `Inconsistent`, named by the digits of the row's key.

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, SessionId};
use crate::seal::hex;
use crate::store::error::StoreError;
use crate::store::row::database_trait::{
    Glance, IdentityRow, LeaseRow, SessionSummary, TokensRow, WholeRow,
};

/// `id, profile, seen_at, idle_until, version, identity`
pub(in crate::store) type IdentityColumns = (Vec<u8>, String, i64, i64, i64, Vec<u8>);
/// `id, profile, seen_at, idle_until, version, identity, tokens`
pub(in crate::store) type WholeColumns = (Vec<u8>, String, i64, i64, i64, Vec<u8>, Vec<u8>);
/// `id, profile, version, tokens`
pub(in crate::store) type TokensColumns = (Vec<u8>, String, i64, Vec<u8>);
/// `version`, whether somebody holds the lease, until when the row rests
pub(in crate::store) type GlanceColumns = (i64, bool, Option<i64>);
/// `id, profile, person, sid, created_at, seen_at, idle_until, expires_at, user_agent`
pub(in crate::store) type SummaryColumns = (
    Vec<u8>,
    String,
    String,
    Option<String>,
    i64,
    i64,
    i64,
    i64,
    Option<String>,
);

pub(in crate::store) fn identity_row(
    (id, profile, seen_at, idle_until, version, identity): IdentityColumns,
    hash: &HandleHash,
) -> Result<IdentityRow, StoreError> {
    Ok(IdentityRow {
        id: session_id(&id, &hash.0)?,
        profile: profile_id(&profile, &hash.0)?,
        seen_at,
        idle_until,
        version,
        identity,
    })
}

pub(in crate::store) fn whole_row(
    (id, profile, seen_at, idle_until, version, identity, tokens): WholeColumns,
    hash: &HandleHash,
) -> Result<WholeRow, StoreError> {
    let columns = (id, profile, seen_at, idle_until, version, identity);
    Ok(WholeRow {
        row: identity_row(columns, hash)?,
        tokens,
    })
}

pub(in crate::store) fn tokens_row(
    (id, profile, version, tokens): TokensColumns,
    hash: &HandleHash,
) -> Result<TokensRow, StoreError> {
    Ok(TokensRow {
        id: session_id(&id, &hash.0)?,
        profile: profile_id(&profile, &hash.0)?,
        version,
        tokens,
    })
}

pub(in crate::store) fn glance((version, leased, rests_until): GlanceColumns) -> Glance {
    Glance {
        version,
        leased,
        rests_until,
    }
}

impl LeaseRow {
    /// Why the lease could not be taken at `now`: it rests, somebody holds it or held it until just now, or the row is
    /// gone.
    pub(in crate::store) fn refused(glance: Option<Glance>, now: i64) -> Self {
        match glance.map(|glance| glance.rests_until) {
            Some(Some(until)) if until > now => Self::Resting(until),
            Some(_) => Self::Held,
            None => Self::Gone,
        }
    }
}

pub(in crate::store) fn summary(columns: SummaryColumns) -> Result<SessionSummary, StoreError> {
    let (id, profile, person, sid, created, seen, idle, expires, user_agent) = columns;
    let moment = |millis| Timestamp::from_timestamp_millis(millis).ok_or_else(|| inconsistent(&id));
    Ok(SessionSummary {
        id: session_id(&id, &id)?,
        profile: profile_id(&profile, &id)?,
        person: SubjectKey::stored(person),
        sid,
        created_at: moment(created)?,
        seen_at: moment(seen)?,
        idle_until: moment(idle)?,
        expires_at: moment(expires)?,
        user_agent,
    })
}

pub(in crate::store) fn handle_hash(bytes: &[u8]) -> Result<HandleHash, StoreError> {
    let hash = bytes.try_into().map_err(|_| inconsistent(bytes))?;
    Ok(HandleHash(hash))
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
