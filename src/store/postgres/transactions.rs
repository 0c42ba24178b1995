//! Work on Postgres that takes more than one statement. Each function is one transaction, or a part of one that says
//! so: what fails leaves nothing behind.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, query, query_scalar};

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Invalidation;
use crate::store::database::{EndFilter, ReplayRecord, Swept};
use crate::store::postgres::statements;
use crate::store::row::sql;

/// The advisory lock of sweepers: the bytes of "gateswep".
const SWEEP_LOCK: i64 = 0x6761_7465_7377_6570;

/// Deletes what matches and announces it; gives the keys of what was deleted.
pub(super) async fn delete_and_announce(
    connection: &mut PgConnection,
    filter: &EndFilter,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let deleted = delete_many(&mut transaction, filter).await?;
    transaction.commit().await?;
    Ok(deleted)
}

/// Records a use and deletes what matches; `None` and nothing deleted if the use was recorded before.
pub(super) async fn record_and_delete(
    connection: &mut PgConnection,
    record: &ReplayRecord,
    filter: &EndFilter,
) -> Result<Option<Vec<Vec<u8>>>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    if !record_use(&mut transaction, record).await? {
        return Ok(None);
    }
    let deleted = delete_many(&mut transaction, filter).await?;
    transaction.commit().await?;
    Ok(Some(deleted))
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
    let ours: bool = query_scalar(statements::LOCK_SWEEP)
        .bind(SWEEP_LOCK)
        .fetch_one(&mut *transaction)
        .await?;
    let mut swept = Swept::default();
    if ours {
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

/// Part of a transaction: deletes what matches and announces it.
async fn delete_many(
    connection: &mut PgConnection,
    filter: &EndFilter,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
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
    let hashes: Vec<HandleHash> = deleted
        .iter()
        .filter_map(|bytes| Some(HandleHash(bytes.as_slice().try_into().ok()?)))
        .collect();
    let announced: Vec<String> = Invalidation::of_ended(&hashes)
        .iter()
        .map(Invalidation::to_text)
        .collect();
    query(statements::ANNOUNCE)
        .bind(announced.as_slice())
        .execute(connection)
        .await?;
    Ok(deleted)
}
