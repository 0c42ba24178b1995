//! One session at a time on Postgres: each method is one statement, which may be repeated.
//!
//! Lease times are Postgres' own (`clock_timestamp`), so a replica whose clock is wrong can neither take a live lease
//! nor keep a dead one.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::Invalidation;
use crate::store::database::{
    LeaseOwner, LeaseRow, LeaseState, ReplaceResult, ReplayRecord, SessionRows, Touch,
};
use crate::store::error::StoreError;
use crate::store::postgres::connection::{PostgresDatabase, with_connection};
use crate::store::postgres::statements;
use crate::store::row::rows::{
    IdentityColumns, IdentityRow, NewRow, NewTokens, SearchTexts, TokensColumns, TokensRow,
    WholeColumns, WholeRow, millis,
};
use crate::store::row::sql;

#[async_trait]
impl SessionRows for PostgresDatabase {
    async fn insert(
        &self,
        row: &NewRow,
        ended: Option<&HandleHash>,
    ) -> Result<Vec<HandleHash>, StoreError> {
        let text = match ended {
            None => statements::INSERT,
            Some(_) => statements::INSERT_REPLACING,
        };
        with_connection!(self, |connection, attempt| {
            let statement = sql::bind_new_row!(query_scalar(text), row, ended, SearchTexts::array)
                .fetch_all(connection);
            let repeat = attempt.is_repeat();
            async move {
                let deleted: Result<Vec<Vec<u8>>, sqlx::Error> = statement.await;
                match deleted {
                    // The handle is 256 random bits: on a repeat the row that stands there is this one.
                    Err(sqlx::Error::Database(error)) if repeat && error.is_unique_violation() => {
                        Ok(Vec::new())
                    }
                    other => Ok(hashes(&other?)),
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
        with_connection!(self, |connection| record_use(connection, record))
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

/// Handle hashes; the schema says that every key is one.
pub(super) fn hashes(keys: &[Vec<u8>]) -> Vec<HandleHash> {
    let hash = |key: &Vec<u8>| Some(HandleHash(key.as_slice().try_into().ok()?));
    keys.iter().filter_map(hash).collect()
}
