//! The client of a request: its host and address behind trusted proxies, and its rate limits.
//!
//! Owns reading peer, `Host` and forwarded headers. It does not know profiles or sessions.

pub mod address;
pub mod head_clock;
pub mod rate_limit;
pub mod stopping;
pub mod warnings;
