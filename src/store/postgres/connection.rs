//! The pool, and how an operation gets a connection and is retried when the connection was broken.
//!
//! A connection is not tested before it is used, which would cost a round trip each time. Instead, an operation whose
//! connection turns out to be broken is repeated on another one. So every operation is one statement or transaction that
//! may be repeated: it recognises its own earlier success.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres};
use tokio::time::Instant;

use crate::store::error::{OwnCause, StoreError};
use crate::store::postgres::address;
use crate::store::postgres::refusal::RefusalProbe;

/// Without a connection in this time the database is away; the answer is sent within a second.
const ACQUIRE: Duration = Duration::from_millis(900);
/// Milliseconds after which Postgres cancels a statement, or closes an idle transaction.
const TIMEOUTS: &str = "SET statement_timeout = 2000; SET lock_timeout = 1500; \
     SET idle_in_transaction_session_timeout = 5000; SET client_min_messages = warning";
/// A connection that is idle this long is closed.
const IDLE: Duration = Duration::from_mins(5);
/// A connection of this age is closed when it is idle. The listener's heartbeat uses the connections in turn, so none
/// ever reaches [`IDLE`]; by this limit the pool shrinks to what is needed.
const LIFETIME: Duration = Duration::from_mins(10);
/// The time limit of one operation, with its wait for a connection and its repeats.
pub(super) const TIME_LIMIT: Duration = Duration::from_millis(2500);

/// The time in unix milliseconds, and whether the server refuses writes.
pub(super) const NOW_AND_READ_ONLY: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
     current_setting('transaction_read_only')::boolean";

/// The store on Postgres.
#[derive(Debug)]
pub(in crate::store) struct PostgresDatabase {
    pub(super) pool: PgPool,
    /// For the connection that listens, so that it takes none from the pool.
    pub(super) listening: PgPool,
    max_tries: u32,
    demoted: Arc<Demoted>,
    refusal: Arc<RefusalProbe>,
}

/// When a server was last found to take no writes. Older connections may lead to the same server, so none of them is
/// used again.
#[derive(Debug, Default)]
struct Demoted(Mutex<Option<Instant>>);

impl Demoted {
    /// Noted at most once in this time, so that a database without a primary does not cause new connections only.
    const PAUSE: Duration = Duration::from_secs(1);

    fn note(&self) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_none_or(|seen| seen.elapsed() >= Self::PAUSE) {
            *seen = Some(Instant::now());
        }
    }

    fn is_older(&self, age: Duration) -> bool {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_some_and(|seen| seen.elapsed() < age)
    }
}

impl PostgresDatabase {
    /// Prepares the pool without connecting, so that a gateway starts before its database.
    pub(in crate::store) fn connect_lazily(
        url: &str,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let options = address::parse(url)?;
        let pool = |connections, idle, lifetime| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .idle_timeout(idle)
                .max_lifetime(lifetime)
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(
                        async move { sqlx::raw_sql(TIMEOUTS).execute(connection).await.map(drop) },
                    )
                })
        };
        let connections = connections.max(1);
        let demoted = Arc::new(Demoted::default());
        let seen = Arc::clone(&demoted);
        Ok(Self {
            pool: pool(connections, Some(IDLE), Some(LIFETIME))
                .before_acquire(move |_, meta| {
                    let keep = !seen.is_older(meta.age);
                    Box::pin(async move { Ok(keep) })
                })
                .connect_lazy_with(named(&options, "gatehouse")),
            // A listener that reconnects does so because its old connection was broken.
            listening: pool(2, None, None)
                .before_acquire(|_, _| Box::pin(async { Ok(false) }))
                .connect_lazy_with(named(&options, "gatehouse-listener")),
            max_tries: connections + 2,
            demoted,
            refusal: Arc::default(),
        })
    }

    /// Opens new connections at another address from now on. Connections that work go on until they end.
    pub(super) fn follow_address(&self, url: &str) -> Result<(), StoreError> {
        let options = address::parse(url)?;
        for (pool, name) in [
            (&self.pool, "gatehouse"),
            (&self.listening, "gatehouse-listener"),
        ] {
            pool.set_connect_options(named(&options, name));
        }
        Ok(())
    }

    /// What `acquiring` brings, a connection or something made of one; the error says why there is none.
    pub(super) async fn explained<T>(
        &self,
        deadline: Instant,
        acquiring: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let options = || (*self.pool.connect_options()).clone();
        // Boxed, because each operation would pay for its size three times.
        let acquiring = Box::pin(acquiring);
        self.refusal.explain(options, deadline, acquiring).await
    }

    pub(super) fn attempt(&self) -> StatementAttempt<'_> {
        StatementAttempt {
            database: self,
            deadline: Instant::now() + TIME_LIMIT,
            tries_left: self.max_tries,
            tries: 0,
        }
    }
}

/// The options of a connection that Postgres lists by this name.
fn named(options: &PgConnectOptions, name: &str) -> PgConnectOptions {
    options
        .clone()
        .application_name(name)
        .disable_statement_logging()
}

/// One operation in progress.
#[derive(Debug)]
pub(super) struct StatementAttempt<'a> {
    database: &'a PostgresDatabase,
    deadline: Instant,
    tries_left: u32,
    tries: u32,
}

impl StatementAttempt<'_> {
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether this is a repeat, and an earlier try may have succeeded without an answer.
    pub(super) fn is_repeat(&self) -> bool {
        self.tries > 1
    }

    pub(super) async fn connect(&mut self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.tries += 1;
        let (database, deadline) = (self.database, self.deadline);
        database.explained(deadline, database.pool.acquire()).await
    }

    /// The result of the operation, or `None` if the operation should be repeated.
    pub(super) fn finish<T>(
        &mut self,
        mut held: PoolConnection<Postgres>,
        outcome: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Option<Result<T, StoreError>> {
        let error = match outcome {
            Ok(Ok(value)) => return Some(Ok(value)),
            Ok(Err(error)) => error,
            Err(_) => {
                held.close_on_drop();
                let cause = OwnCause("no answer in time");
                return Some(Err(StoreError::unavailable(cause)));
            }
        };
        let fault = Fault::of(&error);
        if fault != Fault::Other {
            held.close_on_drop();
        }
        if fault == Fault::ReadOnly {
            self.database.demoted.note();
        }
        let again = match fault {
            Fault::Broken => self.tries_left > 0,
            // After a failover the next connection may reach the new primary; if it does not, it is an outage.
            Fault::ReadOnly | Fault::Collided => self.tries == 1,
            Fault::Other => false,
        };
        self.tries_left = self.tries_left.saturating_sub(1);
        let in_time = Instant::now() < self.deadline;
        (!again || !in_time).then(|| {
            Err(match fault {
                Fault::ReadOnly => {
                    StoreError::unavailable(OwnCause("the database takes no writes"))
                }
                _ => StoreError::from(error),
            })
        })
    }
}

/// What an error means for its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The connection is gone, and whether the operation succeeded is unknown.
    Broken,
    /// The server takes no writes, for example because it was the primary before a failover.
    ReadOnly,
    /// Deadlock or serialization failure: rolled back, worth one repeat.
    Collided,
    /// The connection is sound.
    Other,
}

impl Fault {
    fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(cause) if cause.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly
            }
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => Self::Broken,
            sqlx::Error::Database(error) => Self::of_state(error.as_ref()),
            _ => Self::Other,
        }
    }

    /// By SQLSTATE (PostgreSQL, appendix A).
    fn of_state(error: &dyn DatabaseError) -> Self {
        match error.code().as_deref() {
            // admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout
            Some("57P01" | "57P02" | "57P03" | "25P03") => Self::Broken,
            Some("25006") => Self::ReadOnly,
            Some("40001" | "40P01") => Self::Collided,
            Some(code) if code.starts_with("08") => Self::Broken,
            _ => Self::Other,
        }
    }
}

/// Runs `$operation` with `$connection`, and repeats it if the connection was broken. `$attempt` tells whether this is a
/// repeat.
macro_rules! with_connection {
    ($rows:expr, |$connection:ident, $attempt:ident| $operation:expr) => {{
        let mut $attempt = $rows.attempt();
        loop {
            let mut held = $attempt.connect().await?;
            let deadline = $attempt.deadline();
            let outcome = {
                let $connection: &mut sqlx::postgres::PgConnection = &mut held;
                tokio::time::timeout_at(deadline, $operation).await
            };
            if let Some(result) = $attempt.finish(held, outcome) {
                break result;
            }
        }
    }};
    ($rows:expr, |$connection:ident| $operation:expr) => {
        with_connection!($rows, |$connection, attempt| $operation)
    };
}
pub(super) use with_connection;

/// The answer, or the error of a write if the server takes no writes.
pub(super) fn writable<T>(answer: T, read_only: bool) -> Result<T, sqlx::Error> {
    if read_only {
        let kind = io::ErrorKind::ReadOnlyFilesystem;
        return Err(io::Error::from(kind).into());
    }
    Ok(answer)
}
