//! Migrates Postgres. Only our own schema counts, which is the first schema of the search path.

use sqlx::migrate::{Migrate, MigrateError};
use sqlx::{PgConnection, query_scalar, raw_sql};

use crate::store::error::{OwnCause, StoreError};
use crate::store::migrations;
use crate::store::postgres::connection::PostgresDatabase;

/// A step may wait for other migrators and take its time.
const NO_TIMEOUTS: &str = "SET statement_timeout = 0; SET lock_timeout = 0; \
     SET idle_in_transaction_session_timeout = 0";

/// The version that an earlier release of ours recorded in `schema_migrations`. Other applications have a table of that
/// name too, so the columns must be ours, and the sessions must be there.
const EARLIER_RELEASE: &str = "
SELECT EXISTS (SELECT 1 FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name = 'schema_migrations'
                 AND column_name = 'applied_at')
   AND EXISTS (SELECT 1 FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name = 'sessions'
                 AND column_name = 'handle_hash')";

/// Takes every missing step in a transaction of its own, one replica at a time (sqlx holds an advisory lock). A role
/// that may not create tables succeeds if every step has been taken.
pub(super) async fn migrate(database: &PostgresDatabase) -> Result<(), StoreError> {
    let mut connection = database.pool.acquire().await?;
    // Its time-outs become different from those of the pool, and the advisory lock must not outlive an error.
    connection.close_on_drop();
    let schema: Option<String> = query_scalar("SELECT quote_ident(current_schema())")
        .fetch_one(&mut *connection)
        .await
        .map_err(StoreError::migration)?;
    let schema = schema.ok_or_else(|| {
        StoreError::migration(OwnCause(
            "no schema of the database's search_path exists and may be used",
        ))
    })?;
    run(&mut connection, &schema)
        .await
        .map_err(StoreError::migration)
}

async fn run(connection: &mut PgConnection, schema: &str) -> Result<(), MigrateError> {
    let migrator = migrations::postgres(schema);
    let table = format!("{schema}.{}", migrations::TABLE);
    let exists: bool = query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&table)
        .fetch_one(&mut *connection)
        .await?;
    if exists {
        let applied = connection.list_applied_migrations(&table).await?;
        if migrations::are_applied(&migrator, &applied) {
            return Ok(());
        }
    }
    raw_sql(NO_TIMEOUTS).execute(&mut *connection).await?;
    if !exists
        && query_scalar(EARLIER_RELEASE)
            .fetch_one(&mut *connection)
            .await?
    {
        // Its only step was the first one. The old table stays for replicas of that release.
        migrations::skip_to(1, &migrator, connection).await?;
        tracing::info!("the schema of an earlier release was taken over");
    }
    migrations::run(&migrator, connection).await?;
    tracing::info!("schema migrated");
    Ok(())
}
