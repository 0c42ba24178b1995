//! `Touches`: uses of sessions that wait to be written, many in one statement.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::session::HandleHash;
use crate::store::row::database_trait::Touch;

/// Uses in one statement.
pub(in crate::store) const BATCH: usize = 1000;
/// Uses that wait at most; beyond it the database has been away for long, and idle time-outs grow shorter by what is
/// not written.
const WAITING: usize = 200_000;

/// Uses that wait to be written, at most one for each session.
#[derive(Debug, Default)]
pub(in crate::store) struct Touches {
    waiting: Mutex<HashMap<HandleHash, Touch>>,
}

impl Touches {
    pub(in crate::store) fn add(&self, touch: Touch) {
        let mut waiting = self.lock();
        if waiting.len() < WAITING || waiting.contains_key(&touch.hash) {
            waiting.insert(touch.hash, touch);
        }
    }

    /// A use that is not in the row yet.
    pub(in crate::store) fn waiting_for(&self, hash: &HandleHash) -> Option<Touch> {
        self.lock().get(hash).copied()
    }

    /// Takes all that wait.
    pub(in crate::store) fn take(&self) -> Vec<Touch> {
        std::mem::take(&mut *self.lock()).into_values().collect()
    }

    /// Puts back what could not be written, unless the session was used again meanwhile.
    pub(in crate::store) fn put_back(&self, touches: &[Touch]) {
        let mut waiting = self.lock();
        for touch in touches {
            waiting.entry(touch.hash).or_insert(*touch);
        }
    }

    /// A session ended: its use is not written.
    pub(in crate::store) fn forget(&self, hash: &HandleHash) {
        self.lock().remove(hash);
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.lock().len()
    }

    /// A panic elsewhere leaves a map that is whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<HandleHash, Touch>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_gives_way_to_a_later_use() {
        let touches = Touches::default();
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
