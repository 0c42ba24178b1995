//! The read-through cache of sessions.
//!
//! Owns what this process remembers, and when it must forget. It does not know SQL.

pub mod clock_map;
pub mod invalidation;
pub mod sessions;
