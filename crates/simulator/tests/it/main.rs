//! The simulator over HTTP, as a relying party and a browser see it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod apis;
mod client_authentication;
mod config;
mod control;
mod device;
mod discovery;
mod faults;
mod faulty_answers;
mod grants;
mod harness;
mod house;
mod metadata;
mod pages;
mod refresh;
mod running;
mod scripts;
mod sign_in;
mod sign_out;
mod tokens;
mod true_names;
mod truer_tokens;
