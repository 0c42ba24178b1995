//! Layer 0: the values and rules of the gateway.
//!
//! Owns what a profile, an authority, an attempt, a session and a token set *are*, and the rules that need
//! nothing but these values. No I/O, no async, no framework, no clock of its own: time and randomness arrive
//! as arguments.

pub mod access_rule;
pub mod api;
pub mod attempt;
pub mod authority;
pub mod callback;
pub mod clock;
pub mod credential;
pub mod flash;
pub mod identity;
pub mod issuer;
pub mod own_path;
pub mod profile;
pub mod profiles;
pub mod public_url;
pub mod return_to;
pub mod secret;
pub mod session;
pub mod token_set;
