//! `StoreClock`: the time by which sessions end, the same on all replicas.
//!
//! Follows the database's clock where ours is off by more than a second. A smaller difference is the time of the round trip.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use chrono::TimeDelta;

use crate::domain::clock::{Clock, Timestamp};

/// A difference of up to this many milliseconds is not corrected.
const TOLERATED: i64 = 1000;

/// The process's clock, corrected to the database's.
#[derive(Debug)]
pub struct StoreClock {
    ours: Arc<dyn Clock>,
    follows: bool,
    measured: AtomicBool,
    drift: AtomicI64,
}

impl StoreClock {
    pub(super) fn new(ours: Arc<dyn Clock>, follows: bool) -> Self {
        Self {
            ours,
            follows,
            measured: AtomicBool::new(false),
            drift: AtomicI64::new(0),
        }
    }

    /// Measures the drift from what the database's clock shows, in unix milliseconds.
    pub(super) fn compare(&self, database: i64) {
        let drift = database.saturating_sub(self.ours.now().timestamp_millis());
        self.drift.store(drift, Ordering::Relaxed);
        self.measured.store(true, Ordering::Release);
    }

    /// How far the database's clock is ahead of ours; `None` until it was read.
    pub fn drift(&self) -> Option<TimeDelta> {
        self.measured
            .load(Ordering::Acquire)
            .then(|| TimeDelta::milliseconds(self.drift.load(Ordering::Relaxed)))
    }
}

impl Clock for StoreClock {
    fn now(&self) -> Timestamp {
        let now = self.ours.now();
        let drift = self.drift.load(Ordering::Relaxed);
        if self.follows && drift.abs() > TOLERATED {
            now.checked_add_signed(TimeDelta::milliseconds(drift))
                .unwrap_or(now)
        } else {
            now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::FixedClock;

    // proves: D32
    #[test]
    fn a_replica_five_minutes_off_follows_the_databases_clock() {
        let at = Timestamp::from_timestamp_millis(1_000_000_000_000).unwrap();
        let database = at + TimeDelta::minutes(5);
        let clock = StoreClock::new(Arc::new(FixedClock::at(at)), true);
        assert_eq!(clock.drift(), None);
        clock.compare(database.timestamp_millis());
        assert_eq!(clock.now(), database);
        assert_eq!(clock.drift(), Some(TimeDelta::minutes(5)));
        clock.compare((at + TimeDelta::milliseconds(300)).timestamp_millis());
        assert_eq!(clock.now(), at);
    }
}
