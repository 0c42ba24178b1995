//! Why no connection can be had.
//!
//! When a server refuses a connection for a reason that may pass (too many connections, starting up, nobody at the port), the
//! pool tries again by itself, and its time-out hides the reason. So one connection is tried beside the pool, and what the
//! server says stands in the error. Nobody waits for this try.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, timeout, timeout_at};

use crate::store::error::StoreError;

/// How long a caller waits for the pool before a connection is tried beside it: well before the pool gives up, so that its
/// error can name the reason.
const PATIENCE: Duration = Duration::from_millis(450);
/// The time that the server has to accept or refuse the connection.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// A connection is tried at most once in this time, however many callers wait.
const EVERY: Duration = Duration::from_secs(5);
/// What was found counts this long: until the next try has an answer.
const KEPT: Duration = Duration::from_secs(8);

/// Why a caller got no connection in time.
#[derive(Debug, Clone, thiserror::Error)]
enum NoConnection {
    #[error("no connection in time, because the database gives no new one")]
    Refused(#[source] Arc<sqlx::Error>),
    #[error(
        "no connection in time: every connection of the pool is busy, or a new one takes too long"
    )]
    Busy,
    #[error(
        "no connection in time: the database is down or out of reach, or every connection is busy"
    )]
    Unknown,
}

/// The last try, and what it found.
#[derive(Debug, Default)]
struct LastTry {
    begun: Option<Instant>,
    found: Option<(Instant, NoConnection)>,
}

/// Tries connections beside the pool, at most one in five seconds.
#[derive(Debug, Default)]
pub(super) struct RefusalProbe(Mutex<LastTry>);

impl RefusalProbe {
    /// Waits for a connection until `deadline`. When it takes long, a connection with `options` is tried beside it.
    pub(super) async fn explain<T>(
        self: &Arc<Self>,
        options: impl Fn() -> PgConnectOptions,
        deadline: Instant,
        acquiring: impl Future<Output = Result<T, sqlx::Error>> + Unpin,
    ) -> Result<T, StoreError> {
        let acquiring = timeout_at(deadline, acquiring);
        tokio::pin!(acquiring);
        let acquired = if let Ok(acquired) = timeout(PATIENCE, &mut acquiring).await {
            acquired
        } else {
            self.begin(&options);
            acquiring.await
        };
        match acquired {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => Err(StoreError::unavailable(
                self.found(Instant::now()).unwrap_or(NoConnection::Unknown),
            )),
            Ok(Err(error)) => Err(StoreError::from(error)),
        }
    }

    fn begin(self: &Arc<Self>, options: impl Fn() -> PgConnectOptions) {
        if !self.is_due(Instant::now()) {
            return;
        }
        let options = options()
            .application_name("gatehouse-probe")
            .disable_statement_logging();
        let probe = Arc::clone(self);
        tokio::spawn(async move {
            let found = match timeout(TIME_LIMIT, PgConnection::connect_with(&options)).await {
                Ok(Ok(connection)) => {
                    // Whether the farewell arrives does not matter.
                    let _ = timeout(TIME_LIMIT, connection.close()).await;
                    NoConnection::Busy
                }
                Ok(Err(error)) => NoConnection::Refused(Arc::new(error)),
                Err(_) => NoConnection::Unknown,
            };
            probe.lock().found = Some((Instant::now(), found));
        });
    }

    /// Whether a connection may be tried now; true only for one of many callers.
    fn is_due(&self, now: Instant) -> bool {
        let mut last = self.lock();
        let due = last.begun.is_none_or(|begun| now - begun >= EVERY);
        if due {
            last.begun = Some(now);
        }
        due
    }

    fn found(&self, now: Instant) -> Option<NoConnection> {
        let last = self.lock();
        let (at, found) = last.found.as_ref()?;
        (now.saturating_duration_since(*at) < KEPT).then(|| found.clone())
    }

    fn lock(&self) -> MutexGuard<'_, LastTry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_is_tried_in_five_seconds_and_what_it_found_is_forgotten() {
        let (probe, begun) = (RefusalProbe::default(), Instant::now());
        assert!(probe.is_due(begun));
        for later in [0, 1, 4] {
            assert!(!probe.is_due(begun + Duration::from_secs(later)), "{later}");
        }
        assert!(probe.is_due(begun + EVERY));
        assert!(probe.found(begun).is_none());
        probe.lock().found = Some((begun, NoConnection::Busy));
        assert!(probe.found(begun + EVERY).is_some());
        assert!(probe.found(begun + KEPT).is_none());
    }
}
