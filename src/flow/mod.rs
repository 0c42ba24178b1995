//! Layer 2: the journeys.
//!
//! Owns what happens, in which order, when a browser signs in, comes back, calls an API or signs out. Knows no
//! actix type, no SQL and no HTML; time and randomness come from the [`gate::Services`].

pub mod access;
pub mod api_call;
pub mod attempt_cookie;
pub mod audit;
pub mod callback;
pub mod decide;
pub mod edit_profile;
pub mod error;
pub mod exchanges;
mod failed_refresh;
mod new_tokens;
pub mod refresh;
pub mod services;
pub mod session_admin;
pub mod session_check;
pub mod sign_in;
pub mod sign_out;
pub mod single_logout;
