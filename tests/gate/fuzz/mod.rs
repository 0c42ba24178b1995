//! Whatever strangers send over HTTP: no answer is a server error, and what belongs to people stays with them.
//!
//! `make test` sends a few hundred requests, `make fuzz` as many as `PROPTEST_CASES` says.

mod callbacks;
mod cookies;
mod forms;
mod logout_tokens;
mod requests;
mod strangers;
