//! The file and its pools: one writer, because SQLite allows one at a time, and a few readers.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::domain::secret::SecretUrl;
use crate::store::error::StoreError;

/// How long a write waits for the writer of another process.
const BUSY: Duration = Duration::from_secs(2);
/// How long a caller waits for a connection of the pool.
const ACQUIRE: Duration = Duration::from_millis(2400);

/// The store on SQLite.
#[derive(Debug)]
pub(in crate::store) struct SqliteDatabase {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
    /// For the connection that listens; `None` for a database in memory, which no other process can see.
    pub(super) listening: Option<SqliteConnectOptions>,
}

impl SqliteDatabase {
    /// Creates the file if it is missing, readable by its owner only, and prepares the pools without connecting.
    pub(in crate::store) fn connect_lazily(url: &str, readers: u32) -> Result<Self, StoreError> {
        let options: SqliteConnectOptions = url.parse().map_err(|_| {
            StoreError::BadUrl(
                "this is not a SQLite address; it is written sqlite://gatehouse.db".to_owned(),
            )
        })?;
        let options = options
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .optimize_on_close(false, None)
            .disable_statement_logging();
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        if is_in_memory(url) {
            let one = pool(1).connect_lazy_with(options.create_if_missing(true));
            return Ok(Self {
                writer: one.clone(),
                readers: one,
                listening: None,
            });
        }
        create_private(options.get_filename())?;
        Ok(Self {
            writer: pool(1)
                // SQLite rolls back by itself when the disk is full, and sqlx then counts a transaction that is no
                // longer there. A connection whose transaction failed is not used again.
                .before_acquire(|connection, _| {
                    let keep = !connection.is_in_transaction();
                    Box::pin(async move { Ok(keep) })
                })
                .connect_lazy_with(options.clone()),
            readers: pool(readers.clamp(1, 4)).connect_lazy_with(options.clone()),
            listening: Some(options),
        })
    }
}

/// The file of a SQLite address; `None` for another kind of address, or a database in memory.
pub fn sqlite_file(url: &SecretUrl) -> Option<PathBuf> {
    let url = url.expose();
    if !url.starts_with("sqlite:") || is_in_memory(url) {
        return None;
    }
    let options: SqliteConnectOptions = url.parse().ok()?;
    Some(options.get_filename().to_owned())
}

fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}

/// SQLite gives its journal files the permissions of the database file.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::BadUrl(format!(
            "the file {} cannot be created: {error}; name a file in a folder that exists and is writable",
            path.display()
        ))),
    }
}
