//! Receives the invalidations of other replicas, by LISTEN.
//!
//! A heartbeat proves that invalidations arrive: every second it is sent through the pool, where the writes go, and must
//! be received here. Without it, a listener could stay connected to a server that is quiet because, after a failover,
//! nobody writes there.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{query_as, query_scalar};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::store::cache::Invalidation;
use crate::store::database::{ListenerEvent, OnEvent};
use crate::store::error::{OwnCause, StoreError};
use crate::store::postgres::connection::{PostgresDatabase, TIME_LIMIT, with_connection, writable};
use crate::store::postgres::statements::CHANNEL;

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The time a heartbeat has to arrive: with the second before it, a listener is known to be cut off after two seconds.
const ARRIVAL: Duration = Duration::from_secs(1);
/// A heartbeat that no connection of the pool has taken by then is sent on a connection of its own.
const BUSY: Duration = Duration::from_millis(300);
const SEND: &str = "
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       current_setting('transaction_read_only')::boolean,
       pg_notify($1, $2) IS NULL";

/// Receives until the connection is lost, or until a heartbeat does not arrive.
pub(super) async fn listen(database: &PostgresDatabase, on_event: OnEvent<'_>) -> StoreError {
    match receive_all(database, on_event).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn receive_all(
    database: &PostgresDatabase,
    on_event: OnEvent<'_>,
) -> Result<Infallible, StoreError> {
    let deadline = Instant::now() + TIME_LIMIT;
    let connecting = PgListener::connect_with(&database.listening);
    let mut listener = database.explained(deadline, connecting).await?;
    listener.eager_reconnect(false);
    // A channel for each listener, so that replicas do not wake one another.
    let heartbeats = in_time(async {
        let own: String = query_scalar("SELECT 'gatehouse_beat_' || gen_random_uuid()")
            .fetch_one(&mut listener)
            .await?;
        listener.listen_all([CHANNEL, own.as_str()]).await?;
        Ok(own)
    })
    .await?;
    let arrived = watch::Sender::new(0);
    tokio::select! {
        lost = receive(&mut listener, &heartbeats, &arrived, on_event) => lost,
        deaf = beat(database, &heartbeats, arrived.subscribe(), on_event) => deaf,
    }
}

/// Passes on what arrives on the connection.
async fn receive(
    listener: &mut PgListener,
    heartbeats: &str,
    arrived: &watch::Sender<u64>,
    on_event: OnEvent<'_>,
) -> Result<Infallible, StoreError> {
    loop {
        match listener.try_recv().await {
            Ok(Some(notification)) if notification.channel() == heartbeats => {
                arrived.send_replace(notification.payload().parse().unwrap_or_default());
            }
            Ok(Some(notification)) => on_event(ListenerEvent::Invalidation(Invalidation::parse(
                notification.payload(),
            ))),
            Ok(None) => return Err(StoreError::unavailable(OwnCause("listening was cut off"))),
            Err(error) => return Err(StoreError::from(error)),
        }
    }
}

/// Sends heartbeats until one does not arrive. When the first one has arrived, invalidations arrive too.
async fn beat(
    database: &PostgresDatabase,
    heartbeats: &str,
    mut arrived: watch::Receiver<u64>,
    on_event: OnEvent<'_>,
) -> Result<Infallible, StoreError> {
    for number in 1_u64.. {
        let begun = Instant::now();
        let there_and_back = async {
            let now = send(database, heartbeats, number).await?;
            // The sender lives as long as the listener.
            let _ = arrived.wait_for(|heard| *heard >= number).await;
            Ok::<_, StoreError>(now)
        };
        let now = timeout_at(begun + ARRIVAL, there_and_back)
            .await
            .map_err(|_| StoreError::unavailable(OwnCause("invalidations do not arrive")))??;
        if number == 1 {
            on_event(ListenerEvent::Listening);
        }
        on_event(ListenerEvent::Alive(now));
        sleep_until(begun + HEARTBEAT).await;
    }
    Err(StoreError::unavailable(OwnCause("no more heartbeats")))
}

/// Sends a heartbeat on a connection of the pool, and returns what the database's clock shows. If the whole pool is
/// busy, on a new connection, which leads to the server that the pool's next connection would reach.
async fn send(
    database: &PostgresDatabase,
    heartbeats: &str,
    number: u64,
) -> Result<i64, StoreError> {
    let number = number.to_string();
    let through_pool = async {
        with_connection!(database, |connection| notify(
            connection, heartbeats, &number
        ))
    };
    if let Ok(sent) = timeout(BUSY, through_pool).await {
        return sent;
    }
    let mut new = database.listening.acquire().await?;
    new.close_on_drop();
    Ok(notify(&mut new, heartbeats, &number).await?)
}

async fn notify(
    connection: &mut PgConnection,
    heartbeats: &str,
    number: &str,
) -> Result<i64, sqlx::Error> {
    let (now, read_only, _sent): (i64, bool, bool) = query_as(SEND)
        .bind(heartbeats)
        .bind(number)
        .fetch_one(connection)
        .await?;
    writable(now, read_only)
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    timeout(ARRIVAL, answer)
        .await
        .map_err(|_| StoreError::unavailable(OwnCause("no answer while listening")))?
        .map_err(StoreError::from)
}
