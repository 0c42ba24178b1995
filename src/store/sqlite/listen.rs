//! Receives the invalidations of other processes on the same file, by the table `notices`.
//!
//! `PRAGMA data_version` tells without reading a page whether another connection wrote; only then the table is read.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, query_scalar};
use tokio::time::{Instant, sleep};

use crate::store::cache::Invalidation;
use crate::store::database::{ListenerEvent, OnEvent, Upkeep as _};
use crate::store::error::StoreError;
use crate::store::sqlite::connection::SqliteDatabase;

/// How often the file is checked for writes.
const POLL: Duration = Duration::from_millis(100);
/// How often the clock is read.
const ALIVE: Duration = Duration::from_secs(1);

/// Receives until the file cannot be read.
pub(super) async fn listen(database: &SqliteDatabase, on_event: OnEvent<'_>) -> StoreError {
    match receive_all(database, on_event).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn receive_all(
    database: &SqliteDatabase,
    on_event: OnEvent<'_>,
) -> Result<Infallible, StoreError> {
    let Some(options) = &database.listening else {
        on_event(ListenerEvent::Listening);
        loop {
            on_event(ListenerEvent::Alive(database.ping().await?));
            sleep(ALIVE).await;
        }
    };
    let mut connection = SqliteConnection::connect_with(options).await?;
    let mut received = newest(&mut connection).await?;
    let mut seen = 0;
    let mut asked: Option<Instant> = None;
    on_event(ListenerEvent::Listening);
    loop {
        let version = data_version(&mut connection).await?;
        if version != seen {
            seen = version;
            received = read_since(&mut connection, received, on_event).await?;
        }
        if asked.is_none_or(|asked| asked.elapsed() >= ALIVE) {
            on_event(ListenerEvent::Alive(database.ping().await?));
            asked = Some(Instant::now());
        }
        sleep(POLL).await;
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    query_scalar("PRAGMA data_version")
        .fetch_one(connection)
        .await
}

/// The number of the last invalidation ever written, swept or not.
async fn newest(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    query_scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'notices'")
        .fetch_one(connection)
        .await
}

/// Passes on what was written after number `received`. A gap means that an invalidation was swept before it was read.
async fn read_since(
    connection: &mut SqliteConnection,
    received: i64,
    on_event: OnEvent<'_>,
) -> Result<i64, sqlx::Error> {
    let newest = newest(connection).await?;
    let texts: Vec<String> =
        query_scalar("SELECT text FROM notices WHERE seq > $1 AND seq <= $2 ORDER BY seq")
            .bind(received)
            .bind(newest)
            .fetch_all(connection)
            .await?;
    if i64::try_from(texts.len()).unwrap_or(i64::MAX) != newest - received {
        on_event(ListenerEvent::Invalidation(Invalidation::Everything));
        return Ok(newest);
    }
    for text in texts {
        on_event(ListenerEvent::Invalidation(Invalidation::parse(&text)));
    }
    Ok(newest)
}
