//! Throttle: for each key, the time before which something is not tried again.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::clock::Timestamp;

/// Keys remembered at most; beyond that the least used are forgotten, and what they stand for is tried again.
const MOST_KEYS: u64 = 10_000;
/// The longest `Retry-After` that is honoured.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Remembers for each key until when nothing is tried again, and why.
#[derive(Debug)]
pub struct Throttle<K, R = ()>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    until: Cache<K, (Timestamp, R)>,
}

impl<K, R> Default for Throttle<K, R>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        let until = Cache::builder()
            .max_capacity(MOST_KEYS)
            .time_to_live(LONGEST_RETRY_AFTER)
            .build();
        Self { until }
    }
}

impl<K, R> Throttle<K, R>
where
    K: Eq + Hash + Send + Sync + 'static,
    R: Clone + Send + Sync + 'static,
{
    /// Holds `key` back until `until`.
    pub fn hold_back(&self, key: K, until: Timestamp, reason: R) {
        self.until.insert(key, (until, reason));
    }

    /// For how long `key` is still held back at `now`, and why; `None` if it is free.
    pub fn remaining(&self, key: &K, now: Timestamp) -> Option<(Duration, R)> {
        let (until, reason) = self.until.get(key)?;
        let left = (until - now).to_std().ok()?;
        (!left.is_zero()).then_some((left, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn a_key_is_free_again_at_the_very_moment_that_was_named() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let throttle = Throttle::default();
        assert_eq!(throttle.remaining(&"staff", now), None, "never held back");
        throttle.hold_back("staff", now + TimeDelta::seconds(5), "busy");
        let four = now + TimeDelta::seconds(4);
        let left = throttle.remaining(&"staff", four);
        assert_eq!(left, Some((Duration::from_secs(1), "busy")));
        assert_eq!(throttle.remaining(&"other", four), None, "another key");
        for later in [5, 6] {
            let later = now + TimeDelta::seconds(later);
            assert_eq!(throttle.remaining(&"staff", later), None);
        }
    }
}
