//! One file for each address or group of addresses: take values from the request, call one flow, answer.
//!
//! Handlers import no other handler. They know no protocol and no store, and they choose no status for an error.

pub mod assets;
pub mod call_api;
pub mod callback;
pub mod easyauth;
pub mod hand_off;
pub mod home;
pub mod jwks;
pub mod language;
pub mod my_sessions;
pub mod session_info;
pub mod sign_in;
pub mod sign_out;
pub mod single_logout;
pub mod token_details;
pub mod you;
