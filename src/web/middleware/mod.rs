//! What every request passes before and after its handler.
//!
//! Owns the fast path, finding the profile, the request's id and span, security headers, sealing the session cookie with the newest
//! key, and the answer to a panic. It does not know what a handler does.

pub mod catch_panic;
pub mod fast_path;
pub mod request_id;
pub mod request_span;
pub mod resolve_profile;
pub mod rotate_session_key;
pub mod security_headers;
