//! The migrations of SQLite: forward only, one migrator at a time. `migrations/README.md` has the rules.

use sqlx::{Sqlite, Transaction, query, query_scalar, raw_sql};

use crate::store::error::StoreError;
use crate::store::sqlite::connection::SqliteRows;

/// Built into the binary, in order; the first is version 1.
const STEPS: [&str; 1] = [include_str!(
    "../../../migrations/sqlite/0001_create_sessions.sql"
)];

/// Takes every missing step.
pub(super) async fn migrate(rows: &SqliteRows) -> Result<(), StoreError> {
    loop {
        let mut transaction = rows.begin().await?;
        let taken = step(&mut transaction)
            .await
            .map_err(StoreError::migration)?;
        transaction.commit().await.map_err(StoreError::migration)?;
        if !taken {
            return Ok(());
        }
    }
}

/// Takes the next step; `false` when there is none.
async fn step(transaction: &mut Transaction<'static, Sqlite>) -> Result<bool, sqlx::Error> {
    raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
             version INTEGER PRIMARY KEY,
             applied_at INTEGER NOT NULL DEFAULT (unixepoch())) STRICT",
    )
    .execute(&mut **transaction)
    .await?;
    let at: i64 = query_scalar("SELECT coalesce(max(version), 0) FROM schema_migrations")
        .fetch_one(&mut **transaction)
        .await?;
    let Some(sql) = usize::try_from(at).ok().and_then(|at| STEPS.get(at)) else {
        return Ok(false);
    };
    raw_sql(*sql).execute(&mut **transaction).await?;
    query("INSERT INTO schema_migrations (version) VALUES (?1)")
        .bind(at + 1)
        .execute(&mut **transaction)
        .await?;
    tracing::info!(store.schema_version = at + 1, "schema migrated");
    Ok(true)
}
