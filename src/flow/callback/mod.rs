//! Callback: the authority's answer completes an attempt, and a session begins.
//!
//! Owns the order in which an answer is judged ([`complete`]), what follows from a refusal or a lost attempt, and the
//! new session. Knows neither the cookies nor the form that brought the answer.

mod begin_session;
mod complete;
mod lost_attempt;

pub use complete::{Browser, CallbackResult, Completion, complete};
pub use lost_attempt::{LostAttempt, begin_again};
