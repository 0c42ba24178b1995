//! The store on Postgres: each method as one statement, or as one of the transactions next door.
//!
//! Lease times are Postgres' own (`clock_timestamp`), so a replica whose clock is wrong can neither take a live lease
//! nor keep a dead one.

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
use crate::store::postgres::connection::{
    NOW_AND_READ_ONLY, PostgresDatabase, with_connection, writable,
};
use crate::store::postgres::{listen, migrate, statements, transactions};
use crate::store::row::listed::SealedAnew;
use crate::store::row::rows::{
    IdentityColumns, IdentityRow, ListedColumns, ListedRow, NewRow, TokensColumns, TokensRow,
    WholeColumns, WholeRow,
};
use crate::store::row::search_texts::SearchTexts;
use crate::store::row::sql;

#[async_trait]
impl Database for PostgresDatabase {
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
        with_connection!(self, |connection| transactions::prove_writable(
            connection, probe
        ))
    }

    async fn insert(
        &self,
        row: &NewRow,
        ended: Option<&HandleHash>,
    ) -> Result<Vec<HandleHash>, StoreError> {
        with_connection!(self, |connection, attempt| {
            let statement = sql::bind_new_row!(
                query_scalar(statements::INSERT),
                row,
                ended,
                SearchTexts::array
            )
            .fetch_one(connection);
            let repeat = attempt.is_repeat();
            async move {
                let deleted: Result<Option<Vec<Vec<u8>>>, sqlx::Error> = statement.await;
                match deleted {
                    // The handle is 256 random bits: on a repeat the row that stands there is this one.
                    Err(sqlx::Error::Database(error)) if repeat && error.is_unique_violation() => {
                        Ok(Vec::new())
                    }
                    other => Ok(transactions::hashes(&other?.unwrap_or_default())),
                }
            }
        })
    }

    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError> {
        let row: Option<IdentityColumns> =
            with_connection!(self, |connection| query_as(sql::READ)
                .bind(hash.0.as_slice())
                .fetch_optional(connection))?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError> {
        let row: Option<TokensColumns> =
            with_connection!(self, |connection| query_as(sql::READ_TOKENS)
                .bind(hash.0.as_slice())
                .fetch_optional(connection))?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError> {
        with_connection!(self, |connection| query(sql::RESEAL)
            .bind(hash.0.as_slice())
            .bind(version)
            .bind(identity)
            .bind(tokens)
            .execute(connection))
        .map(drop)
    }

    async fn touch(&self, touches: &[Touch], interval: Duration) -> Result<(), StoreError> {
        let hashes: Vec<Vec<u8>> = touches.iter().map(|touch| touch.hash.0.to_vec()).collect();
        let seen: Vec<i64> = touches.iter().map(|touch| touch.seen_at).collect();
        let idle: Vec<i64> = touches.iter().map(|touch| touch.idle_until).collect();
        with_connection!(self, |connection| query(statements::TOUCH)
            .bind(hashes.as_slice())
            .bind(seen.as_slice())
            .bind(idle.as_slice())
            .bind(millis(interval))
            .execute(connection))
        .map(drop)
    }

    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError> {
        let row: Option<WholeColumns> =
            with_connection!(self, |connection| query_as(statements::DELETE)
                .bind(hash.0.as_slice())
                .bind(profile.as_str())
                .fetch_optional(connection))?;
        row.map(|row| row.row(hash)).transpose()
    }

    async fn end_matching(&self, filter: &EndFilter, now: i64) -> Result<EndedRows, StoreError> {
        with_connection!(self, |connection| transactions::end_matching(
            connection, filter, now
        ))
    }

    async fn end_once(
        &self,
        record: &ReplayRecord,
        filter: &EndFilter,
        now: i64,
    ) -> Result<Option<EndedRows>, StoreError> {
        with_connection!(self, |connection| transactions::end_once(
            connection, record, filter, now
        ))
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

    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError> {
        let row: Option<TokensColumns> =
            with_connection!(self, |connection| query_as(statements::TAKE_LEASE)
                .bind(hash.0.as_slice())
                .bind(owner.0.as_slice())
                .bind(millis(ttl))
                .bind(LeaseOwner::BACK_OFF.0.as_slice())
                .bind(now)
                .fetch_optional(connection))?;
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
        let done = with_connection!(self, |connection| query(statements::RENEW_LEASE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .execute(connection))?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError> {
        with_connection!(self, |connection| query(sql::RELEASE_LEASE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .execute(connection))
        .map(drop)
    }

    async fn back_off(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError> {
        let announced = Invalidation::Tokens(*hash).to_text();
        with_connection!(self, |connection| query(statements::BACK_OFF)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(LeaseOwner::BACK_OFF.0.as_slice())
            .bind(until)
            .bind(announced.as_str())
            .execute(connection))
        .map(drop)
    }

    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        new: NewTokens<'_>,
    ) -> Result<ReplaceResult, StoreError> {
        let announced = new.invalidation(*hash).to_text();
        let replaced: Option<(i64,)> =
            with_connection!(self, |connection| query_as(statements::REPLACE_TOKENS)
                .bind(hash.0.as_slice())
                .bind(owner.0.as_slice())
                .bind(new.version)
                .bind(new.tokens)
                .bind(new.identity)
                .bind(announced.as_str())
                .fetch_optional(connection))?;
        if let Some((version,)) = replaced {
            return Ok(ReplaceResult::Stored { version });
        }
        // Sealing is random, so equal bytes in the row are these: the statement had succeeded before a connection
        // broke.
        let stored = self.read_tokens(hash).await?;
        Ok(match stored {
            None => ReplaceResult::SessionGone,
            Some(row) if row.tokens == new.tokens => ReplaceResult::Stored {
                version: row.version,
            },
            Some(_) => ReplaceResult::LeaseLost,
        })
    }

    async fn lease_state(&self, hash: &HandleHash) -> Result<Option<LeaseState>, StoreError> {
        with_connection!(self, |connection| query_as(statements::LEASE_STATE)
            .bind(hash.0.as_slice())
            .bind(LeaseOwner::BACK_OFF.0.as_slice())
            .fetch_optional(connection))
    }

    async fn record_use(&self, record: &ReplayRecord) -> Result<bool, StoreError> {
        with_connection!(self, |connection| transactions::record_use(
            connection, record
        ))
    }

    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError> {
        let pinned: Option<String> =
            with_connection!(self, |connection| query_scalar(sql::PINNED_TENANT)
                .bind(authority)
                .fetch_optional(connection))?;
        if let Some(pinned) = pinned {
            return Ok(pinned);
        }
        with_connection!(self, |connection| query(sql::PIN_TENANT)
            .bind(authority)
            .bind(tenant)
            .execute(connection))?;
        with_connection!(self, |connection| query_scalar(sql::PINNED_TENANT)
            .bind(authority)
            .fetch_one(connection))
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        with_connection!(self, |connection| transactions::sweep(
            connection, before, batch
        ))
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
        with_connection!(self, |connection| transactions::seal_anew(connection, rows))
    }

    async fn newest_cutoff(&self, before: i64) -> Result<Option<i64>, StoreError> {
        with_connection!(self, |connection| query_scalar(sql::NEWEST_CUTOFF)
            .bind(before)
            .fetch_one(connection))
    }

    async fn sweep_cut_off(&self, after: &[u8], batch: u32) -> Result<Option<CutOffs>, StoreError> {
        with_connection!(self, |connection| transactions::sweep_cut_off(
            connection, after, batch
        ))
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
