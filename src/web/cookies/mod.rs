//! Every cookie of ours: its name, its flags, how it is read and written.
//!
//! Owns the session cookie, the attempts and the short-lived cookies. It does not know what a session means.

pub mod consent_asked;
pub mod flash;
pub mod posted_callback;
pub mod redirect_loop;
pub mod session;
pub mod short_lived;
