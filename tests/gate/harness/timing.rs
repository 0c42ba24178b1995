//! Promises about time. Tests count calls and look at states first; the clock on the wall comes last.

use std::time::{Duration, Instant};

/// What a machine with two busy cores may add to a promised time.
const SLACK: Duration = Duration::from_secs(3);

/// Less than the promised time has passed since `begun`, but for what a busy machine adds.
pub fn assert_within(begun: Instant, promised: Duration) {
    let took = begun.elapsed();
    assert!(took < promised + SLACK, "{took:?} of {promised:?}");
}
