//! Every cookie of ours: its name, its flags, how it is read and written.
//!
//! Owns the session cookie, the cookies of attempts and posted callbacks, and the plain cookies. Does not know
//! what a session means, nor how a cookie came to be wanted.

pub mod attempt;
pub mod cookie;
pub mod plain;
pub mod posted_callback;
pub mod session;
