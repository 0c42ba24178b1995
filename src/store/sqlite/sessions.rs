//! One session at a time on SQLite: each method as one statement, or as one transaction of the writer. A change and its
//! announcement to other processes stand in one transaction.
//!
//! Lease times are SQLite's own clock, as on Postgres.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Sqlite, SqliteConnection, Transaction, query, query_as, query_scalar};

use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::Invalidation;
use crate::store::database::{
    LeaseOwner, LeaseRow, LeaseState, ReplaceResult, ReplayRecord, SessionRows, Touch,
};
use crate::store::error::StoreError;
use crate::store::row::rows::{
    IdentityColumns, IdentityRow, NewRow, NewTokens, SearchTexts, TokensColumns, TokensRow,
    WholeColumns, WholeRow, handle_hashes, millis,
};
use crate::store::row::sql;
use crate::store::sqlite::connection::SqliteDatabase;

/// Writes one use.
const TOUCH: &str = "
UPDATE sessions SET seen_at = $2, idle_until = min($3, expires_at)
WHERE handle_hash = $1 AND seen_at <= $2 - $4 AND idle_until > $2";

const TAKE_LEASE: &str = sql::take_lease!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

const RENEW_LEASE: &str = sql::renew_lease!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

const LEASE_STATE: &str = sql::lease_state!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");

const ANNOUNCE: &str =
    "INSERT INTO notices (at, text) VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), $1)";

const DELETE_EXCESS: &str = concat!(
    "DELETE FROM sessions WHERE handle_hash IN (",
    sql::excess_sessions!(sqlite),
    ") RETURNING handle_hash"
);

impl SqliteDatabase {
    /// Begins a transaction on the writer. `IMMEDIATE` takes the file's write lock at once, so that no later statement
    /// fails because another process took the lock first.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

#[async_trait]
impl SessionRows for SqliteDatabase {
    async fn insert(
        &self,
        row: &NewRow,
        ended: Option<&HandleHash>,
    ) -> Result<Vec<HandleHash>, StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(ended) = ended {
            delete_one(&mut transaction, ended, &row.profile).await?;
        }
        let excess = delete_excess(&mut transaction, row, ended).await?;
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
        let row = delete_one(&mut transaction, hash, profile).await?;
        transaction.commit().await?;
        row.map(|row| row.row(hash)).transpose()
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
            announce(&mut transaction, &Invalidation::Tokens(*hash)).await?;
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
        announce(&mut transaction, &new.invalidation(*hash)).await?;
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
        Ok(record_use(&mut connection, record).await?)
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
}

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
async fn delete_one(
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
async fn delete_excess(
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
