//! Callback: the authority's answer completes an attempt, and a session begins.
//!
//! Owns the order in which an answer is judged ([`complete`]), what follows from a refusal, and the new session. Knows
//! neither the cookies nor the form that brought the answer.

mod begin_session;
mod complete;
mod refused;

pub use complete::{Browser, CallbackResult, complete};
