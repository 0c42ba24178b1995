//! Statements on the tokens and the lease of a session. Lease times are SQLite's own clock, as in the other store.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{query, query_as};

use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;
use crate::store::row::columns::{GlanceColumns, TokensColumns, glance, tokens_row};
use crate::store::row::database_trait::{
    Glance, LeaseOwner, LeaseRow, Replaced, TokenRows, TokensRow,
};
use crate::store::sqlite::connection::SqliteRows;
use crate::store::sqlite::listen::say;

/// A row's lease may be taken when it is free, over, or already this owner's; a rest is over by the time of whoever
/// asks.
const TAKE: &str = "
UPDATE sessions
SET lease_owner = ?2, lease_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3
WHERE handle_hash = ?1
  AND (lease_owner IS NULL OR lease_owner = ?2
       OR lease_until <= CASE lease_owner WHEN ?4 THEN ?5
                         ELSE CAST(unixepoch('subsec') * 1000 AS INTEGER) END)
RETURNING id, profile, version, tokens";

const RENEW: &str = "
UPDATE sessions SET lease_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3
WHERE handle_hash = ?1 AND lease_owner = ?2";

const REPLACE: &str = "
UPDATE sessions
SET tokens = ?4, identity = coalesce(?5, identity), version = version + 1,
    lease_owner = NULL, lease_until = NULL
WHERE handle_hash = ?1 AND lease_owner = ?2 AND version = ?3
RETURNING version";

#[async_trait]
impl TokenRows for SqliteRows {
    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError> {
        let row: Option<TokensColumns> =
            query_as("SELECT id, profile, version, tokens FROM sessions WHERE handle_hash = ?1")
                .bind(hash.0.as_slice())
                .fetch_optional(&self.readers)
                .await
                .map_err(StoreError::from_sqlx)?;
        row.map(|row| tokens_row(row, hash)).transpose()
    }

    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError> {
        let row: Option<TokensColumns> = query_as(TAKE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .bind(LeaseOwner::REST.0.as_slice())
            .bind(now)
            .fetch_optional(&self.writer)
            .await
            .map_err(StoreError::from_sqlx)?;
        match row {
            Some(row) => Ok(LeaseRow::Taken(tokens_row(row, hash)?)),
            None => Ok(LeaseRow::refused(self.glance(hash).await?, now)),
        }
    }

    async fn renew_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let done = query(RENEW)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .execute(&self.writer)
            .await
            .map_err(StoreError::from_sqlx)?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError> {
        query(
            "UPDATE sessions SET lease_owner = NULL, lease_until = NULL
             WHERE handle_hash = ?1 AND lease_owner = ?2",
        )
        .bind(hash.0.as_slice())
        .bind(owner.0.as_slice())
        .execute(&self.writer)
        .await
        .map(drop)
        .map_err(StoreError::from_sqlx)
    }

    async fn rest(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let rested = query(
            "UPDATE sessions SET lease_owner = ?3, lease_until = ?4
             WHERE handle_hash = ?1 AND lease_owner = ?2",
        )
        .bind(hash.0.as_slice())
        .bind(owner.0.as_slice())
        .bind(LeaseOwner::REST.0.as_slice())
        .bind(until)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::from_sqlx)?;
        if rested.rows_affected() == 1 {
            say(&mut transaction, &Notice::Tokens(*hash))
                .await
                .map_err(StoreError::from_sqlx)?;
        }
        transaction.commit().await.map_err(StoreError::from_sqlx)
    }

    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        version: i64,
        tokens: &[u8],
        identity: Option<&[u8]>,
    ) -> Result<Replaced, StoreError> {
        let mut transaction = self.begin().await?;
        let replaced: Option<(i64,)> = query_as(REPLACE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(version)
            .bind(tokens)
            .bind(identity)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::from_sqlx)?;
        let Some((version,)) = replaced else {
            transaction
                .rollback()
                .await
                .map_err(StoreError::from_sqlx)?;
            let there = self.glance(hash).await?.is_some();
            return Ok(if there {
                Replaced::LostLease
            } else {
                Replaced::Gone
            });
        };
        let notice = match identity {
            Some(_) => Notice::Sessions(vec![*hash]),
            None => Notice::Tokens(*hash),
        };
        say(&mut transaction, &notice)
            .await
            .map_err(StoreError::from_sqlx)?;
        transaction.commit().await.map_err(StoreError::from_sqlx)?;
        Ok(Replaced::Yes { version })
    }

    async fn glance(&self, hash: &HandleHash) -> Result<Option<Glance>, StoreError> {
        let row: Option<GlanceColumns> = query_as(
            "SELECT version,
                    lease_owner IS NOT NULL AND lease_owner <> ?2
                    AND lease_until > CAST(unixepoch('subsec') * 1000 AS INTEGER),
                    CASE lease_owner WHEN ?2 THEN lease_until END
             FROM sessions WHERE handle_hash = ?1",
        )
        .bind(hash.0.as_slice())
        .bind(LeaseOwner::REST.0.as_slice())
        .fetch_optional(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)?;
        Ok(row.map(glance))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}
