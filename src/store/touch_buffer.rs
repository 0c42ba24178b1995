//! `TouchBuffer`: uses of sessions that wait to be written, many in one statement.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::session::{HandleHash, TOUCH_SECONDS};
use crate::store::database::Touch;

/// How many uses one statement writes.
pub(in crate::store) const TOUCHES_PER_STATEMENT: usize = 1000;
/// A row whose last use was written within this time is not written again.
pub(in crate::store) const TOUCH_INTERVAL: Duration =
    Duration::from_secs(TOUCH_SECONDS.unsigned_abs());
/// How many uses wait at most. When the buffer is full the database has been away for long; uses that find no room are
/// dropped, so those sessions may reach their idle time-out early.
const CAPACITY: usize = 200_000;

/// Uses that wait to be written, at most one for each session.
#[derive(Debug, Default)]
pub(in crate::store) struct TouchBuffer {
    waiting: Mutex<HashMap<HandleHash, Touch>>,
}

impl TouchBuffer {
    pub(in crate::store) fn add(&self, touch: Touch) {
        let mut waiting = self.lock();
        if waiting.len() < CAPACITY || waiting.contains_key(&touch.hash) {
            waiting.insert(touch.hash, touch);
        }
    }

    /// The use of a session that is not in its row yet.
    pub(in crate::store) fn waiting_for(&self, hash: &HandleHash) -> Option<Touch> {
        self.lock().get(hash).copied()
    }

    /// Takes all uses out of the buffer.
    pub(in crate::store) fn take(&self) -> Vec<Touch> {
        std::mem::take(&mut *self.lock()).into_values().collect()
    }

    /// Puts back what could not be written, except where the session was used again meanwhile.
    pub(in crate::store) fn put_back(&self, touches: &[Touch]) {
        let mut waiting = self.lock();
        for touch in touches {
            waiting.entry(touch.hash).or_insert(*touch);
        }
    }

    /// Drops the use of a session that has ended.
    pub(in crate::store) fn forget(&self, hash: &HandleHash) {
        self.lock().remove(hash);
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Nothing panics while the map is locked, so a poisoned lock guards a consistent map.
    fn lock(&self) -> MutexGuard<'_, HashMap<HandleHash, Touch>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_use_wins_over_one_that_could_not_be_written() {
        let touches = TouchBuffer::default();
        let touch = |seen_at| Touch {
            hash: HandleHash([1; 32]),
            seen_at,
            idle_until: seen_at + 10,
        };
        touches.add(touch(1));
        let taken = touches.take();
        touches.add(touch(2));
        touches.put_back(&taken);
        assert_eq!(touches.take(), [touch(2)]);
        assert_eq!(touches.len(), 0);
    }
}
