//! Groups of callers that were read a moment ago, in memory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::flow::refresh::Throttle;

/// How long groups count: whoever leaves a group is out after this time.
const FRESH: Duration = Duration::from_mins(5);
/// People remembered at most.
const MOST: u64 = 10_000;
/// How many people's groups are read at the same time.
const TURNS: usize = 16;

/// A person at a profile.
type CallerAtProfile = (ProfileId, SubjectKey);

/// Groups that were read a moment ago.
#[derive(Debug)]
pub struct BearerGroups {
    read: Cache<CallerAtProfile, (Timestamp, Arc<Vec<String>>)>,
    held_back: Throttle<CallerAtProfile>,
    /// Many requests of one person cause one call.
    turns: [Mutex<()>; TURNS],
}

impl Default for BearerGroups {
    fn default() -> Self {
        Self {
            read: Cache::builder()
                .max_capacity(MOST)
                .time_to_live(FRESH)
                .build(),
            held_back: Throttle::default(),
            turns: Default::default(),
        }
    }
}

impl BearerGroups {
    /// Groups that still count.
    pub(super) fn find(
        &self,
        person: &CallerAtProfile,
        now: Timestamp,
    ) -> Option<Arc<Vec<String>>> {
        let (read_at, groups) = self.read.get(person)?;
        let age = (now - read_at).to_std().ok()?;
        (age < FRESH).then_some(groups)
    }

    /// The lock of a person; whoever reads the groups holds it.
    pub(super) fn turn(&self, person: &CallerAtProfile) -> Option<&Mutex<()>> {
        let mut hasher = DefaultHasher::new();
        person.hash(&mut hasher);
        let turn = usize::try_from(hasher.finish() % TURNS as u64).ok()?;
        self.turns.get(turn)
    }

    /// Remembers groups that were read now.
    pub(super) fn remember(
        &self,
        person: CallerAtProfile,
        now: Timestamp,
        groups: Arc<Vec<String>>,
    ) {
        self.read.insert(person, (now, groups));
    }

    /// Whether reading failed a moment ago.
    pub(super) fn is_held_back(&self, person: &CallerAtProfile, now: Timestamp) -> bool {
        self.held_back.remaining(person, now).is_some()
    }

    /// Does not try again before `until`.
    pub(super) fn hold_back(&self, person: CallerAtProfile, until: Timestamp) {
        self.held_back.hold_back(person, until, ());
    }
}
