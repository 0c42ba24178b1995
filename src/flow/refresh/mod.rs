//! Refresh: a token for an API that can be used now.
//!
//! Owns when tokens are refreshed, who refreshes them (one caller in this process, one replica at a time), and what
//! becomes of the session when that fails. The order stands in [`usable_token`]. Knows no HTTP, neither the
//! authority's nor a browser's.

mod failure;
pub(super) mod outcome;
pub(super) mod turn;
mod usable_token;

pub use outcome::{Force, Outcome, PersonNeeded, Refreshes, Token, TokenRequest};
pub use turn::{Flight, LONGEST_RETRY_AFTER, SingleFlight, Throttle};
pub use usable_token::usable_token;
