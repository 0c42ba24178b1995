//! Hearing what other replicas changed, by LISTEN.
//!
//! That notices arrive is proved, not believed: every second a beat is sent through the pool, where the writes go, and
//! must be heard here. After a failover a listener may sit with a server that is quiet because nobody writes there.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{query_as, query_scalar};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::store::cache::invalidation::Notice;
use crate::store::error::{Reason, StoreError};
use crate::store::postgres::connection::{PostgresRows, with_connection, writable};
use crate::store::row::database_trait::{Hear, Heard};

/// The channel of NOTIFY.
pub(super) const CHANNEL: &str = "gatehouse_sessions";
/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);
/// The time a beat has to arrive: with the second before it, two seconds until a deaf listener is known.
const ARRIVAL: Duration = Duration::from_secs(1);

/// A beat that no connection of the pool has taken by then is sent on one of its own.
const BUSY: Duration = Duration::from_millis(300);
const SEND: &str = "
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       current_setting('transaction_read_only')::boolean,
       pg_notify($1, $2) IS NULL";

/// Hears until the connection is lost, or until nothing arrives on it.
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
    // A channel for each listener: replicas do not wake one another, and one of another version knows nothing of it.
    let beats = in_time(async {
        let own: String = query_scalar("SELECT 'gatehouse_beat_' || gen_random_uuid()")
            .fetch_one(&mut listener)
            .await?;
        listener.listen_all([CHANNEL, own.as_str()]).await?;
        Ok(own)
    })
    .await?;
    let arrived = watch::Sender::new(0);
    tokio::select! {
        lost = receive(&mut listener, &beats, &arrived, hear) => lost,
        deaf = beat(rows, &beats, arrived.subscribe(), hear) => deaf,
    }
}

/// Passes on what arrives.
async fn receive(
    listener: &mut PgListener,
    beats: &str,
    arrived: &watch::Sender<u64>,
    hear: Hear<'_>,
) -> Result<Infallible, StoreError> {
    loop {
        match listener.try_recv().await {
            Ok(Some(notification)) if notification.channel() == beats => {
                arrived.send_replace(notification.payload().parse().unwrap_or_default());
            }
            Ok(Some(notification)) => hear(Heard::Notice(Notice::read(notification.payload()))),
            Ok(None) => return Err(StoreError::unavailable(Reason("listening was cut off"))),
            Err(error) => return Err(StoreError::from_sqlx(error)),
        }
    }
}

/// Sends beats until one does not arrive. With the first that does, notices are known to arrive.
async fn beat(
    rows: &PostgresRows,
    beats: &str,
    mut arrived: watch::Receiver<u64>,
    hear: Hear<'_>,
) -> Result<Infallible, StoreError> {
    for number in 1_u64.. {
        let begun = Instant::now();
        let there_and_back = async {
            let now = send(rows, beats, number).await?;
            // Its sender lives as long as the listener.
            let _ = arrived.wait_for(|heard| *heard >= number).await;
            Ok(now)
        };
        let now = timeout_at(begun + ARRIVAL, there_and_back)
            .await
            .map_err(|_| StoreError::unavailable(Reason("notices do not arrive")))??;
        if number == 1 {
            hear(Heard::Listening);
        }
        hear(Heard::Alive(now));
        sleep_until(begun + BEAT).await;
    }
    Err(StoreError::unavailable(Reason("no more beats")))
}

/// Sends a beat on a connection of those that write, and says what the database's clock shows. If they are all busy,
/// which proves nothing, on a new one: it leads where theirs will that are made next.
async fn send(rows: &PostgresRows, beats: &str, number: u64) -> Result<i64, StoreError> {
    let number = number.to_string();
    let through_pool =
        async { with_connection!(rows, |connection| say(connection, beats, &number)) };
    if let Ok(sent) = timeout(BUSY, through_pool).await {
        return sent;
    }
    let mut new = rows
        .listening
        .acquire()
        .await
        .map_err(StoreError::from_sqlx)?;
    new.close_on_drop();
    let said = say(&mut new, beats, &number).await;
    said.map_err(StoreError::from_sqlx)
}

async fn say(connection: &mut PgConnection, beats: &str, number: &str) -> Result<i64, sqlx::Error> {
    let (now, read_only, _sent): (i64, bool, bool) = query_as(SEND)
        .bind(beats)
        .bind(number)
        .fetch_one(connection)
        .await?;
    writable(now, read_only)
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    timeout(ARRIVAL, answer)
        .await
        .map_err(|_| StoreError::unavailable(Reason("no answer while listening")))?
        .map_err(StoreError::from_sqlx)
}
