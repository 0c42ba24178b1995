//! Statements on what may happen once, and on what is seen first.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{query, query_scalar};

use crate::store::error::StoreError;
use crate::store::postgres::connection::{PostgresRows, with_connection};
use crate::store::row::database_trait::{Mark, MarkRows};

#[async_trait]
impl MarkRows for PostgresRows {
    async fn record_once(&self, mark: &Mark) -> Result<bool, StoreError> {
        with_connection!(self, |connection| insert(connection, mark))
    }

    async fn pin_tenant(&self, authority: &str, tenant: &str) -> Result<String, StoreError> {
        let kept: Option<String> = with_connection!(self, |connection| query_scalar(
            "SELECT tenant FROM tenant_pins WHERE authority = $1"
        )
        .bind(authority)
        .fetch_optional(connection))?;
        if let Some(kept) = kept {
            return Ok(kept);
        }
        with_connection!(self, |connection| query(
            "INSERT INTO tenant_pins (authority, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        )
        .bind(authority)
        .bind(tenant)
        .execute(connection))?;
        with_connection!(self, |connection| query_scalar(
            "SELECT tenant FROM tenant_pins WHERE authority = $1"
        )
        .bind(authority)
        .fetch_one(connection))
    }
}

/// Records a mark, alone or in the transaction of what it stands for; whether this call did. Of two at once the second
/// waits until the first is through.
pub(in crate::store::postgres) async fn insert(
    connection: &mut PgConnection,
    mark: &Mark,
) -> Result<bool, sqlx::Error> {
    let inserted = query(
        "INSERT INTO used_once (purpose, hash, recorded_by, until)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(mark.purpose)
    .bind(mark.hash.as_slice())
    .bind(mark.by.as_slice())
    .bind(mark.until)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(true);
    }
    // Our own mark stands there if the statement had succeeded before a connection broke.
    let recorded_by: Option<Vec<u8>> =
        query_scalar("SELECT recorded_by FROM used_once WHERE purpose = $1 AND hash = $2")
            .bind(mark.purpose)
            .bind(mark.hash.as_slice())
            .fetch_optional(connection)
            .await?;
    Ok(recorded_by.as_deref() == Some(mark.by.as_slice()))
}
