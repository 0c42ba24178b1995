//! What keeps the Postgres database in order: migration, sweep, clock.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{query, query_as, query_scalar};

use crate::store::error::StoreError;
use crate::store::postgres::connection::{
    NOW_AND_READ_ONLY, PostgresRows, begin, with_connection, writable,
};
use crate::store::postgres::{listen, migrate};
use crate::store::row::database_trait::{Hear, Swept, Upkeep};

/// The advisory lock of sweepers: one replica at a time, the others go on without waiting.
const LOCK: i64 = 0x6761_7465_7377_6570;

const SWEEP_SESSIONS: &str = "
DELETE FROM sessions WHERE handle_hash IN (
    SELECT handle_hash FROM sessions WHERE idle_until <= $1
    ORDER BY idle_until LIMIT $2 FOR UPDATE SKIP LOCKED)
  AND idle_until <= $1";

const SWEEP_MARKS: &str = "
DELETE FROM used_once WHERE (purpose, hash) IN (
    SELECT purpose, hash FROM used_once WHERE until <= $1
    ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED)";

#[async_trait]
impl Upkeep for PostgresRows {
    async fn migrate(&self) -> Result<(), StoreError> {
        migrate::migrate(self).await
    }

    async fn ping(&self) -> Result<i64, StoreError> {
        with_connection!(self, |connection| async {
            let (now, read_only) = query_as(NOW_AND_READ_ONLY).fetch_one(connection).await?;
            writable(now, read_only)
        })
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        with_connection!(self, |connection| sweep(connection, before, batch))
    }

    async fn sealed_otherwise(&self, newest: &[u8; 4]) -> Result<u64, StoreError> {
        let count: i64 = with_connection!(self, |connection| query_scalar(
            "SELECT count(*) FROM sessions
             WHERE substr(identity, 2, 4) <> $1 OR substr(tokens, 2, 4) <> $1"
        )
        .bind(newest.as_slice())
        .fetch_one(connection))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn listen(&self, hear: Hear<'_>) -> StoreError {
        listen::listen(self, hear).await
    }

    async fn close(&self) {
        self.listening.close().await;
        self.pool.close().await;
    }
}

async fn sweep(
    connection: &mut PgConnection,
    before: i64,
    batch: u32,
) -> Result<Swept, sqlx::Error> {
    let mut transaction = begin(connection).await?;
    let ours: bool = query_scalar("SELECT pg_try_advisory_xact_lock($1)")
        .bind(LOCK)
        .fetch_one(&mut *transaction)
        .await?;
    let mut swept = Swept::default();
    if ours {
        for (statement, count) in [
            (SWEEP_SESSIONS, &mut swept.sessions),
            (SWEEP_MARKS, &mut swept.marks),
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
