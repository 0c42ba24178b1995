//! Every cookie of ours: its name, its flags, how it is read and written.
//!
//! Owns the session cookie, the cookies of attempts and posted callbacks, and the short-lived cookies. Does not know
//! what a session means, nor how a cookie came to be wanted.

pub mod attempt;
pub mod consent_asked;
pub mod cookie_header;
mod eviction;
pub mod flags;
pub mod flash;
pub mod foreign_cookie_warning;
pub mod language;
pub mod posted_callback;
pub mod redirect_loop;
pub mod session;
mod short_lived;
