//! Parts of transactions on SQLite. A change and its announcement to other processes stand in one transaction, which
//! the caller commits.

use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Invalidation;
use crate::store::database::{EndFilter, ReplayRecord, Swept};
use crate::store::error::StoreError;
use crate::store::row::rows::{WholeColumns, handle_hashes};
use crate::store::row::sql;

const ANNOUNCE: &str =
    "INSERT INTO notices (at, text) VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), $1)";

const SWEEP_SESSIONS: &str = "
DELETE FROM sessions WHERE handle_hash IN (
    SELECT handle_hash FROM sessions WHERE idle_until <= $1 ORDER BY idle_until LIMIT $2)";

const SWEEP_REPLAY_RECORDS: &str = "
DELETE FROM used_once WHERE (purpose, hash) IN (
    SELECT purpose, hash FROM used_once WHERE until <= $1 ORDER BY until LIMIT $2)";

/// An invalidation is read within a second. A process that was away for more than a minute sees the gap and forgets
/// everything.
const SWEEP_INVALIDATIONS: &str = "
DELETE FROM notices WHERE at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000";

/// Announces an invalidation.
pub(super) async fn announce(
    connection: &mut SqliteConnection,
    invalidation: &Invalidation,
) -> Result<(), sqlx::Error> {
    query(ANNOUNCE)
        .bind(invalidation.to_text())
        .execute(connection)
        .await
        .map(drop)
}

/// Deletes one session of this profile and announces it.
pub(super) async fn delete_one(
    connection: &mut SqliteConnection,
    hash: &HandleHash,
    profile: &ProfileId,
) -> Result<Option<WholeColumns>, sqlx::Error> {
    let row = query_as(sql::delete_session!())
        .bind(hash.0.as_slice())
        .bind(profile.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if row.is_some() {
        announce(connection, &Invalidation::Sessions(vec![*hash])).await?;
    }
    Ok(row)
}

/// Deletes what matches and announces it.
pub(super) async fn delete_many(
    connection: &mut SqliteConnection,
    filter: &EndFilter,
) -> Result<Vec<HandleHash>, StoreError> {
    let statement = match filter {
        EndFilter::Sid(profile, sid, person) => query_scalar(sql::DELETE_BY_SID)
            .bind(profile.as_str())
            .bind(sid.as_str())
            .bind(person.as_ref().map(SubjectKey::as_str)),
        EndFilter::Person(profile, person, except) => query_scalar(sql::DELETE_BY_PERSON)
            .bind(profile.as_str())
            .bind(person.as_str())
            .bind(except.as_ref().map(|id| id.as_bytes().as_slice())),
        EndFilter::Id(profile, id) => query_scalar(sql::DELETE_BY_ID)
            .bind(id.as_bytes().as_slice())
            .bind(profile.as_ref().map(ProfileId::as_str)),
        EndFilter::All(profile) => {
            query_scalar(sql::DELETE_ALL).bind(profile.as_ref().map(ProfileId::as_str))
        }
    };
    let deleted: Vec<Vec<u8>> = statement.fetch_all(&mut *connection).await?;
    let hashes = handle_hashes(&deleted)?;
    for invalidation in Invalidation::of_ended(&hashes) {
        announce(connection, &invalidation).await?;
    }
    Ok(hashes)
}

/// Records a use, alone or in the transaction of what it guards; says whether this call recorded it.
pub(super) async fn record_use(
    connection: &mut SqliteConnection,
    record: &ReplayRecord,
) -> Result<bool, sqlx::Error> {
    let inserted = query(sql::RECORD_USE)
        .bind(record.scope)
        .bind(record.hash.as_slice())
        .bind(record.by.as_slice())
        .bind(record.until)
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Deletes a batch of expired rows of each table.
pub(super) async fn sweep(
    connection: &mut SqliteConnection,
    before: i64,
    batch: u32,
) -> Result<Swept, sqlx::Error> {
    let mut swept = Swept::default();
    for (statement, count) in [
        (SWEEP_SESSIONS, &mut swept.sessions),
        (SWEEP_REPLAY_RECORDS, &mut swept.replay_records),
    ] {
        *count = query(statement)
            .bind(before)
            .bind(i64::from(batch))
            .execute(&mut *connection)
            .await?
            .rows_affected();
    }
    query(SWEEP_INVALIDATIONS).execute(connection).await?;
    Ok(swept)
}
