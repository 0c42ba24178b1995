//! `StoreError`: how the store can fail. An error never holds a secret: no token, and not the database's address.

use std::error::Error;
use std::sync::Arc;

/// The underlying error, kept for the log.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// How the store can fail. An absent session is not a failure.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer: whether the browser is signed in is unknown. This is never a sign-out.
    #[error("the session store does not answer")]
    Unavailable(#[source] Cause),
    /// A row that no version of the gateway can have written.
    #[error("row {id} of table {table} holds what no row can hold")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The session's id, or the digits of the row's key.
        id: String,
    },
    /// The schema could not be brought up to date, or is not up to date yet.
    #[error("the schema of the session store is not up to date")]
    Migration(#[source] Cause),
    /// `database_url` cannot be used. The text never repeats the address.
    #[error("database_url: {0}")]
    BadUrl(String),
}

const REFUSED_PARAMETER: &str = "the pooler there refuses a parameter of the connection; PgBouncer needs pool_mode = session and \
     ignore_startup_parameters = extra_float_digits";

/// A reason of our own, where no library gave one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct OwnCause(pub(super) &'static str);

impl StoreError {
    /// The error with its chain of causes, for operators.
    pub fn in_full(&self) -> String {
        crate::domain::causes::with_causes(self)
    }

    /// Whether the database refused this process by its user, password or database name (SQLSTATE class 28, and 3D000).
    /// Waiting does not help.
    pub fn is_refused_connection(&self) -> bool {
        let (Self::Unavailable(cause) | Self::Migration(cause)) = self else {
            return false;
        };
        let cause: &(dyn Error + 'static) = &**cause;
        let Some(sqlx::Error::Database(error)) = cause.downcast_ref::<sqlx::Error>() else {
            return false;
        };
        let code = error.code().unwrap_or_default();
        code.starts_with("28") || code == "3D000"
    }

    /// The store did not answer when it was asked for the pinned tenant of an authority.
    pub fn tenant_pins() -> Self {
        Self::unavailable(OwnCause(
            "the pinned tenant of an authority could not be read",
        ))
    }

    pub(super) fn unavailable(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Arc::new(cause))
    }

    pub(super) fn migration(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Migration(Arc::new(cause))
    }
}

/// A row that does not decode as the schema says is inconsistent. Every other error is an outage.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, .. } => Self::Inconsistent {
                table: "sessions",
                id: format!("(column {index})"),
            },
            sqlx::Error::PoolTimedOut => Self::unavailable(OwnCause(
                "no connection in time: the database is down or out of reach, or every connection is busy",
            )),
            sqlx::Error::Database(error) if is_refused_parameter(error.as_ref()) => {
                Self::BadUrl(REFUSED_PARAMETER.to_owned())
            }
            other => Self::unavailable(other),
        }
    }
}

/// `PgBouncer`'s answer to a client that it does not know.
fn is_refused_parameter(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().as_deref() == Some("08P01")
        && error.message().contains("unsupported startup parameter")
}
