//! `StoreError`: how the store can fail. Nothing in it holds a secret: not a token, not the database's address.

use std::error::Error;
use std::sync::Arc;

/// What was in the way, kept for the log.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// How the store can fail. Absent is not a failure.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The store did not answer: whether the browser is signed in is unknown. Never a sign-out.
    #[error("the session store does not answer")]
    Unavailable(#[source] Cause),
    /// A row that nothing of ours can have written.
    #[error("row {id} of table {table} holds what no row can hold")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The session's id, or the digits of the row's key.
        id: String,
    },
    /// The schema could not be brought up to date, or is not yet.
    #[error("the schema of the session store is not up to date")]
    Migration(#[source] Cause),
    /// `database_url` cannot be used. The text never repeats it.
    #[error("database_url: {0}")]
    BadUrl(String),
}

/// A reason of our own where no library gave one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Reason(pub(super) &'static str);

impl StoreError {
    /// Whether asking again later may help.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Migration(_))
    }

    /// The error with everything that caused it, for operators.
    pub fn in_full(&self) -> String {
        crate::domain::causes::with_causes(self)
    }

    pub(super) fn unavailable(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Arc::new(cause))
    }

    pub(super) fn migration(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Migration(Arc::new(cause))
    }

    /// Rows that cannot be read as the schema says are inconsistent; every other trouble passes.
    pub(super) fn from_sqlx(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, .. } => Self::Inconsistent {
                table: "sessions",
                id: format!("(column {index})"),
            },
            sqlx::Error::PoolTimedOut => Self::unavailable(Reason(
                "no connection in time: the database is down or out of reach, or every connection is busy",
            )),
            other => Self::unavailable(other),
        }
    }
}
