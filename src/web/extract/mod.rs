//! Values that handlers take from a request: the profile, the parameters, who is signed in, and what the request may do.
//!
//! Owns reading these values, each at most once in a request. It does not answer requests, and it does not know which
//! handler asks.

pub mod csrf;
pub mod fetch_metadata;
pub mod form;
pub mod may_begin;
pub mod parameters;
pub mod passed_on;
pub mod resolved_profile;
pub mod signed_in;
pub mod visit;
