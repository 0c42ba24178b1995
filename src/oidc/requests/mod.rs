//! The requests of the protocol, one file each.
//!
//! Owns authorization, code, refresh, userinfo, groups, revocation and logout: what is sent, and what a response
//! means. It does not know sessions, cookies or pages.

pub mod access_token;
pub mod authorization;
pub mod code;
pub mod end_session;
pub mod graph_groups;
pub mod logout_token;
pub mod parameters;
pub mod probe;
pub mod refresh;
pub mod token_endpoint;
pub mod token_request_error;
