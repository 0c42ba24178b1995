//! The longest duration that a file may contain.

use std::time::Duration;

/// Points in time are calculated with durations: a longer one could leave the range of dates.
pub(super) const LONGEST_DURATION: Duration = Duration::from_hours(24 * 36_500);

/// [`LONGEST_DURATION`] as people write it.
pub(super) const LONGEST_DURATION_TEXT: &str = "36500d";
