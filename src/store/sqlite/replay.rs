//! Statements on what may happen once, and on what is seen first.

use async_trait::async_trait;
use sqlx::{SqliteConnection, query, query_scalar};

use crate::store::error::StoreError;
use crate::store::row::database_trait::{Mark, MarkRows};
use crate::store::sqlite::connection::SqliteRows;

#[async_trait]
impl MarkRows for SqliteRows {
    async fn record_once(&self, mark: &Mark) -> Result<bool, StoreError> {
        let mut connection = self.writer.acquire().await.map_err(StoreError::from_sqlx)?;
        insert(&mut connection, mark)
            .await
            .map_err(StoreError::from_sqlx)
    }

    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError> {
        query("INSERT INTO tenant_pins (authority, tenant) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .bind(authority)
            .bind(tenant)
            .execute(&self.writer)
            .await
            .map_err(StoreError::from_sqlx)?;
        query_scalar("SELECT tenant FROM tenant_pins WHERE authority = ?1")
            .bind(authority)
            .fetch_one(&self.readers)
            .await
            .map_err(StoreError::from_sqlx)
    }
}

/// Records a mark, alone or in the transaction of what it stands for; whether this call did.
pub(in crate::store::sqlite) async fn insert(
    connection: &mut SqliteConnection,
    mark: &Mark,
) -> Result<bool, sqlx::Error> {
    let inserted = query(
        "INSERT INTO used_once (purpose, hash, recorded_by, until)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )
    .bind(mark.purpose)
    .bind(mark.hash.as_slice())
    .bind(mark.by.as_slice())
    .bind(mark.until)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}
