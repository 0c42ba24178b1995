//! Circuit breaker for one endpoint: while it is open, callers learn of the outage at once instead of waiting for a
//! time-out one by one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::http::bulkhead::count_shed;
use crate::http::error::CallError;

/// This many failures within [`WINDOW`] open the circuit breaker.
const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_secs(10);
/// While the circuit breaker is open, one call passes per interval: within five seconds of the server's return all do.
const PROBE: Duration = Duration::from_secs(4);

#[derive(Default)]
struct State {
    failures: VecDeque<Timestamp>,
    next_probe: Option<Timestamp>,
}

/// The state of one endpoint's circuit breaker.
#[derive(Default)]
pub(crate) struct CircuitBreaker(Mutex<State>);

impl CircuitBreaker {
    /// Lets a call pass, or says when the next one may.
    pub(crate) fn pass(&self, now: Timestamp) -> Result<(), CallError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_probe {
            Some(next) if now < next => {
                count_shed("circuit_open");
                Err(CallError::CircuitOpen {
                    retry_after: (next - now).to_std().unwrap_or(PROBE),
                })
            }
            Some(_) => {
                state.next_probe = Some(now + PROBE);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The server answered, with whatever status below 500.
    pub(crate) fn answered(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }

    /// The server did not answer, or answered that it cannot.
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

    // proves: D16
    #[test]
    fn after_five_failures_calls_fail_at_once_but_for_one_probe() {
        let circuit_breaker = CircuitBreaker::default();
        for second in 0..5 {
            assert!(circuit_breaker.pass(at(second)).is_ok());
            circuit_breaker.failed(at(second));
        }
        assert_eq!(
            circuit_breaker.pass(at(5)),
            Err(CallError::CircuitOpen {
                retry_after: Duration::from_secs(3)
            })
        );
        assert!(circuit_breaker.pass(at(8)).is_ok(), "the probe");
        assert!(circuit_breaker.pass(at(8)).is_err(), "only one");
        circuit_breaker.failed(at(9));
        assert!(circuit_breaker.pass(at(12)).is_err());
        assert!(circuit_breaker.pass(at(13)).is_ok());
        circuit_breaker.answered();
        assert!(circuit_breaker.pass(at(13)).is_ok());
    }

    // proves: D16
    #[test]
    fn failures_that_lie_apart_open_nothing() {
        let circuit_breaker = CircuitBreaker::default();
        for second in (0..60).step_by(3) {
            assert!(circuit_breaker.pass(at(second)).is_ok());
            circuit_breaker.failed(at(second));
        }
    }
}
