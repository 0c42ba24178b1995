//! Layer 2, beside `flow`: the reverse proxy, and what an upstream receives about the caller.
//!
//! Owns the headers that go to an upstream, the client that carries a request there, and the tunnels of websockets. It
//! translates a decision that was made elsewhere; it knows neither sessions in a store nor pages.

mod assertion;
pub mod easyauth;
pub mod identity_headers;
pub mod upstream_identity;

pub use crate::domain::header_names;
