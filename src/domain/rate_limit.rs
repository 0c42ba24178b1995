//! A rate limit: how many at once, and how many per minute after that.

use std::num::NonZeroU32;

/// How often one address may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// So many per minute when `at_once` is used up.
    pub per_minute: NonZeroU32,
    /// So many at once.
    pub at_once: NonZeroU32,
}
