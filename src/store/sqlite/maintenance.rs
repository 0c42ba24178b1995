//! What keeps the SQLite database in order: migration, sweep, clock.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use crate::store::error::StoreError;
use crate::store::row::database_trait::{Hear, Swept, Upkeep};
use crate::store::sqlite::connection::SqliteRows;
use crate::store::sqlite::{listen, migrate};

const SWEEP_SESSIONS: &str = "
DELETE FROM sessions WHERE handle_hash IN (
    SELECT handle_hash FROM sessions WHERE idle_until <= ?1 ORDER BY idle_until LIMIT ?2)";

const SWEEP_MARKS: &str = "
DELETE FROM used_once WHERE (purpose, hash) IN (
    SELECT purpose, hash FROM used_once WHERE until <= ?1 ORDER BY until LIMIT ?2)";

/// Notices are heard within a second; whoever was away longer than a minute sees the gap and forgets everything.
const SWEEP_NOTICES: &str = "
DELETE FROM notices WHERE at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000";

#[async_trait]
impl Upkeep for SqliteRows {
    async fn migrate(&self) -> Result<(), StoreError> {
        migrate::migrate(self).await
    }

    async fn ping(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)")
            .fetch_one(&self.readers)
            .await
            .map_err(StoreError::from_sqlx)
    }

    async fn sweep_batch(&self, before: i64, batch: u32) -> Result<Swept, StoreError> {
        let mut transaction = self.begin().await?;
        let mut swept = Swept::default();
        for (statement, count) in [
            (SWEEP_SESSIONS, &mut swept.sessions),
            (SWEEP_MARKS, &mut swept.marks),
        ] {
            *count = query(statement)
                .bind(before)
                .bind(batch)
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::from_sqlx)?
                .rows_affected();
        }
        query(SWEEP_NOTICES)
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::from_sqlx)?;
        transaction.commit().await.map_err(StoreError::from_sqlx)?;
        Ok(swept)
    }

    async fn sealed_otherwise(&self, newest: &[u8; 4]) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(
            "SELECT count(*) FROM sessions
             WHERE substr(identity, 2, 4) <> ?1 OR substr(tokens, 2, 4) <> ?1",
        )
        .bind(newest.as_slice())
        .fetch_one(&self.readers)
        .await
        .map_err(StoreError::from_sqlx)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn listen(&self, hear: Hear<'_>) -> StoreError {
        listen::listen(self, hear).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
