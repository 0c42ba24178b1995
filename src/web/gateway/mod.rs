//! Other applications behind gatehouse: forward auth and the reverse proxy, as web requests.
//!
//! Owns how a proxy tells which request it asks about, and how a decision becomes an answer. It decides nothing itself.

pub mod application_headers;
pub mod bearer;
pub mod check;
pub mod forward;
pub mod forwarded_request;
pub mod guarded;
mod narrowing;
pub mod original_request;
pub mod protected_resource;
pub mod proxy;
pub mod refusal;
pub mod relay;
pub mod request_headers;
pub mod upstream_token;
pub mod websocket;
