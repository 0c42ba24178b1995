//! Other applications behind gatehouse: forward auth and the reverse proxy, as web requests.
//!
//! Owns how a proxy tells which request it asks about, and how a decision becomes an answer. It decides nothing itself.

mod application_cookies;
pub mod bearer;
pub mod check;
pub mod credentials;
pub mod easyauth_headers;
pub mod forward;
pub mod forwarded_request;
pub mod guarded;
pub mod original_request;
pub mod protected_resource;
pub mod proxy;
pub mod refused_check;
pub mod relay;
pub mod request_headers;
pub mod step_up;
pub mod upstream_headers;
pub mod upstream_token;
pub mod websocket;
