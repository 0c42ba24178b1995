//! Layer 2, beside `flow`: the reverse proxy, and what an upstream receives about the caller.
//!
//! Owns the headers that go to an upstream, the client that carries a request there, and the tunnels of websockets. It
//! translates a decision that was made elsewhere; it knows neither sessions in a store nor pages.

pub mod answer;
mod assertion;
pub mod client;
mod connector;
pub mod easyauth;
pub mod error;
mod frame_border;
pub mod identity_headers;
pub mod request_body;
mod tls;
pub mod tunnel;
pub mod upstream_identity;

pub use crate::domain::header_names;
