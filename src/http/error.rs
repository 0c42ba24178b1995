//! Why a call got no complete response.

use std::time::Duration;

use crate::http::client::error_causes;

/// Why a call got no complete response. No variant holds an address, a header or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection could be made.
    #[error("no connection ({0})")]
    NoConnection(String),
    /// Connected, but no complete response came in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke before the response was complete.
    #[error("the answer broke off ({0})")]
    Broken(String),
    /// The response is larger than its limit.
    #[error("the answer is too large")]
    TooLarge,
    /// The bulkhead is full: too many calls of the same caller are waiting.
    #[error("too many calls are waiting")]
    Busy,
    /// The circuit breaker is open after repeated failures.
    #[error("the server failed repeatedly and is not called for a moment")]
    CircuitOpen {
        /// When the next call may pass.
        retry_after: Duration,
    },
}

impl CallError {
    /// When to call again, if known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::CircuitOpen { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::NoConnection(error_causes(&error))
        } else {
            Self::Broken(error_causes(&error))
        }
    }
}
