//! Statements on `sessions`, but for the tokens. A deleted row is announced in the transaction that deletes it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Sqlite, Transaction, query, query_as, query_scalar};

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;
use crate::store::row::columns::{
    IdentityColumns, SummaryColumns, WholeColumns, handle_hash, identity_row, summary, whole_row,
};
use crate::store::row::database_trait::{
    EndFilter, IdentityRow, Mark, NewRow, SessionFilter, SessionRows, SessionSummary, Touch,
    WholeRow,
};
use crate::store::sqlite::connection::SqliteRows;
use crate::store::sqlite::listen::say;
use crate::store::sqlite::replay;

const INSERT: &str = "
INSERT INTO sessions (handle_hash, id, profile, person, sid, user_agent,
                      created_at, seen_at, idle_until, expires_at, identity, tokens)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

const TOUCH: &str = "
UPDATE sessions SET seen_at = ?2, idle_until = min(?3, expires_at)
WHERE handle_hash = ?1 AND seen_at <= ?2 - ?4 AND idle_until > ?2";

const DELETE: &str = "
DELETE FROM sessions WHERE handle_hash = ?1 AND profile = ?2
RETURNING id, profile, seen_at, idle_until, version, identity, tokens";

#[async_trait]
impl SessionRows for SqliteRows {
    async fn insert(&self, row: &NewRow, ended: Option<&HandleHash>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(ended) = ended {
            delete_one(&mut transaction, ended, &row.profile)
                .await
                .map_err(StoreError::from_sqlx)?;
        }
        query(INSERT)
            .bind(row.hash.0.as_slice())
            .bind(row.id.as_bytes().as_slice())
            .bind(row.profile.as_str())
            .bind(row.person.as_str())
            .bind(row.sid.as_deref())
            .bind(row.user_agent.as_deref())
            .bind(row.created_at)
            .bind(row.seen_at)
            .bind(row.idle_until)
            .bind(row.expires_at)
            .bind(row.identity.as_slice())
            .bind(row.tokens.as_slice())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::from_sqlx)?;
        transaction.commit().await.map_err(StoreError::from_sqlx)
    }

    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError> {
        let row: Option<IdentityColumns> = query_as(
            "SELECT id, profile, seen_at, idle_until, version, identity
             FROM sessions WHERE handle_hash = ?1",
        )
        .bind(hash.0.as_slice())
        .fetch_optional(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)?;
        row.map(|row| identity_row(row, hash)).transpose()
    }

    async fn read_whole(&self, hash: &HandleHash) -> Result<Option<WholeRow>, StoreError> {
        let row: Option<WholeColumns> = query_as(
            "SELECT id, profile, seen_at, idle_until, version, identity, tokens
             FROM sessions WHERE handle_hash = ?1",
        )
        .bind(hash.0.as_slice())
        .fetch_optional(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)?;
        row.map(|row| whole_row(row, hash)).transpose()
    }

    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError> {
        query(
            "UPDATE sessions SET identity = ?3, tokens = ?4
             WHERE handle_hash = ?1 AND version = ?2",
        )
        .bind(hash.0.as_slice())
        .bind(version)
        .bind(identity)
        .bind(tokens)
        .execute(&self.writer)
        .await
        .map(drop)
        .map_err(StoreError::from_sqlx)
    }

    async fn touch(&self, touches: &[Touch], interval: Duration) -> Result<(), StoreError> {
        let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
        let mut transaction = self.begin().await?;
        for touch in touches {
            query(TOUCH)
                .bind(touch.hash.0.as_slice())
                .bind(touch.seen_at)
                .bind(touch.idle_until)
                .bind(interval)
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::from_sqlx)?;
        }
        transaction.commit().await.map_err(StoreError::from_sqlx)
    }

    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError> {
        let mut transaction = self.begin().await?;
        let row = delete_one(&mut transaction, hash, profile)
            .await
            .map_err(StoreError::from_sqlx)?;
        transaction.commit().await.map_err(StoreError::from_sqlx)?;
        row.map(|row| whole_row(row, hash)).transpose()
    }

    async fn delete_matching(&self, filter: &EndFilter) -> Result<Vec<HandleHash>, StoreError> {
        let mut transaction = self.begin().await?;
        let hashes = delete_and_say(&mut transaction, filter).await?;
        transaction.commit().await.map_err(StoreError::from_sqlx)?;
        Ok(hashes)
    }

    async fn delete_once(
        &self,
        mark: &Mark,
        filter: &EndFilter,
    ) -> Result<Option<Vec<HandleHash>>, StoreError> {
        let mut transaction = self.begin().await?;
        let marked = replay::insert(&mut transaction, mark).await;
        if !marked.map_err(StoreError::from_sqlx)? {
            return Ok(None);
        }
        let hashes = delete_and_say(&mut transaction, filter).await?;
        transaction.commit().await.map_err(StoreError::from_sqlx)?;
        Ok(Some(hashes))
    }

    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &str,
        person: &SubjectKey,
    ) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM sessions
             WHERE profile = ?1 AND sid = ?2 AND person <> ?3)",
        )
        .bind(profile.as_str())
        .bind(sid)
        .bind(person.as_str())
        .fetch_one(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)
    }

    async fn list(
        &self,
        filter: &SessionFilter,
        now: i64,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        let rows: Vec<SummaryColumns> = query_as(
            "SELECT id, profile, person, sid, created_at, seen_at, idle_until, expires_at, user_agent
             FROM sessions
             WHERE idle_until > ?1 AND (?2 IS NULL OR profile = ?2)
               AND (?3 IS NULL OR person = ?3) AND (?4 IS NULL OR sid = ?4)
             ORDER BY seen_at DESC, id LIMIT ?5",
        )
        .bind(now)
        .bind(filter.profile.as_ref().map(ProfileId::as_str))
        .bind(filter.person.as_ref().map(SubjectKey::as_str))
        .bind(filter.sid.as_deref())
        .bind(i64::from(filter.limit))
        .fetch_all(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)?;
        rows.into_iter().map(summary).collect()
    }

    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        let count: i64 = query_scalar("SELECT count(*) FROM sessions WHERE idle_until > ?1")
            .bind(now)
            .fetch_one(&self.readers)
            .await
            .map_err(StoreError::from_sqlx)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

async fn delete_one(
    transaction: &mut Transaction<'static, Sqlite>,
    hash: &HandleHash,
    profile: &ProfileId,
) -> Result<Option<WholeColumns>, sqlx::Error> {
    let row = query_as(DELETE)
        .bind(hash.0.as_slice())
        .bind(profile.as_str())
        .fetch_optional(&mut **transaction)
        .await?;
    if row.is_some() {
        say(transaction, &Notice::Sessions(vec![*hash])).await?;
    }
    Ok(row)
}

/// Deletes what matches and says so in the same transaction.
async fn delete_and_say(
    transaction: &mut Transaction<'static, Sqlite>,
    filter: &EndFilter,
) -> Result<Vec<HandleHash>, StoreError> {
    let deleted = delete_many(transaction, filter)
        .await
        .map_err(StoreError::from_sqlx)?;
    let hashes = deleted
        .iter()
        .map(|bytes| handle_hash(bytes))
        .collect::<Result<Vec<_>, _>>()?;
    for notice in Notice::of_ended(&hashes) {
        say(transaction, &notice)
            .await
            .map_err(StoreError::from_sqlx)?;
    }
    Ok(hashes)
}

async fn delete_many(
    transaction: &mut Transaction<'static, Sqlite>,
    filter: &EndFilter,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let statement = match filter {
        EndFilter::Sid(profile, sid, person) => query_scalar(
            "DELETE FROM sessions WHERE profile = ?1 AND sid = ?2
             AND (?3 IS NULL OR person = ?3) RETURNING handle_hash",
        )
        .bind(profile.as_str())
        .bind(sid.as_str())
        .bind(person.as_ref().map(SubjectKey::as_str)),
        EndFilter::Person(profile, person, except) => query_scalar(
            "DELETE FROM sessions WHERE profile = ?1 AND person = ?2
             AND (?3 IS NULL OR id <> ?3) RETURNING handle_hash",
        )
        .bind(profile.as_str())
        .bind(person.as_str())
        .bind(except.as_ref().map(|id| id.as_bytes().as_slice())),
        EndFilter::Id(profile, id) => query_scalar(
            "DELETE FROM sessions WHERE id = ?1 AND (?2 IS NULL OR profile = ?2)
             RETURNING handle_hash",
        )
        .bind(id.as_bytes().as_slice())
        .bind(profile.as_ref().map(ProfileId::as_str)),
        EndFilter::All(profile) => query_scalar(
            "DELETE FROM sessions WHERE ?1 IS NULL OR profile = ?1 RETURNING handle_hash",
        )
        .bind(profile.as_ref().map(ProfileId::as_str)),
    };
    statement.fetch_all(&mut **transaction).await
}
