//! Many sessions at once on Postgres, the schema and the connections. Work that takes more than one statement is one
//! transaction, or a part of one that says so: what fails leaves nothing behind.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::store::cache::Invalidation;
use crate::store::database::{
    CutOffs, ListFilter, OnEvent, PoolUse, ReplayRecord, RowBatch, Swept, Upkeep,
};
use crate::store::end_filter::{AT_ONCE, EndFilter, EndedRows, INSERT_CUTOFF, bind_filter};
use crate::store::error::StoreError;
use crate::store::migrations::SchemaChange;
use crate::store::postgres::connection::{
    NOW_AND_READ_ONLY, PostgresDatabase, with_connection, writable,
};
use crate::store::postgres::sessions::{hashes, record_use};
use crate::store::postgres::{listen, migrate, statements};
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{ListedColumns, ListedRow, SearchTexts, row_count};
use crate::store::row::sql;

/// The advisory lock of sweepers: the bytes of "gateswep".
const SWEEP_LOCK: i64 = 0x6761_7465_7377_6570;

#[async_trait]
impl Upkeep for PostgresDatabase {
    fn follow_address(&self, url: &str) -> Result<(), StoreError> {
        PostgresDatabase::follow_address(self, url)
    }

    async fn migrate(&self) -> Result<SchemaChange, StoreError> {
        migrate::migrate(self).await
    }

    async fn is_current(&self) -> Result<bool, StoreError> {
        migrate::is_current(self).await
    }

    async fn ping(&self) -> Result<i64, StoreError> {
        with_connection!(self, |connection| async {
            let (now, read_only) = query_as(NOW_AND_READ_ONLY).fetch_one(connection).await?;
            writable(now, read_only)
        })
    }

    async fn prove_writable(&self, probe: &[u8; 32]) -> Result<(), StoreError> {
        with_connection!(self, |connection| prove_writable(connection, probe))
    }

    async fn end_matching(&self, filter: &EndFilter, now: i64) -> Result<EndedRows, StoreError> {
        with_connection!(self, |connection| end_matching(connection, filter, now))
    }

    async fn end_once(
        &self,
        record: &ReplayRecord,
        filter: &EndFilter,
        now: i64,
    ) -> Result<Option<EndedRows>, StoreError> {
        with_connection!(self, |connection| end_once(connection, record, filter, now))
    }

    async fn count_matching(&self, filter: &EndFilter) -> Result<u64, StoreError> {
        with_connection!(self, |connection| bind_filter!(
            query_scalar(filter.postgres().count),
            filter,
            SearchTexts::array
        )
        .fetch_one(connection))
        .map(row_count)
    }

    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &SearchTexts,
        person: &SearchTexts,
    ) -> Result<bool, StoreError> {
        with_connection!(self, |connection| query_scalar(sql::sid_has_other_person!(
            postgres
        ))
        .bind(profile.as_str())
        .bind(sid.array())
        .bind(person.array())
        .fetch_one(connection))
    }

    async fn list(&self, filter: &ListFilter, now: i64) -> Result<Vec<ListedRow>, StoreError> {
        let rows: Vec<ListedColumns> =
            with_connection!(self, |connection| query_as(sql::list!(postgres))
                .bind(now)
                .bind(filter.profile.as_ref().map(ProfileId::as_str))
                .bind(filter.person.as_ref().map(SearchTexts::array))
                .bind(filter.sid.as_ref().map(SearchTexts::array))
                .bind(i64::from(filter.limit))
                .fetch_all(connection))?;
        rows.into_iter().map(ListedColumns::row).collect()
    }

    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        with_connection!(self, |connection| query_scalar(sql::COUNT)
            .bind(now)
            .fetch_one(connection))
        .map(row_count)
    }

    async fn count_other_keys(&self, newest: &[u8; 4]) -> Result<u64, StoreError> {
        with_connection!(self, |connection| query_scalar(sql::COUNT_OTHER_KEYS)
            .bind(newest.as_slice())
            .fetch_one(connection))
        .map(row_count)
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        with_connection!(self, |connection| sweep(connection, before, batch))
    }

    async fn read_to_seal_anew(
        &self,
        after: &[u8],
        batch: u32,
        newest: &[u8; 4],
    ) -> Result<RowBatch, StoreError> {
        let last: Option<Vec<u8>> =
            with_connection!(self, |connection| query_scalar(sql::LAST_OF_BATCH)
                .bind(after)
                .bind(i64::from(batch) - 1)
                .fetch_optional(connection))?;
        let rows: Vec<ListedColumns> =
            with_connection!(self, |connection| query_as(sql::READ_TO_SEAL_ANEW)
                .bind(after)
                .bind(last.as_deref().unwrap_or(&sql::AFTER_ALL_KEYS))
                .bind(newest.as_slice())
                .fetch_all(connection))?;
        let rows = rows.into_iter().map(ListedColumns::row);
        Ok(RowBatch {
            rows: rows.collect::<Result<_, _>>()?,
            last,
        })
    }

    async fn seal_anew(&self, rows: &[SealedAnew]) -> Result<(), StoreError> {
        with_connection!(self, |connection| seal_anew(connection, rows))
    }

    async fn newest_cutoff(&self, before: i64) -> Result<Option<i64>, StoreError> {
        with_connection!(self, |connection| query_scalar(sql::NEWEST_CUTOFF)
            .bind(before)
            .fetch_one(connection))
    }

    async fn sweep_cut_off(&self, after: &[u8], batch: u32) -> Result<Option<CutOffs>, StoreError> {
        with_connection!(self, |connection| sweep_cut_off(connection, after, batch))
    }

    async fn forget_cutoffs(&self, number: i64, before: i64) -> Result<(), StoreError> {
        with_connection!(self, |connection| query(sql::FORGET_CUTOFFS)
            .bind(number)
            .bind(before)
            .execute(connection))
        .map(drop)
    }

    async fn listen(&self, on_event: OnEvent<'_>) -> StoreError {
        listen::listen(self, on_event).await
    }

    fn pool_use(&self) -> PoolUse {
        PoolUse::of(&self.pool)
    }

    async fn close(&self) {
        self.listening.close().await;
        self.pool.close().await;
    }
}

/// Ends what matches and announces it.
async fn end_matching(
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
async fn end_once(
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

/// Deletes a batch of expired rows of each table, unless another replica is sweeping.
async fn sweep(
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
async fn prove_writable(
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

/// Deletes the rows of a batch that a cutoff ended, unless another replica is sweeping.
async fn sweep_cut_off(
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
async fn seal_anew(connection: &mut PgConnection, rows: &[SealedAnew]) -> Result<(), sqlx::Error> {
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
