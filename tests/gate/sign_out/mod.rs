//! Sign-out: here first, then at the authority, and never by somebody else's link.

mod end_session;
mod going_on;
mod local_end;
