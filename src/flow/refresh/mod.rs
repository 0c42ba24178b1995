//! Refresh: a token for an API that can be used now.
//!
//! Owns when tokens are refreshed, who refreshes them (one caller in this process, one replica at a time), and what
//! becomes of the session when that fails. The order stands in [`usable_token`]. Knows no HTTP, neither the
//! authority's nor a browser's.

mod failure;
pub(super) mod lease;
pub(super) mod outcome;
mod single_flight;
mod usable_token;

pub use outcome::{Force, Outcome, PersonNeeded, Refreshes, Token, TokenRequest};
pub use single_flight::{Flight, SingleFlight};
pub use usable_token::usable_token;
