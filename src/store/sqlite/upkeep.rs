//! Many sessions at once on SQLite, the schema and the connections. A change and its announcement to other processes stand in
//! one transaction.

use async_trait::async_trait;
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::store::cache::Invalidation;
use crate::store::database::{
    CutOffs, ListFilter, OnEvent, PoolUse, ReplayRecord, RowBatch, Swept, Upkeep,
};
use crate::store::end_filter::{AT_ONCE, EndFilter, EndedRows, INSERT_CUTOFF, bind_filter};
use crate::store::error::StoreError;
use crate::store::migrations::SchemaChange;
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{ListedColumns, ListedRow, SearchTexts, handle_hashes, row_count};
use crate::store::row::sql;
use crate::store::sqlite::connection::SqliteDatabase;
use crate::store::sqlite::sessions::{announce, record_use};
use crate::store::sqlite::{listen, migrate};

const NOW: &str = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";

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

#[async_trait]
impl Upkeep for SqliteDatabase {
    async fn migrate(&self) -> Result<SchemaChange, StoreError> {
        migrate::migrate(self).await
    }

    async fn is_current(&self) -> Result<bool, StoreError> {
        migrate::is_current(self).await
    }

    async fn ping(&self) -> Result<i64, StoreError> {
        Ok(query_scalar(NOW).fetch_one(&self.readers).await?)
    }

    async fn prove_writable(&self, probe: &[u8; 32]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for statement in sql::PROVE_WRITABLE {
            query(statement)
                .bind(probe.as_slice())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn end_matching(&self, filter: &EndFilter, now: i64) -> Result<EndedRows, StoreError> {
        let mut transaction = self.begin().await?;
        let ended = end_many(&mut transaction, filter, now).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    async fn end_once(
        &self,
        record: &ReplayRecord,
        filter: &EndFilter,
        now: i64,
    ) -> Result<Option<EndedRows>, StoreError> {
        let mut transaction = self.begin().await?;
        if !record_use(&mut transaction, record).await? {
            return Ok(None);
        }
        let ended = end_many(&mut transaction, filter, now).await?;
        transaction.commit().await?;
        Ok(Some(ended))
    }

    async fn count_matching(&self, filter: &EndFilter) -> Result<u64, StoreError> {
        let count = bind_filter!(
            query_scalar(filter.sqlite().count),
            filter,
            SearchTexts::json
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(row_count(count))
    }

    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &SearchTexts,
        person: &SearchTexts,
    ) -> Result<bool, StoreError> {
        let others = query_scalar(sql::sid_has_other_person!(sqlite))
            .bind(profile.as_str())
            .bind(sid.json())
            .bind(person.json())
            .fetch_one(&self.readers)
            .await?;
        Ok(others)
    }

    async fn list(&self, filter: &ListFilter, now: i64) -> Result<Vec<ListedRow>, StoreError> {
        let rows: Vec<ListedColumns> = query_as(sql::list!(sqlite))
            .bind(now)
            .bind(filter.profile.as_ref().map(ProfileId::as_str))
            .bind(filter.person.as_ref().map(SearchTexts::json))
            .bind(filter.sid.as_ref().map(SearchTexts::json))
            .bind(i64::from(filter.limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(ListedColumns::row).collect()
    }

    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        let count = query_scalar(sql::COUNT)
            .bind(now)
            .fetch_one(&self.readers)
            .await?;
        Ok(row_count(count))
    }

    async fn count_other_keys(&self, newest: &[u8; 4]) -> Result<u64, StoreError> {
        let count = query_scalar(sql::COUNT_OTHER_KEYS)
            .bind(newest.as_slice())
            .fetch_one(&self.readers)
            .await?;
        Ok(row_count(count))
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        let mut transaction = self.begin().await?;
        let swept = sweep(&mut transaction, before, batch).await?;
        transaction.commit().await?;
        Ok(swept)
    }

    async fn read_to_seal_anew(
        &self,
        after: &[u8],
        batch: u32,
        newest: &[u8; 4],
    ) -> Result<RowBatch, StoreError> {
        let mut connection = self.readers.acquire().await?;
        read_to_seal_anew(&mut connection, after, batch, newest).await
    }

    async fn seal_anew(&self, rows: &[SealedAnew]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        seal_anew(&mut transaction, rows).await?;
        Ok(transaction.commit().await?)
    }

    async fn newest_cutoff(&self, before: i64) -> Result<Option<i64>, StoreError> {
        let newest = query_scalar(sql::NEWEST_CUTOFF)
            .bind(before)
            .fetch_one(&self.readers)
            .await?;
        Ok(newest)
    }

    async fn sweep_cut_off(&self, after: &[u8], batch: u32) -> Result<Option<CutOffs>, StoreError> {
        let mut transaction = self.begin().await?;
        let swept = sweep_cut_off(&mut transaction, after, batch).await?;
        transaction.commit().await?;
        Ok(Some(swept))
    }

    async fn forget_cutoffs(&self, number: i64, before: i64) -> Result<(), StoreError> {
        query(sql::FORGET_CUTOFFS)
            .bind(number)
            .bind(before)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn listen(&self, on_event: OnEvent<'_>) -> StoreError {
        listen::listen(self, on_event).await
    }

    fn pool_use(&self) -> PoolUse {
        PoolUse::of(&self.readers)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Ends what matches and announces it.
async fn end_many(
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
async fn sweep_cut_off(
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

/// Deletes a batch of expired rows of each table.
async fn sweep(
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
async fn seal_anew(
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
async fn read_to_seal_anew(
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
