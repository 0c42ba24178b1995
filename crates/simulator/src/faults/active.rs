//! Which faults are active, and how many answers each still applies to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::faults::fault::{Fault, Injection, Point};
use crate::kind::Kind;

/// The active faults.
#[derive(Default)]
pub(crate) struct Faults {
    /// Read before the lock is taken, so that a simulator without faults pays one atomic load.
    active: AtomicUsize,
    list: Mutex<Vec<Injection>>,
}

impl Faults {
    pub(crate) fn add(&self, injection: Injection) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(injection);
        self.active.store(list.len(), Ordering::SeqCst);
    }

    /// The active faults, in the order in which they were added.
    pub(crate) fn all(&self) -> Vec<Injection> {
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.clone()
    }

    pub(crate) fn clear(&self) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.clear();
        self.active.store(0, Ordering::SeqCst);
    }

    /// The faults that apply to this answer; each one with a count is used up by one.
    pub(crate) fn take(&self, point: Point, kind: Option<Kind>) -> Vec<Fault> {
        if self.active.load(Ordering::SeqCst) == 0 {
            return Vec::new();
        }
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        list.retain_mut(|injection| {
            let here = injection.fault.point() == point
                && (injection.kind.is_none() || injection.kind == kind);
            if !here || injection.times == Some(0) {
                return injection.times != Some(0);
            }
            taken.push(injection.fault.clone());
            injection.times = injection.times.map(|times| times.saturating_sub(1));
            injection.times != Some(0)
        });
        self.active.store(list.len(), Ordering::SeqCst);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_with_a_count_is_used_up_at_its_own_place_only() {
        let faults = Faults::default();
        faults.add(Fault::BadSignature.times(2).at(Kind::B2c));
        assert!(faults.take(Point::Metadata, Some(Kind::B2c)).is_empty());
        assert!(faults.take(Point::IdToken, Some(Kind::Oidc)).is_empty());
        assert_eq!(
            faults.take(Point::IdToken, Some(Kind::B2c)),
            [Fault::BadSignature]
        );
        assert_eq!(
            faults.take(Point::IdToken, Some(Kind::B2c)),
            [Fault::BadSignature]
        );
        assert!(faults.take(Point::IdToken, Some(Kind::B2c)).is_empty());
    }

    #[test]
    fn a_fault_without_a_count_stays_until_it_is_cleared() {
        let faults = Faults::default();
        faults.add(Fault::KeysDown.into());
        assert_eq!(faults.take(Point::Keys, None).len(), 1);
        assert_eq!(faults.take(Point::Keys, None).len(), 1);
        faults.clear();
        assert!(faults.take(Point::Keys, None).is_empty());
    }
}
