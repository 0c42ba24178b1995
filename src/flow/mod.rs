//! Layer 2: flows.
//!
//! Owns what happens, in which order, when a browser signs in, comes back, calls an API or signs out; each flow has its
//! order as a numbered comment. Knows no actix type, no SQL and no HTML; time and randomness come from
//! [`services::Services`].

pub mod access;
pub mod api_call;
pub mod attempt_cookie;
pub mod audit;
pub mod bearer;
pub mod callback;
pub mod decide;
pub mod easyauth_tokens;
pub mod edit_profile;
pub mod error;
pub mod groups_of_callers;
pub mod hand_off;
pub mod readiness;
pub mod refresh;
pub mod services;
pub mod session_admin;
pub mod session_check;
pub mod session_ends;
pub mod session_name;
pub mod session_watch;
pub mod sign_in;
pub mod sign_out;
pub mod single_logout;
