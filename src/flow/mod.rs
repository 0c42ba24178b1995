//! Layer 2: the journeys.
//!
//! Owns what happens, in which order, when a browser signs in, comes back, calls an API or signs out. Knows no
//! actix type, no SQL and no HTML; time and randomness come from the [`gate::Gate`].

pub mod api_call;
pub mod attempts;
pub mod audit;
pub mod callback;
pub mod edit_profile;
pub mod entry;
pub mod error;
pub mod exchanges;
mod failed_refresh;
pub mod gate;
pub mod logout_notice;
mod new_tokens;
pub mod refresh;
pub mod session_check;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
