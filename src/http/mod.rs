//! Layer 1: outbound HTTP.
//!
//! Owns the one kind of client that leaves the process, and what guards its calls: a bulkhead and a circuit breaker
//! for each profile, time-outs, size limits and retries. It does not know which protocol a call belongs to.

pub mod bulkhead;
pub mod circuit_breaker;
pub mod client;
