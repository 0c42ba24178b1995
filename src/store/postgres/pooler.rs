//! Recognises a pooler that gives each transaction another connection (`PgBouncer`'s `pool_mode = transaction`).
//!
//! gatehouse listens for invalidations, sets time-outs for a connection and prepares statements, and each of these needs a
//! connection of its own. Behind such a pooler sign-ins fail now and then and our time-outs stay in shared connections, so
//! it is refused before anything is used.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Row as _, raw_sql};

use crate::store::error::StoreError;

const REFUSED: &str = "it leads to a pooler in transaction mode, such as PgBouncer with pool_mode = transaction, which gatehouse cannot use: \
     it listens for notifications and needs connections of its own; name the server itself, or a pooler in session mode";

/// The time for the comparison. One that takes longer says nothing.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Compares two connections: in one a value is set for the session, and while the other is in a transaction, the value
/// must be seen in the first and not in the second.
///
/// # Errors
/// `BadUrl` if the sessions are mixed up. Whatever else goes wrong is left to the first use of the database to report.
pub(super) async fn refuse_transaction_mode(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mixed = tokio::time::timeout(TIME_LIMIT, mixes_sessions(options)).await;
    match mixed {
        Ok(Ok(true)) => Err(StoreError::BadUrl(REFUSED.to_owned())),
        _ => Ok(()),
    }
}

async fn mixes_sessions(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let mut one = PgConnection::connect_with(options).await?;
    let mut other = PgConnection::connect_with(options).await?;
    raw_sql("SET gatehouse.session = 'one'")
        .execute(&mut one)
        .await?;
    raw_sql("BEGIN").execute(&mut other).await?;
    let mixed = value(&mut other).await? == "one" || value(&mut one).await? != "one";
    raw_sql("ROLLBACK").execute(&mut other).await?;
    // What was set may be in a connection of others; it means nothing there.
    let _ = tokio::join!(one.close(), other.close());
    Ok(mixed)
}

/// By the simple protocol, which every pooler passes on.
async fn value(connection: &mut PgConnection) -> sqlx::Result<String> {
    let row = raw_sql("SELECT coalesce(current_setting('gatehouse.session', true), '')")
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}
