//! Outbound HTTP.
//!
//! Owns the one kind of client whose calls leave the process, and what guards these calls: time-outs, size limits,
//! retries, bulkheads and circuit breakers. It does not know which protocol a call belongs to, and it imports nothing
//! of ours but `domain`.

pub(crate) mod call;
mod client;
mod error;

pub use call::{BufferedResponse, retry_after};
pub use client::{
    HttpOptions, HttpSetupError, OutboundClient, addresses, client_builder, error_causes,
};
pub use error::CallError;
