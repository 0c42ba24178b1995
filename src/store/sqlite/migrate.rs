//! Migrates SQLite.

use std::time::Duration;

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError};
use sqlx::{Sqlite, SqliteConnection, Transaction, query_scalar};
use tokio::time::sleep;

use crate::store::error::{Cause, StoreError};
use crate::store::migrations::{self, SchemaChange};
use crate::store::sqlite::connection::SqliteDatabase;

/// Result code of SQLite: another connection holds a lock.
const SQLITE_BUSY: &str = "5";
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Whether an earlier release of ours recorded its only step in `schema_migrations`.
const EARLIER_RELEASE: &str = "
SELECT EXISTS (SELECT 1 FROM pragma_table_info('schema_migrations') WHERE name = 'applied_at')
   AND EXISTS (SELECT 1 FROM pragma_table_info('sessions') WHERE name = 'handle_hash')";

/// Takes every missing step in one transaction. sqlx has no lock of its own for SQLite, so the transaction takes the
/// file's: of several processes one migrates, and the others find it done.
pub(super) async fn migrate(database: &SqliteDatabase) -> Result<SchemaChange, StoreError> {
    let mut transaction = begin(database).await?;
    let change = run(&mut transaction).await.map_err(StoreError::migration)?;
    transaction.commit().await.map_err(StoreError::migration)?;
    Ok(change)
}

/// Begins, also beside other processes that open a new file. Each switches it to WAL with an exclusive lock for which
/// SQLite does not wait (<https://sqlite.org/wal.html>, "Sometimes Queries Return `SQLITE_BUSY` In WAL Mode"): who is too
/// late tries again.
async fn begin(database: &SqliteDatabase) -> Result<Transaction<'static, Sqlite>, StoreError> {
    for _ in 0..TRIES {
        match database.begin().await {
            Err(StoreError::Unavailable(cause)) if is_busy(&cause) => sleep(PAUSE).await,
            begun => return begun,
        }
    }
    database.begin().await
}

fn is_busy(cause: &Cause) -> bool {
    let error = cause.downcast_ref::<sqlx::Error>();
    let code = error.and_then(|error| error.as_database_error()?.code());
    code.is_some_and(|code| code == SQLITE_BUSY)
}

/// Whether every step has been taken.
pub(super) async fn is_current(database: &SqliteDatabase) -> Result<bool, StoreError> {
    let mut connection = database.readers.acquire().await?;
    let applied = applied(&mut connection)
        .await
        .map_err(StoreError::migration)?;
    let migrator = migrations::sqlite();
    Ok(applied.is_some_and(|applied| migrations::are_applied(&migrator, &applied)))
}

/// The steps that have been taken; `None` without our table of them.
async fn applied(
    connection: &mut SqliteConnection,
) -> Result<Option<Vec<AppliedMigration>>, MigrateError> {
    let exists: bool = query_scalar(
        "SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = $1)",
    )
    .bind(migrations::TABLE)
    .fetch_one(&mut *connection)
    .await?;
    if !exists {
        return Ok(None);
    }
    let applied = connection.list_applied_migrations(migrations::TABLE);
    Ok(Some(applied.await?))
}

async fn run(connection: &mut SqliteConnection) -> Result<SchemaChange, MigrateError> {
    let migrator = migrations::sqlite();
    let applied = applied(connection).await?;
    if let Some(applied) = &applied
        && migrations::are_applied(&migrator, applied)
    {
        return Ok(migrations::no_change());
    }
    let mut before = migrations::versions(applied.as_deref());
    let took_over = applied.is_none()
        && query_scalar(EARLIER_RELEASE)
            .fetch_one(&mut *connection)
            .await?;
    if took_over {
        // The old table stays for a process of that release.
        migrations::skip_to(1, &migrator, connection).await?;
        before.push(1);
        tracing::info!("the schema of an earlier release was taken over");
    }
    migrations::run(&migrator, connection).await?;
    tracing::info!("schema migrated");
    Ok(migrations::change(&before, took_over))
}
