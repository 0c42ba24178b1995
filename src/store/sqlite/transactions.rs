//! Parts of transactions on SQLite. A change and its announcement to other processes stand in one transaction, which
//! the caller commits.

use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Invalidation;
use crate::store::database::{CutOffs, ReplayRecord, RowBatch, Swept};
use crate::store::end_filter::{AT_ONCE, EndFilter, EndedRows, INSERT_CUTOFF, bind_filter};
use crate::store::error::StoreError;
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{ListedColumns, NewRow, WholeColumns, handle_hashes};
use crate::store::row::search_texts::SearchTexts;
use crate::store::row::sql;

const ANNOUNCE: &str =
    "INSERT INTO notices (at, text) VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), $1)";

const DELETE_EXCESS: &str = concat!(
    "DELETE FROM sessions WHERE handle_hash IN (",
    sql::excess_sessions!(sqlite),
    ") RETURNING handle_hash"
);

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

/// Deletes the person's oldest sessions beyond the bound, and announces them.
pub(super) async fn delete_excess(
    connection: &mut SqliteConnection,
    row: &NewRow,
    ended: Option<&HandleHash>,
) -> Result<Vec<HandleHash>, StoreError> {
    let excess: Vec<Vec<u8>> =
        sql::bind_new_row!(query_scalar(DELETE_EXCESS), row, ended, SearchTexts::json)
            .fetch_all(&mut *connection)
            .await?;
    let hashes = handle_hashes(&excess)?;
    for invalidation in Invalidation::of_ended(&hashes) {
        announce(connection, &invalidation).await?;
    }
    Ok(hashes)
}

/// Ends what matches and announces it.
pub(super) async fn end_many(
    connection: &mut SqliteConnection,
    filter: &EndFilter,
    now: i64,
) -> Result<EndedRows, StoreError> {
    let deleted: Vec<Vec<u8>> = bind_filter!(
        query_scalar(filter.sqlite().delete),
        filter,
        SearchTexts::json
    )
    .fetch_all(&mut *connection)
    .await?;
    if deleted.len() < AT_ONCE {
        let hashes = handle_hashes(&deleted)?;
        for invalidation in Invalidation::of_ended(&hashes) {
            announce(connection, &invalidation).await?;
        }
        return Ok(EndedRows::Deleted(hashes));
    }
    for (person, sid) in filter.cutoffs() {
        query(INSERT_CUTOFF)
            .bind(filter.profile())
            .bind(person)
            .bind(sid)
            .bind(filter.id())
            .bind(now)
            .execute(&mut *connection)
            .await?;
    }
    announce(connection, &Invalidation::Everything).await?;
    let deleted = u64::try_from(deleted.len()).unwrap_or_default();
    Ok(EndedRows::CutOff(deleted))
}

/// Deletes the rows of a batch that a cutoff ended.
pub(super) async fn sweep_cut_off(
    connection: &mut SqliteConnection,
    after: &[u8],
    batch: u32,
) -> Result<CutOffs, sqlx::Error> {
    let last: Option<Vec<u8>> = query_scalar(sql::LAST_OF_BATCH)
        .bind(after)
        .bind(i64::from(batch) - 1)
        .fetch_optional(&mut *connection)
        .await?;
    let deleted = query(sql::DELETE_CUT_OFF)
        .bind(after)
        .bind(last.as_deref().unwrap_or(&sql::AFTER_ALL_KEYS))
        .execute(connection)
        .await?
        .rows_affected();
    Ok(CutOffs { deleted, last })
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

/// Stores rows that were sealed anew.
pub(super) async fn seal_anew(
    connection: &mut SqliteConnection,
    rows: &[SealedAnew],
) -> Result<(), sqlx::Error> {
    for row in rows {
        query(sql::SEAL_ANEW)
            .bind(row.hash.0.as_slice())
            .bind(row.was.as_str())
            .bind(row.person.as_str())
            .bind(row.sid.as_deref())
            .bind(row.listed.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Reads the rows of a batch that are not sealed with the newest key for lists.
pub(super) async fn read_to_seal_anew(
    connection: &mut SqliteConnection,
    after: &[u8],
    batch: u32,
    newest: &[u8; 4],
) -> Result<RowBatch, StoreError> {
    let last: Option<Vec<u8>> = query_scalar(sql::LAST_OF_BATCH)
        .bind(after)
        .bind(i64::from(batch) - 1)
        .fetch_optional(&mut *connection)
        .await?;
    let rows: Vec<ListedColumns> = query_as(sql::READ_TO_SEAL_ANEW)
        .bind(after)
        .bind(last.as_deref().unwrap_or(&sql::AFTER_ALL_KEYS))
        .bind(newest.as_slice())
        .fetch_all(connection)
        .await?;
    let rows = rows.into_iter().map(ListedColumns::row);
    Ok(RowBatch {
        rows: rows.collect::<Result<_, _>>()?,
        last,
    })
}
