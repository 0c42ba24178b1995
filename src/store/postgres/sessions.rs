//! Statements on `sessions`, but for the tokens. A deleted row is announced in the statement or transaction that
//! deletes it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{query, query_as, query_scalar};

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::HandleHash;
use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;
use crate::store::postgres::connection::{PostgresRows, begin, with_connection};
use crate::store::postgres::listen::CHANNEL;
use crate::store::postgres::replay;
use crate::store::row::columns::{
    IdentityColumns, SummaryColumns, WholeColumns, handle_hash, identity_row, summary, whole_row,
};
use crate::store::row::database_trait::{
    EndFilter, IdentityRow, Mark, NewRow, SessionFilter, SessionRows, SessionSummary, Touch,
    WholeRow,
};

/// Deletes the old row with its notice and inserts the new one: one statement is one transaction.
const INSERT: &str = "
WITH ended AS (DELETE FROM sessions WHERE handle_hash = $13 AND profile = $3 RETURNING 1),
     said AS (SELECT pg_notify($14, $15) FROM ended),
     inserted AS (
         INSERT INTO sessions (handle_hash, id, profile, person, sid, user_agent,
                               created_at, seen_at, idle_until, expires_at, identity, tokens)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING 1)
SELECT (SELECT count(*) FROM said), (SELECT count(*) FROM inserted)";

/// Locks in the order of the keys, so that two replicas' batches cannot wait for one another in a ring.
const TOUCH: &str = "
WITH used AS (
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS t (hash, seen_at, idle_until)),
due AS (
    SELECT s.handle_hash, used.seen_at, LEAST(used.idle_until, s.expires_at) AS idle_until
    FROM sessions s JOIN used ON used.hash = s.handle_hash
    WHERE s.seen_at <= used.seen_at - $4 AND s.idle_until > used.seen_at
    ORDER BY s.handle_hash FOR NO KEY UPDATE OF s)
UPDATE sessions s SET seen_at = due.seen_at, idle_until = due.idle_until
FROM due WHERE s.handle_hash = due.handle_hash";

const DELETE: &str = "
WITH ended AS (
    DELETE FROM sessions WHERE handle_hash = $1 AND profile = $4
    RETURNING id, profile, seen_at, idle_until, version, identity, tokens)
SELECT ended.*, pg_notify($2, $3) IS NULL FROM ended";

#[async_trait]
impl SessionRows for PostgresRows {
    async fn insert(&self, row: &NewRow, ended: Option<&HandleHash>) -> Result<(), StoreError> {
        let notice = ended.map(|hash| Notice::Sessions(vec![*hash]).text());
        with_connection!(self, |connection, attempt| {
            let statement = query(INSERT)
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
                .bind(ended.map(|hash| hash.0.as_slice()))
                .bind(CHANNEL)
                .bind(notice.as_deref())
                .execute(connection);
            let repeat = attempt.is_repeat();
            async move {
                match statement.await {
                    // The handle is 256 random bits: on a repeat the row that stands there is this one.
                    Err(sqlx::Error::Database(error)) if repeat && error.is_unique_violation() => {
                        Ok(())
                    }
                    other => other.map(drop),
                }
            }
        })
    }

    async fn read(&self, hash: &HandleHash) -> Result<Option<IdentityRow>, StoreError> {
        let row: Option<IdentityColumns> = with_connection!(self, |connection| query_as(
            "SELECT id, profile, seen_at, idle_until, version, identity
             FROM sessions WHERE handle_hash = $1"
        )
        .bind(hash.0.as_slice())
        .fetch_optional(connection))?;
        row.map(|row| identity_row(row, hash)).transpose()
    }

    async fn read_whole(&self, hash: &HandleHash) -> Result<Option<WholeRow>, StoreError> {
        let row: Option<WholeColumns> = with_connection!(self, |connection| query_as(
            "SELECT id, profile, seen_at, idle_until, version, identity, tokens
             FROM sessions WHERE handle_hash = $1"
        )
        .bind(hash.0.as_slice())
        .fetch_optional(connection))?;
        row.map(|row| whole_row(row, hash)).transpose()
    }

    async fn reseal(
        &self,
        hash: &HandleHash,
        version: i64,
        identity: &[u8],
        tokens: &[u8],
    ) -> Result<(), StoreError> {
        with_connection!(self, |connection| query(
            "UPDATE sessions SET identity = $3, tokens = $4
             WHERE handle_hash = $1 AND version = $2"
        )
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
        let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
        with_connection!(self, |connection| query(TOUCH)
            .bind(hashes.as_slice())
            .bind(seen.as_slice())
            .bind(idle.as_slice())
            .bind(interval)
            .execute(connection))
        .map(drop)
    }

    async fn delete(
        &self,
        hash: &HandleHash,
        profile: &ProfileId,
    ) -> Result<Option<WholeRow>, StoreError> {
        let notice = Notice::Sessions(vec![*hash]).text();
        let row: Option<WholeColumns> = with_connection!(self, |connection| query_as(DELETE)
            .bind(hash.0.as_slice())
            .bind(CHANNEL)
            .bind(notice.as_str())
            .bind(profile.as_str())
            .fetch_optional(connection))?;
        row.map(|row| whole_row(row, hash)).transpose()
    }

    async fn delete_matching(&self, filter: &EndFilter) -> Result<Vec<HandleHash>, StoreError> {
        let deleted = with_connection!(self, |connection| delete_and_say(connection, filter))?;
        deleted.iter().map(|bytes| handle_hash(bytes)).collect()
    }

    async fn delete_once(
        &self,
        mark: &Mark,
        filter: &EndFilter,
    ) -> Result<Option<Vec<HandleHash>>, StoreError> {
        let deleted =
            with_connection!(self, |connection| mark_and_delete(connection, mark, filter))?;
        let hashes =
            |deleted: Vec<Vec<u8>>| deleted.iter().map(|bytes| handle_hash(bytes)).collect();
        deleted.map(hashes).transpose()
    }

    async fn sid_has_other_person(
        &self,
        profile: &ProfileId,
        sid: &str,
        person: &SubjectKey,
    ) -> Result<bool, StoreError> {
        with_connection!(self, |connection| query_scalar(
            "SELECT EXISTS (SELECT 1 FROM sessions
             WHERE profile = $1 AND sid = $2 AND person <> $3)"
        )
        .bind(profile.as_str())
        .bind(sid)
        .bind(person.as_str())
        .fetch_one(connection))
    }

    async fn list(
        &self,
        filter: &SessionFilter,
        now: i64,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        let rows: Vec<SummaryColumns> = with_connection!(self, |connection| {
            query_as(
            "SELECT id, profile, person, sid, created_at, seen_at, idle_until, expires_at, user_agent
             FROM sessions
             WHERE idle_until > $1 AND ($2::text IS NULL OR profile = $2)
               AND ($3::text IS NULL OR person = $3) AND ($4::text IS NULL OR sid = $4)
             ORDER BY seen_at DESC, id LIMIT $5"
        )
        .bind(now)
        .bind(filter.profile.as_ref().map(ProfileId::as_str))
        .bind(filter.person.as_ref().map(SubjectKey::as_str))
        .bind(filter.sid.as_deref())
        .bind(i64::from(filter.limit))
        .fetch_all(connection)
        })?;
        rows.into_iter().map(summary).collect()
    }

    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        let count: i64 = with_connection!(self, |connection| query_scalar(
            "SELECT count(*) FROM sessions WHERE idle_until > $1"
        )
        .bind(now)
        .fetch_one(connection))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

/// Deletes what matches and says so in the same transaction.
async fn delete_and_say(
    connection: &mut PgConnection,
    filter: &EndFilter,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let mut transaction = begin(connection).await?;
    let deleted = delete_many(&mut transaction, filter).await?;
    transaction.commit().await?;
    Ok(deleted)
}

/// Records a mark and deletes what matches in one transaction; `None` and nothing deleted if the mark was there.
async fn mark_and_delete(
    connection: &mut PgConnection,
    mark: &Mark,
    filter: &EndFilter,
) -> Result<Option<Vec<Vec<u8>>>, sqlx::Error> {
    let mut transaction = begin(connection).await?;
    if !replay::insert(&mut transaction, mark).await? {
        return Ok(None);
    }
    let deleted = delete_many(&mut transaction, filter).await?;
    transaction.commit().await?;
    Ok(Some(deleted))
}

async fn delete_many(
    connection: &mut PgConnection,
    filter: &EndFilter,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let statement = match filter {
        EndFilter::Sid(profile, sid, person) => query_scalar(
            "DELETE FROM sessions WHERE profile = $1 AND sid = $2
             AND ($3::text IS NULL OR person = $3) RETURNING handle_hash",
        )
        .bind(profile.as_str())
        .bind(sid.as_str())
        .bind(person.as_ref().map(SubjectKey::as_str)),
        EndFilter::Person(profile, person, except) => query_scalar(
            "DELETE FROM sessions WHERE profile = $1 AND person = $2
             AND ($3::bytea IS NULL OR id <> $3) RETURNING handle_hash",
        )
        .bind(profile.as_str())
        .bind(person.as_str())
        .bind(except.as_ref().map(|id| id.as_bytes().as_slice())),
        EndFilter::Id(profile, id) => query_scalar(
            "DELETE FROM sessions WHERE id = $1 AND ($2::text IS NULL OR profile = $2)
             RETURNING handle_hash",
        )
        .bind(id.as_bytes().as_slice())
        .bind(profile.as_ref().map(ProfileId::as_str)),
        EndFilter::All(profile) => query_scalar(
            "DELETE FROM sessions WHERE $1::text IS NULL OR profile = $1 RETURNING handle_hash",
        )
        .bind(profile.as_ref().map(ProfileId::as_str)),
    };
    let deleted: Vec<Vec<u8>> = statement.fetch_all(&mut *connection).await?;
    let hashes: Vec<HandleHash> = deleted
        .iter()
        .filter_map(|bytes| Some(HandleHash(bytes.as_slice().try_into().ok()?)))
        .collect();
    let notices: Vec<String> = Notice::of_ended(&hashes).iter().map(Notice::text).collect();
    query("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said")
        .bind(CHANNEL)
        .bind(notices.as_slice())
        .execute(connection)
        .await?;
    Ok(deleted)
}
