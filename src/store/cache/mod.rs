//! The read-through cache of sessions.
//!
//! Owns what this process has in memory, and when it must be read again. It does not know SQL.

pub mod entries;
pub mod invalidation;
pub mod sessions;
