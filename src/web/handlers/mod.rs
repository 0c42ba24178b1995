//! One file for each address: read the request, call one flow, answer.
//!
//! Handlers do not know each other, no protocol and no store, and they choose no status of an error.

pub mod assets;
pub mod call_api;
pub mod callback;
pub mod home;
pub mod my_sessions;
pub mod quick_check;
pub mod session_info;
pub mod sign_in;
pub mod sign_out;
pub mod single_logout;
pub mod token_details;
