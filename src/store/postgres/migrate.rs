//! Migrates Postgres. Only our own schema counts, which is the first schema of the search path.

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError};
use sqlx::{PgConnection, Postgres, pool::PoolConnection, query_scalar, raw_sql};
use tokio::time::Instant;

use crate::store::error::{OwnCause, StoreError};
use crate::store::migrations::{self, SchemaChange};
use crate::store::postgres::connection::{PostgresDatabase, TIME_LIMIT};
use crate::store::postgres::pooler;

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
pub(super) async fn migrate(database: &PostgresDatabase) -> Result<SchemaChange, StoreError> {
    let (mut connection, schema) = connect(database).await?;
    run(&mut connection, &schema)
        .await
        .map_err(StoreError::migration)
}

/// Whether every step has been taken.
pub(super) async fn is_current(database: &PostgresDatabase) -> Result<bool, StoreError> {
    let (mut connection, schema) = connect(database).await?;
    let applied = applied(&mut connection, &schema)
        .await
        .map_err(StoreError::migration)?;
    let migrator = migrations::postgres(&schema);
    Ok(applied.is_some_and(|applied| migrations::are_applied(&migrator, &applied)))
}

/// A connection of its own, and the quoted name of our schema.
async fn connect(
    database: &PostgresDatabase,
) -> Result<(PoolConnection<Postgres>, String), StoreError> {
    pooler::refuse_transaction_mode(&database.pool.connect_options()).await?;
    let deadline = Instant::now() + TIME_LIMIT;
    let acquiring = database.pool.acquire();
    let mut connection = database.explained(deadline, acquiring).await?;
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
    Ok((connection, schema))
}

/// The steps that have been taken; `None` without our table of them.
async fn applied(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<Option<Vec<AppliedMigration>>, MigrateError> {
    let table = format!("{schema}.{}", migrations::TABLE);
    let exists: bool = query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&table)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(None);
    }
    Ok(Some(connection.list_applied_migrations(&table).await?))
}

async fn run(connection: &mut PgConnection, schema: &str) -> Result<SchemaChange, MigrateError> {
    let migrator = migrations::postgres(schema);
    let applied = applied(connection, schema).await?;
    if let Some(applied) = &applied
        && migrations::are_applied(&migrator, applied)
    {
        return Ok(migrations::no_change());
    }
    raw_sql(NO_TIMEOUTS).execute(&mut *connection).await?;
    let mut before = migrations::versions(applied.as_deref());
    let took_over = applied.is_none()
        && query_scalar(EARLIER_RELEASE)
            .fetch_one(&mut *connection)
            .await?;
    if took_over {
        // Its only step was the first one. The old table stays for replicas of that release.
        migrations::skip_to(1, &migrator, connection).await?;
        before.push(1);
        tracing::info!("the schema of an earlier release was taken over");
    }
    migrations::run(&migrator, connection).await?;
    tracing::info!("schema migrated");
    Ok(migrations::change(&before, took_over))
}
