//! An outage for `gatehouse demo`: the table of sessions goes away, and every statement of the gateway on it fails. A
//! production build does not contain this file.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::domain::secret::SecretUrl;
use crate::store::error::StoreError;

const AWAY: &str = "ALTER TABLE sessions RENAME TO sessions_away";
const BACK: &str = "ALTER TABLE sessions_away RENAME TO sessions";

/// Takes the sessions of a SQLite database away, or brings them back as they were.
///
/// # Errors
/// `Unavailable` if they are away already, or back; `BadUrl` for another kind of database.
pub async fn set_sessions_away(url: &SecretUrl, away: bool) -> Result<(), StoreError> {
    let options: SqliteConnectOptions = url.expose().parse().map_err(|_| {
        StoreError::BadUrl("only a SQLite database can be taken away by the demo".to_owned())
    })?;
    let options = options.busy_timeout(Duration::from_secs(5));
    let mut connection = options.disable_statement_logging().connect().await?;
    let sql = if away { AWAY } else { BACK };
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    Ok(connection.close().await?)
}
