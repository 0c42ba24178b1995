//! Work on Postgres that takes more than one statement. Each function is one transaction, or a part of one that says
//! so: what fails leaves nothing behind.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, query, query_scalar};

use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Invalidation;
use crate::store::database::{CutOffs, ReplayRecord, Swept};
use crate::store::end_filter::{AT_ONCE, EndFilter, EndedRows, INSERT_CUTOFF, bind_filter};
use crate::store::postgres::statements;
use crate::store::row::listed::SealedAnew;
use crate::store::row::search_texts::SearchTexts;
use crate::store::row::sql;

/// The advisory lock of sweepers: the bytes of "gateswep".
const SWEEP_LOCK: i64 = 0x6761_7465_7377_6570;

/// Ends what matches and announces it.
pub(super) async fn end_matching(
    connection: &mut PgConnection,
    filter: &EndFilter,
    now: i64,
) -> Result<EndedRows, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let ended = end_many(&mut transaction, filter, now).await?;
    transaction.commit().await?;
    Ok(ended)
}

/// Records a use and ends what matches; `None` and nothing ended if the use was recorded before.
pub(super) async fn end_once(
    connection: &mut PgConnection,
    record: &ReplayRecord,
    filter: &EndFilter,
    now: i64,
) -> Result<Option<EndedRows>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    if !record_use(&mut transaction, record).await? {
        return Ok(None);
    }
    let ended = end_many(&mut transaction, filter, now).await?;
    transaction.commit().await?;
    Ok(Some(ended))
}

/// Records a use, alone or in the transaction of what it guards; says whether this call recorded it.
pub(super) async fn record_use(
    connection: &mut PgConnection,
    record: &ReplayRecord,
) -> Result<bool, sqlx::Error> {
    let inserted = query(sql::RECORD_USE)
        .bind(record.scope)
        .bind(record.hash.as_slice())
        .bind(record.by.as_slice())
        .bind(record.until)
        .execute(&mut *connection)
        .await?;
    if inserted.rows_affected() == 1 {
        return Ok(true);
    }
    // Our own record stands there if the statement had succeeded before a connection broke.
    let recorded_by: Option<Vec<u8>> = query_scalar(sql::RECORDED_BY)
        .bind(record.scope)
        .bind(record.hash.as_slice())
        .fetch_optional(connection)
        .await?;
    Ok(recorded_by.as_deref() == Some(record.by.as_slice()))
}

/// Deletes a batch of expired rows of each table, unless another replica is sweeping.
pub(super) async fn sweep(
    connection: &mut PgConnection,
    before: i64,
    batch: u32,
) -> Result<Swept, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut swept = Swept::default();
    if lock_sweep(&mut transaction).await? {
        for (statement, count) in [
            (statements::SWEEP_SESSIONS, &mut swept.sessions),
            (statements::SWEEP_REPLAY_RECORDS, &mut swept.replay_records),
        ] {
            *count = query(statement)
                .bind(before)
                .bind(i64::from(batch))
                .execute(&mut *transaction)
                .await?
                .rows_affected();
        }
    }
    transaction.commit().await?;
    Ok(swept)
}

/// Writes to every table, and leaves nothing behind.
pub(super) async fn prove_writable(
    connection: &mut PgConnection,
    probe: &[u8; 32],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for statement in sql::PROVE_WRITABLE {
        query(statement)
            .bind(probe.as_slice())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// Part of a transaction: ends what matches and announces it.
async fn end_many(
    connection: &mut PgConnection,
    filter: &EndFilter,
    now: i64,
) -> Result<EndedRows, sqlx::Error> {
    let deleted: Vec<Vec<u8>> = bind_filter!(
        query_scalar(filter.postgres().delete),
        filter,
        SearchTexts::array
    )
    .fetch_all(&mut *connection)
    .await?;
    let (ended, announced) = if deleted.len() < AT_ONCE {
        let hashes = hashes(&deleted);
        let announced = Invalidation::of_ended(&hashes);
        (EndedRows::Deleted(hashes), announced)
    } else {
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
        let ended = EndedRows::CutOff(u64::try_from(deleted.len()).unwrap_or_default());
        (ended, vec![Invalidation::Everything])
    };
    let announced: Vec<String> = announced.iter().map(Invalidation::to_text).collect();
    query(statements::ANNOUNCE)
        .bind(announced.as_slice())
        .execute(connection)
        .await?;
    Ok(ended)
}

/// Handle hashes; the schema says that every key is one.
pub(super) fn hashes(keys: &[Vec<u8>]) -> Vec<HandleHash> {
    let hash = |key: &Vec<u8>| Some(HandleHash(key.as_slice().try_into().ok()?));
    keys.iter().filter_map(hash).collect()
}

/// Deletes the rows of a batch that a cutoff ended, unless another replica is sweeping.
pub(super) async fn sweep_cut_off(
    connection: &mut PgConnection,
    after: &[u8],
    batch: u32,
) -> Result<Option<CutOffs>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    if !lock_sweep(&mut transaction).await? {
        return Ok(None);
    }
    let last: Option<Vec<u8>> = query_scalar(sql::LAST_OF_BATCH)
        .bind(after)
        .bind(i64::from(batch) - 1)
        .fetch_optional(&mut *transaction)
        .await?;
    let deleted = query(sql::DELETE_CUT_OFF)
        .bind(after)
        .bind(last.as_deref().unwrap_or(&sql::AFTER_ALL_KEYS))
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(Some(CutOffs { deleted, last }))
}

/// Takes the lock of sweepers until the transaction ends; `false` if another replica has it.
async fn lock_sweep(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    query_scalar(statements::LOCK_SWEEP)
        .bind(SWEEP_LOCK)
        .fetch_one(connection)
        .await
}

/// Stores rows that were sealed anew.
pub(super) async fn seal_anew(
    connection: &mut PgConnection,
    rows: &[SealedAnew],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for row in rows {
        query(sql::SEAL_ANEW)
            .bind(row.hash.0.as_slice())
            .bind(row.was.as_str())
            .bind(row.person.as_str())
            .bind(row.sid.as_deref())
            .bind(row.listed.as_slice())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
