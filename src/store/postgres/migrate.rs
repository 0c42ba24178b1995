//! The migrations of Postgres: forward only, one migrator at a time. `migrations/README.md` has the rules.

use sqlx::{Connection, query, query_scalar, raw_sql};

use crate::store::error::StoreError;
use crate::store::postgres::connection::PostgresRows;

/// Built into the binary, in order; the first is version 1.
const STEPS: [&str; 1] = [include_str!(
    "../../../migrations/postgres/0001_create_sessions.sql"
)];

/// The advisory lock of migrators: the bytes of "gatehous".
const LOCK: i64 = 0x6761_7465_686f_7573;

/// Takes every missing step in a transaction of its own, so that a long one cannot undo a short one.
pub(super) async fn migrate(rows: &PostgresRows) -> Result<(), StoreError> {
    let mut connection = rows.pool.acquire().await.map_err(StoreError::from_sqlx)?;
    // Its time-outs are not those of the others: it must not go back to the pool.
    connection.close_on_drop();
    if version(&mut connection)
        .await
        .map_err(StoreError::migration)?
        >= newest()
    {
        return Ok(());
    }
    raw_sql("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        .execute(&mut *connection)
        .await
        .map_err(StoreError::migration)?;
    while step(&mut connection).await.map_err(StoreError::migration)? {}
    Ok(())
}

fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The version of the schema; zero when there is none. A table of another schema on the path does not count.
async fn version(connection: &mut sqlx::PgConnection) -> Result<i64, sqlx::Error> {
    let table: Option<String> = query_scalar("SELECT to_regclass('schema_migrations')::text")
        .fetch_one(&mut *connection)
        .await?;
    if table.is_none() {
        return Ok(0);
    }
    query_scalar("SELECT coalesce(max(version), 0) FROM schema_migrations")
        .fetch_one(connection)
        .await
}

/// Takes the next step, under the lock; `false` when there is none.
async fn step(connection: &mut sqlx::PgConnection) -> Result<bool, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
             version BIGINT PRIMARY KEY,
             applied_at TIMESTAMPTZ NOT NULL DEFAULT now())",
    )
    .execute(&mut *transaction)
    .await?;
    let at = version(&mut transaction).await?;
    let next = usize::try_from(at).ok().and_then(|at| STEPS.get(at));
    if let Some(sql) = next {
        raw_sql(*sql).execute(&mut *transaction).await?;
        query("INSERT INTO schema_migrations (version) VALUES ($1)")
            .bind(at + 1)
            .execute(&mut *transaction)
            .await?;
        tracing::info!(store.schema_version = at + 1, "schema migrated");
    }
    transaction.commit().await?;
    Ok(next.is_some())
}
