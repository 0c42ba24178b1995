//! Hearing what other processes on the same file changed, by the table `notices`.
//!
//! `PRAGMA data_version` says without reading a page whether anybody else wrote; only then the table is read.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Sqlite, Transaction, query, query_as, query_scalar};
use tokio::time::{Instant, sleep};

use crate::store::cache::invalidation::Notice;
use crate::store::error::StoreError;
use crate::store::row::database_trait::{Hear, Heard, Upkeep};
use crate::store::sqlite::connection::SqliteRows;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How often the clock is read.
const ALIVE: Duration = Duration::from_secs(1);

/// Writes a notice into the transaction that it is about.
pub(super) async fn say(
    transaction: &mut Transaction<'static, Sqlite>,
    notice: &Notice,
) -> Result<(), sqlx::Error> {
    query("INSERT INTO notices (at, text) VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), ?1)")
        .bind(notice.text())
        .execute(&mut **transaction)
        .await
        .map(drop)
}

/// Hears until the file cannot be read.
pub(super) async fn listen(rows: &SqliteRows, hear: Hear<'_>) -> StoreError {
    match hear_all(rows, hear).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn hear_all(rows: &SqliteRows, hear: Hear<'_>) -> Result<Infallible, StoreError> {
    let Some(options) = &rows.listening else {
        hear(Heard::Listening);
        loop {
            hear(Heard::Alive(rows.ping().await?));
            sleep(ALIVE).await;
        }
    };
    let mut connection = SqliteConnection::connect_with(options)
        .await
        .map_err(StoreError::from_sqlx)?;
    let mut heard = newest(&mut connection)
        .await
        .map_err(StoreError::from_sqlx)?;
    let mut seen = 0;
    let mut asked: Option<Instant> = None;
    hear(Heard::Listening);
    loop {
        let version = data_version(&mut connection)
            .await
            .map_err(StoreError::from_sqlx)?;
        if version != seen {
            seen = version;
            heard = read_since(&mut connection, heard, hear)
                .await
                .map_err(StoreError::from_sqlx)?;
        }
        if asked.is_none_or(|asked| asked.elapsed() >= ALIVE) {
            hear(Heard::Alive(rows.ping().await?));
            asked = Some(Instant::now());
        }
        sleep(LOOK).await;
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    query_scalar("PRAGMA data_version")
        .fetch_one(connection)
        .await
}

/// The number of the last notice ever written, swept or not.
async fn newest(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    query_scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'notices'")
        .fetch_one(connection)
        .await
}

/// Hears what was written after `heard`; a gap means that something was swept unheard.
async fn read_since(
    connection: &mut SqliteConnection,
    heard: i64,
    hear: Hear<'_>,
) -> Result<i64, sqlx::Error> {
    let newest = newest(connection).await?;
    let notices: Vec<(String,)> =
        query_as("SELECT text FROM notices WHERE seq > ?1 AND seq <= ?2 ORDER BY seq")
            .bind(heard)
            .bind(newest)
            .fetch_all(connection)
            .await?;
    if i64::try_from(notices.len()).unwrap_or(i64::MAX) != newest - heard {
        hear(Heard::Notice(Notice::Everything));
        return Ok(newest);
    }
    for (text,) in notices {
        hear(Heard::Notice(Notice::read(&text)));
    }
    Ok(newest)
}
