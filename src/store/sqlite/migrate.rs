//! Migrates SQLite.

use sqlx::migrate::{Migrate, MigrateError};
use sqlx::{SqliteConnection, query_scalar};

use crate::store::error::StoreError;
use crate::store::migrations;
use crate::store::sqlite::connection::SqliteDatabase;

/// Whether an earlier release of ours recorded its only step in `schema_migrations`.
const EARLIER_RELEASE: &str = "
SELECT EXISTS (SELECT 1 FROM pragma_table_info('schema_migrations') WHERE name = 'applied_at')
   AND EXISTS (SELECT 1 FROM pragma_table_info('sessions') WHERE name = 'handle_hash')";

/// Takes every missing step in one transaction. sqlx has no lock of its own for SQLite, so the transaction takes the
/// file's: of several processes one migrates, and the others find it done.
pub(super) async fn migrate(database: &SqliteDatabase) -> Result<(), StoreError> {
    let mut transaction = database.begin().await?;
    run(&mut transaction).await.map_err(StoreError::migration)?;
    transaction.commit().await.map_err(StoreError::migration)
}

async fn run(connection: &mut SqliteConnection) -> Result<(), MigrateError> {
    let migrator = migrations::sqlite();
    let exists: bool = query_scalar(
        "SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = $1)",
    )
    .bind(migrations::TABLE)
    .fetch_one(&mut *connection)
    .await?;
    if exists {
        let applied = connection
            .list_applied_migrations(migrations::TABLE)
            .await?;
        if migrations::are_applied(&migrator, &applied) {
            return Ok(());
        }
    } else if query_scalar(EARLIER_RELEASE)
        .fetch_one(&mut *connection)
        .await?
    {
        // The old table stays for a process of that release.
        migrations::skip_to(1, &migrator, connection).await?;
        tracing::info!("the schema of an earlier release was taken over");
    }
    migrations::run(&migrator, connection).await?;
    tracing::info!("schema migrated");
    Ok(())
}
