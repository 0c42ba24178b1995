//! Hearing what other replicas changed, by LISTEN.
//!
//! The connection is asked for the time every second, because a connection that died without a word would otherwise
//! look like silence.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::query_scalar;
use tokio::time::timeout;

use super::connection::PostgresRows;
use crate::store::error::{Reason, StoreError};
use crate::store::notice::Notice;
use crate::store::rows::{Hear, Heard};

/// The channel of NOTIFY.
pub(super) const CHANNEL: &str = "gatehouse_sessions";
/// Silence after which the connection is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(1);
/// The time it has to answer: with the silence before it, two seconds until a dead connection is known.
const ANSWER: Duration = Duration::from_secs(1);

/// Hears until the connection is lost.
pub(super) async fn listen(rows: &PostgresRows, hear: Hear<'_>) -> StoreError {
    match hear_all(rows, hear).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn hear_all(rows: &PostgresRows, hear: Hear<'_>) -> Result<Infallible, StoreError> {
    let mut listener = PgListener::connect_with(&rows.listening)
        .await
        .map_err(StoreError::from_sqlx)?;
    listener.eager_reconnect(false);
    in_time(listener.listen(CHANNEL)).await?;
    hear(Heard::Listening);
    let mut asked = tokio::time::Instant::now() - SILENCE;
    loop {
        if asked.elapsed() >= SILENCE {
            let now = query_scalar("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
            hear(Heard::Alive(in_time(now.fetch_one(&mut listener)).await?));
            asked = tokio::time::Instant::now();
        }
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                hear(Heard::Notice(Notice::read(notification.payload())));
            }
            Ok(Ok(None)) => return Err(StoreError::unavailable(Reason("listening was cut off"))),
            Ok(Err(error)) => return Err(StoreError::from_sqlx(error)),
            Err(_silent) => {}
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    timeout(ANSWER, answer)
        .await
        .map_err(|_| StoreError::unavailable(Reason("no answer while listening")))?
        .map_err(StoreError::from_sqlx)
}
