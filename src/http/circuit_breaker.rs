//! A token endpoint that keeps failing is left alone for a moment: callers learn of an outage at once instead of
//! waiting for it one by one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::clock::Timestamp;

/// So many failures within [`WINDOW`] open the breaker.
const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_secs(10);
/// While it is open, one call goes through so often: within five seconds of the authority's return all do.
const PROBE: Duration = Duration::from_secs(4);

#[derive(Default)]
struct State {
    failures: VecDeque<Timestamp>,
    next_probe: Option<Timestamp>,
}

/// The breaker of one profile's token endpoint.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

impl Breaker {
    /// Lets a call through, or says how long not.
    pub(crate) fn pass(&self, now: Timestamp) -> Result<(), Duration> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_probe {
            Some(next) if now < next => Err((next - now).to_std().unwrap_or(PROBE)),
            Some(_) => {
                state.next_probe = Some(now + PROBE);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The authority answered, whatever it said.
    pub(crate) fn answered(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }

    /// The authority did not answer, or said that it cannot.
    pub(crate) fn failed(&self, now: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while state.failures.front().is_some_and(|at| *at + WINDOW <= now) {
            state.failures.pop_front();
        }
        state.failures.push_back(now);
        if state.failures.len() >= FAILURES {
            state.failures.pop_front();
            state.next_probe = Some(now + PROBE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn d16_after_five_failures_calls_fail_at_once_but_for_one_probe() {
        let breaker = Breaker::default();
        for second in 0..5 {
            assert!(breaker.pass(at(second)).is_ok());
            breaker.failed(at(second));
        }
        assert_eq!(breaker.pass(at(5)), Err(Duration::from_secs(3)));
        assert!(breaker.pass(at(8)).is_ok(), "the probe");
        assert!(breaker.pass(at(8)).is_err(), "only one");
        breaker.failed(at(9));
        assert!(breaker.pass(at(12)).is_err());
        assert!(breaker.pass(at(13)).is_ok());
        breaker.answered();
        assert!(breaker.pass(at(13)).is_ok());
    }

    #[test]
    fn d16_failures_that_lie_apart_open_nothing() {
        let breaker = Breaker::default();
        for second in (0..60).step_by(3) {
            assert!(breaker.pass(at(second)).is_ok());
            breaker.failed(at(second));
        }
    }
}
