//! How long a page about an outage waits before it tries again: the longer the outage lasts, the longer, so that the people
//! who wait do not add to it.
//!
//! The page cannot count its own tries: a 503 sets no cookie, and "Try again" leads to the address that the person asked
//! for, to which no parameter may be added. So this process remembers since when it gives an answer. A page that waits for
//! half the age of an outage tries at distances that grow by half each time.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::clock::Timestamp;
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;

/// Seconds within which a page tries again, whatever the upstream says and however long the outage lasts.
const SOONEST: u64 = 2;
const LATEST: u64 = 120;

/// Without an answer for so many seconds an outage is over. Longer than [`LATEST`], else a lonely page would end it.
const OVER_AFTER: TimeDelta = TimeDelta::seconds(180);

/// The outages that this process tells people of.
pub struct OutageAges {
    random: Arc<dyn Random>,
    outages: Mutex<HashMap<(ProfileId, &'static str), OutageAge>>,
}

#[derive(Debug, Clone, Copy)]
struct OutageAge {
    began: Timestamp,
    told: Timestamp,
}

impl fmt::Debug for OutageAges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutageAges").finish_non_exhaustive()
    }
}

impl OutageAges {
    /// No outage yet.
    pub fn new(random: Arc<dyn Random>) -> Self {
        Self {
            random,
            outages: Mutex::default(),
        }
    }

    /// After how many seconds the page tries again: after `asked`, or after three to five eighths of the age of the outage if
    /// that is longer. `word` names the kind of outage.
    pub fn wait(
        &self,
        (profile, word): (&ProfileId, &'static str),
        now: Timestamp,
        asked: Duration,
    ) -> u64 {
        let mut byte = [0];
        self.random.fill(&mut byte);
        let [byte] = byte;
        let age = u64::try_from(self.age((profile.clone(), word), now).num_seconds());
        let grown = age.unwrap_or(0) * (192 + u64::from(byte) / 2) / 512;
        asked.as_secs().max(grown).clamp(SOONEST, LATEST)
    }

    fn age(&self, which: (ProfileId, &'static str), now: Timestamp) -> TimeDelta {
        let mut outages = self.outages.lock().unwrap_or_else(PoisonError::into_inner);
        outages.retain(|_, outage| now - outage.told < OVER_AFTER);
        let outage = outages.entry(which).or_insert(OutageAge {
            began: now,
            told: now,
        });
        outage.told = now;
        now - outage.began
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    /// The waits of a page that tries again each time.
    fn waits(random: u8, asked: u64) -> Vec<u64> {
        let ages = OutageAges::new(Arc::new(Always(random)));
        let staff = ProfileId::parse("staff").unwrap();
        let mut now = Timestamp::default();
        let mut wait = || {
            let wait = ages.wait((&staff, "down"), now, Duration::from_secs(asked));
            now += TimeDelta::seconds(wait.cast_signed());
            wait
        };
        (0..12).map(|_| wait()).collect()
    }

    #[test]
    fn waits_grow_with_the_outage_and_are_bounded() {
        assert_eq!(
            waits(128, 5),
            [5, 5, 5, 7, 11, 16, 24, 36, 54, 81, 120, 120]
        );
        for random in [0, 255] {
            let waits = waits(random, 0);
            assert!(
                waits.is_sorted() && waits[0] == 2 && waits[11] <= 120,
                "{waits:?}"
            );
        }
        assert_eq!(waits(128, 600)[0], 120, "whatever is asked");
    }

    #[test]
    fn an_outage_that_is_over_is_forgotten_and_others_do_not_count() {
        let ages = OutageAges::new(Arc::new(Always(128)));
        let (staff, shop) = (
            ProfileId::parse("staff").unwrap(),
            ProfileId::parse("shop").unwrap(),
        );
        let wait = |which, seconds| {
            let now = Timestamp::default() + TimeDelta::seconds(seconds);
            ages.wait(which, now, Duration::from_secs(5))
        };
        assert_eq!(wait((&staff, "down"), 0), 5);
        assert_eq!(wait((&staff, "down"), 100), 50);
        assert_eq!(wait((&shop, "down"), 100), 5, "another profile");
        assert_eq!(wait((&staff, "busy"), 100), 5, "another answer");
        assert_eq!(wait((&staff, "down"), 279), 120);
        assert_eq!(wait((&staff, "down"), 279 + 180), 5, "a new outage");
    }
}
