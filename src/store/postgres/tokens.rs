//! Statements on the tokens and the lease of a session. Lease times are Postgres' own (`clock_timestamp`), so a
//! replica whose clock is wrong can neither take a live lease nor keep a dead one.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{query, query_as};

use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;
use crate::store::postgres::connection::{PostgresRows, with_connection};
use crate::store::postgres::listen::CHANNEL;
use crate::store::row::columns::{GlanceColumns, TokensColumns, glance, tokens_row};
use crate::store::row::database_trait::{
    Glance, LeaseOwner, LeaseRow, Replaced, TokenRows, TokensRow,
};

/// A row's lease may be taken when it is free, over, or already this owner's (a repeat of the statement); a rest is
/// over by the time of whoever asks.
const TAKE: &str = "
UPDATE sessions
SET lease_owner = $2,
    lease_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3
WHERE handle_hash = $1
  AND (lease_owner IS NULL OR lease_owner = $2
       OR lease_until <= CASE lease_owner WHEN $4 THEN $5
                         ELSE (extract(epoch FROM clock_timestamp()) * 1000)::bigint END)
RETURNING id, profile, version, tokens";

const RENEW: &str = "
UPDATE sessions SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3
WHERE handle_hash = $1 AND lease_owner = $2";

const REPLACE: &str = "
WITH replaced AS (
    UPDATE sessions
    SET tokens = $4, identity = COALESCE($5, identity), version = version + 1,
        lease_owner = NULL, lease_until = NULL
    WHERE handle_hash = $1 AND lease_owner = $2 AND version = $3
    RETURNING version)
SELECT version, pg_notify($6, $7) IS NULL FROM replaced";

const REST: &str = "
WITH rested AS (
    UPDATE sessions SET lease_owner = $3, lease_until = $4
    WHERE handle_hash = $1 AND lease_owner = $2
    RETURNING 1)
SELECT pg_notify($5, $6) FROM rested";

#[async_trait]
impl TokenRows for PostgresRows {
    async fn read_tokens(&self, hash: &HandleHash) -> Result<Option<TokensRow>, StoreError> {
        let row: Option<TokensColumns> = with_connection!(self, |connection| query_as(
            "SELECT id, profile, version, tokens FROM sessions WHERE handle_hash = $1"
        )
        .bind(hash.0.as_slice())
        .fetch_optional(connection))?;
        row.map(|row| tokens_row(row, hash)).transpose()
    }

    async fn take_lease(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        ttl: Duration,
        now: i64,
    ) -> Result<LeaseRow, StoreError> {
        let row: Option<TokensColumns> = with_connection!(self, |connection| query_as(TAKE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .bind(LeaseOwner::REST.0.as_slice())
            .bind(now)
            .fetch_optional(connection))?;
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
        let done = with_connection!(self, |connection| query(RENEW)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(millis(ttl))
            .execute(connection))?;
        Ok(done.rows_affected() == 1)
    }

    async fn release_lease(&self, hash: &HandleHash, owner: LeaseOwner) -> Result<(), StoreError> {
        with_connection!(self, |connection| query(
            "UPDATE sessions SET lease_owner = NULL, lease_until = NULL
             WHERE handle_hash = $1 AND lease_owner = $2"
        )
        .bind(hash.0.as_slice())
        .bind(owner.0.as_slice())
        .execute(connection))
        .map(drop)
    }

    async fn rest(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        until: i64,
    ) -> Result<(), StoreError> {
        let notice = Notice::Tokens(*hash).text();
        with_connection!(self, |connection| query(REST)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(LeaseOwner::REST.0.as_slice())
            .bind(until)
            .bind(CHANNEL)
            .bind(notice.as_str())
            .execute(connection))
        .map(drop)
    }

    async fn replace_tokens(
        &self,
        hash: &HandleHash,
        owner: LeaseOwner,
        version: i64,
        tokens: &[u8],
        identity: Option<&[u8]>,
    ) -> Result<Replaced, StoreError> {
        let notice = match identity {
            Some(_) => Notice::Sessions(vec![*hash]),
            None => Notice::Tokens(*hash),
        };
        let notice = notice.text();
        let replaced: Option<(i64,)> = with_connection!(self, |connection| query_as(REPLACE)
            .bind(hash.0.as_slice())
            .bind(owner.0.as_slice())
            .bind(version)
            .bind(tokens)
            .bind(identity)
            .bind(CHANNEL)
            .bind(notice.as_str())
            .fetch_optional(connection))?;
        if let Some((version,)) = replaced {
            return Ok(Replaced::Yes { version });
        }
        // Sealing is random, so the same bytes in the row are these: the statement had succeeded before a
        // connection broke.
        let stored = self.read_tokens(hash).await?;
        Ok(match stored {
            None => Replaced::Gone,
            Some(row) if row.tokens == tokens => Replaced::Yes {
                version: row.version,
            },
            Some(_) => Replaced::LostLease,
        })
    }

    async fn glance(&self, hash: &HandleHash) -> Result<Option<Glance>, StoreError> {
        let row: Option<GlanceColumns> = with_connection!(self, |connection| query_as(
            "SELECT version,
                    lease_owner IS NOT NULL AND lease_owner <> $2
                    AND lease_until > (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                    CASE lease_owner WHEN $2 THEN lease_until END
             FROM sessions WHERE handle_hash = $1"
        )
        .bind(hash.0.as_slice())
        .bind(LeaseOwner::REST.0.as_slice())
        .fetch_optional(connection))?;
        Ok(row.map(glance))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}
