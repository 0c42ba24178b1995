//! The pool, and how one piece of work gets a connection, loses it and tries again.
//!
//! A connection is not asked whether it lives before it is used; that would cost a round trip each time. Instead,
//! work whose connection turns out broken is done again on another one. So every piece of work is a single statement
//! or transaction that may be repeated: it says itself how it recognises its own earlier success.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres};
use tokio::time::Instant;

use crate::store::error::{Reason, StoreError};

/// A connection that is not to be had in this time is an outage; the answer goes out within a second.
const ACQUIRE: Duration = Duration::from_millis(900);
/// Milliseconds after which Postgres gives up a statement.
const STATEMENT_TIMEOUT: &str = "SET statement_timeout = 2000; SET lock_timeout = 1500; \
     SET idle_in_transaction_session_timeout = 5000; SET client_min_messages = warning";
/// One piece of work, with its connection and its repeats, takes no longer.
const WORK: Duration = Duration::from_millis(2500);

/// What a connection must say to be worth keeping: the time in unix milliseconds, and whether it refuses writes.
pub(super) const NOW_AND_READ_ONLY: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
     current_setting('transaction_read_only')::boolean";

/// Rows in Postgres.
#[derive(Debug)]
pub(in crate::store) struct PostgresRows {
    pub(super) pool: PgPool,
    /// For the one connection that listens; it must not take one of the pool's.
    pub(super) listening: PgPool,
    most_tries: u32,
    demoted: Arc<Demoted>,
}

/// When a server was last found to take no writes. Connections from before lead to the same server, however many the
/// pool has: none of them is used again.
#[derive(Debug, Default)]
struct Demoted(Mutex<Option<Instant>>);

impl Demoted {
    /// At most once in this time, so that a database without any primary is not asked for new connections only.
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

impl PostgresRows {
    /// Prepares the pool without connecting, so that a gateway starts before its database.
    pub(in crate::store) fn connect_lazily(
        url: &str,
        connections: u32,
    ) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(|_| {
            StoreError::BadUrl(
                "this is not a Postgres address; it is written \
                 postgres://user:password@host:5432/database"
                    .to_owned(),
            )
        })?;
        let named = |name| {
            options
                .clone()
                .application_name(name)
                .disable_statement_logging()
        };
        let pool = |connections, idle| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .idle_timeout(idle)
                .max_lifetime(None)
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(STATEMENT_TIMEOUT)
                            .execute(connection)
                            .await
                            .map(drop)
                    })
                })
        };
        let connections = connections.max(1);
        let demoted = Arc::new(Demoted::default());
        let seen = Arc::clone(&demoted);
        Ok(Self {
            pool: pool(connections, Some(Duration::from_mins(5)))
                .before_acquire(move |_, meta| {
                    let keep = !seen.is_older(meta.age);
                    Box::pin(async move { Ok(keep) })
                })
                .connect_lazy_with(named("gatehouse")),
            // Whoever listens anew does so because the old connection was not good enough.
            listening: pool(2, None)
                .before_acquire(|_, _| Box::pin(async { Ok(false) }))
                .connect_lazy_with(named("gatehouse-listener")),
            most_tries: connections + 2,
            demoted,
        })
    }

    pub(super) fn attempt(&self) -> Attempt<'_> {
        Attempt {
            pool: &self.pool,
            demoted: &self.demoted,
            deadline: Instant::now() + WORK,
            tries_left: self.most_tries,
            tries: 0,
        }
    }
}

/// One piece of work on its way.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pool: &'a PgPool,
    demoted: &'a Demoted,
    deadline: Instant,
    tries_left: u32,
    tries: u32,
}

impl Attempt<'_> {
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the work was begun before, and its first beginning may have succeeded unseen.
    pub(super) fn is_repeat(&self) -> bool {
        self.tries > 1
    }

    pub(super) async fn connect(&mut self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.tries += 1;
        tokio::time::timeout_at(self.deadline, self.pool.acquire())
            .await
            .map_err(|_| StoreError::unavailable(Reason("no connection in time")))?
            .map_err(StoreError::from_sqlx)
    }

    /// The result of the work, or `None` if it should be done again.
    pub(super) fn settle<T>(
        &mut self,
        mut held: PoolConnection<Postgres>,
        outcome: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Option<Result<T, StoreError>> {
        let error = match outcome {
            Ok(Ok(value)) => return Some(Ok(value)),
            Ok(Err(error)) => error,
            Err(_) => {
                held.close_on_drop();
                let cause = Reason("no answer in time");
                return Some(Err(StoreError::unavailable(cause)));
            }
        };
        let trouble = Trouble::of(&error);
        if trouble != Trouble::Other {
            held.close_on_drop();
        }
        if trouble == Trouble::ReadOnly {
            self.demoted.note();
        }
        let again = match trouble {
            Trouble::Broken => self.tries_left > 0,
            // After a failover the next connection may reach the new primary; if it does not, it is an outage.
            Trouble::ReadOnly | Trouble::Collided => self.tries == 1,
            Trouble::Other => false,
        };
        self.tries_left = self.tries_left.saturating_sub(1);
        let in_time = Instant::now() < self.deadline;
        (!again || !in_time).then(|| {
            Err(match trouble {
                Trouble::ReadOnly => {
                    StoreError::unavailable(Reason("the database takes no writes"))
                }
                _ => StoreError::from_sqlx(error),
            })
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The connection is gone, and whether the work was done is unknown.
    Broken,
    /// The server takes no writes: it was a primary until a failover.
    ReadOnly,
    /// Deadlock or serialization failure: rolled back, worth one repeat.
    Collided,
    /// The connection is sound.
    Other,
}

impl Trouble {
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

/// Does `$work` with `$connection`, again if the connection was broken. `$attempt` tells whether it is a repeat.
macro_rules! with_connection {
    ($rows:expr, |$connection:ident, $attempt:ident| $work:expr) => {{
        let mut $attempt = $rows.attempt();
        loop {
            let mut held = $attempt.connect().await?;
            let deadline = $attempt.deadline();
            let outcome = {
                let $connection: &mut sqlx::postgres::PgConnection = &mut held;
                tokio::time::timeout_at(deadline, $work).await
            };
            if let Some(settled) = $attempt.settle(held, outcome) {
                break settled;
            }
        }
    }};
    ($rows:expr, |$connection:ident| $work:expr) => {
        with_connection!($rows, |$connection, attempt| $work)
    };
}
pub(super) use with_connection;

/// Refuses an answer of a server that takes no writes, in the same way as a write there would be.
pub(super) fn writable<T>(answer: T, read_only: bool) -> Result<T, sqlx::Error> {
    if read_only {
        let kind = io::ErrorKind::ReadOnlyFilesystem;
        return Err(io::Error::from(kind).into());
    }
    Ok(answer)
}

/// Begins a transaction.
pub(super) async fn begin(
    connection: &mut sqlx::postgres::PgConnection,
) -> Result<sqlx::Transaction<'_, Postgres>, sqlx::Error> {
    connection.begin().await
}
