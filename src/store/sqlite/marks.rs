//! Statements on what may happen once, and on what is seen first.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use super::connection::SqliteRows;
use crate::store::error::StoreError;
use crate::store::rows::MarkRows;

#[async_trait]
impl MarkRows for SqliteRows {
    async fn record_once(
        &self,
        purpose: i16,
        hash: &[u8; 32],
        by: &[u8; 16],
        until: i64,
    ) -> Result<bool, StoreError> {
        let inserted = query(
            "INSERT INTO used_once (purpose, hash, recorded_by, until)
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )
        .bind(purpose)
        .bind(hash.as_slice())
        .bind(by.as_slice())
        .bind(until)
        .execute(&self.writer)
        .await
        .map_err(StoreError::from_sqlx)?;
        Ok(inserted.rows_affected() == 1)
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
