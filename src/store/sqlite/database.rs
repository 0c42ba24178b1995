//! The store on SQLite: each method as one statement, or as one transaction of the writer.
//!
//! Lease times are SQLite's own clock, as on Postgres.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Invalidation;
use crate::store::database::{
    CutOffs, Database, LeaseOwner, LeaseRow, LeaseState, ListFilter, NewTokens, OnEvent, PoolUse,
    ReplaceResult, ReplayRecord, RowBatch, Swept, Touch, millis, row_count,
};
use crate::store::end_filter::{EndFilter, EndedRows, bind_filter};
use crate::store::error::StoreError;
use crate::store::migrations::SchemaChange;
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{
    IdentityColumns, IdentityRow, ListedColumns, ListedRow, NewRow, TokensColumns, TokensRow,
    WholeRow,
};
use crate::store::row::search_texts::SearchTexts;
use crate::store::row::sql;
use crate::store::sqlite::connection::SqliteDatabase;
use crate::store::sqlite::{listen, migrate, transactions};

const NOW: &str = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// Writes one use.
const TOUCH: &str = "
UPDATE sessions SET seen_at = $2, idle_until = min($3, expires_at)
WHERE handle_hash = $1 AND seen_at <= $2 - $4 AND idle_until > $2";

const TAKE_LEASE: &str = sql::take_lease!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

const RENEW_LEASE: &str = sql::renew_lease!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

const LEASE_STATE: &str = sql::lease_state!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

#[async_trait]
impl Database for SqliteDatabase {
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

    async fn insert(
        &self,
        row: &NewRow,
        ended: Option<&HandleHash>,
    ) -> Result<Vec<HandleHash>, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(ended) = ended {
            transactions::delete_one(&mut transaction, ended, &row.profile).await?;
        }
        let excess = transactions::delete_excess(&mut transaction, row, ended).await?;
        sql::bind_new_row!(query(sql::insert_session!()), row, ended, SearchTexts::json)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(excess)
    }

    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError> {
        let row: Option<IdentityColumns> = query_as(sql::READ)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError> {
        let row: Option<TokensColumns> = query_as(sql::READ_TOKENS)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError> {
        query(sql::RESEAL)
            .bind(hash.0.as_slice())
            .bind(version)
            .bind(identity)
            .bind(tokens)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn touch(&self, touches: &[Touch], interval: Duration) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for touch in touches {
            query(TOUCH)
                .bind(touch.hash.0.as_slice())
                .bind(touch.seen_at)
                .bind(touch.idle_until)
                .bind(millis(interval))
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError> {
        let mut transaction = self.begin().await?;
        let row = transactions::delete_one(&mut transaction, hash, profile).await?;
        transaction.commit().await?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn end_matching(&self, filter: &EndFilter, now: i64) -> Result<EndedRows, StoreError> {
        let mut transaction = self.begin().await?;
        let ended = transactions::end_many(&mut transaction, filter, now).await?;
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
        if !transactions::record_use(&mut transaction, record).await? {
            return Ok(None);
        }
        let ended = transactions::end_many(&mut transaction, filter, now).await?;
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

    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError> {
        let row: Option<TokensColumns> = query_as(TAKE_LEASE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .bind(LeaseOwner::BACK_OFF.0.as_slice())
            .bind(now)
            .fetch_optional(&self.writer)
            .await?;
        match row {
            Some(row) => Ok(LeaseRow::Taken(row.row(hash)?)),
            None => Ok(LeaseRow::refused(self.lease_state(hash).await?, now)),
        }
    }

    async fn renew_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let done = query(RENEW_LEASE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError> {
        query(sql::RELEASE_LEASE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn back_off(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let done = query(sql::back_off!())
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(LeaseOwner::BACK_OFF.0.as_slice())
            .bind(until)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 1 {
            transactions::announce(&mut transaction, &Invalidation::Tokens(*hash)).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        new: NewTokens<'_>,
    ) -> Result<ReplaceResult, StoreError> {
        let mut transaction = self.begin().await?;
        let replaced: Option<(i64,)> = query_as(sql::replace_tokens!())
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(new.version)
            .bind(new.tokens)
            .bind(new.identity)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((version,)) = replaced else {
            transaction.rollback().await?;
            let there = self.lease_state(hash).await?.is_some();
            return Ok(if there {
                ReplaceResult::LeaseLost
            } else {
                ReplaceResult::SessionGone
            });
        };
        transactions::announce(&mut transaction, &new.invalidation(*hash)).await?;
        transaction.commit().await?;
        Ok(ReplaceResult::Stored { version })
    }

    async fn lease_state(&self, hash: &HandleHash) -> Result<Option<LeaseState>, StoreError> {
        let state = query_as(LEASE_STATE)
            .bind(hash.0.as_slice())
            .bind(LeaseOwner::BACK_OFF.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(state)
    }

    async fn record_use(&self, record: &ReplayRecord) -> Result<bool, StoreError> {
        let mut connection = self.writer.acquire().await?;
        Ok(transactions::record_use(&mut connection, record).await?)
    }

    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError> {
        query(sql::PIN_TENANT)
            .bind(authority)
            .bind(tenant)
            .execute(&self.writer)
            .await?;
        let pinned = query_scalar(sql::PINNED_TENANT)
            .bind(authority)
            .fetch_one(&self.readers)
            .await?;
        Ok(pinned)
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        let mut transaction = self.begin().await?;
        let swept = transactions::sweep(&mut transaction, before, batch).await?;
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
        transactions::read_to_seal_anew(&mut connection, after, batch, newest).await
    }

    async fn seal_anew(&self, rows: &[SealedAnew]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        transactions::seal_anew(&mut transaction, rows).await?;
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
        let swept = transactions::sweep_cut_off(&mut transaction, after, batch).await?;
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
