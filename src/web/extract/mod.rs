//! Values that handlers take from a request: the profile, the parameters, who is signed in, and what the request may do.
//!
//! Owns reading these values, each at most once in a request. It does not answer requests, and it does not know which
//! handler asks.

pub mod parameters;
pub mod provenance;
pub mod signed_in;
pub mod visit;
