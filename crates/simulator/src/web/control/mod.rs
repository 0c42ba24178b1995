//! The control interface: faults, people, applications, calls and tokens as JSON, for tests in another process.
//!
//! Owns the commands and their strict reading. Does not carry anything out: it calls `platform`.

mod commands;
mod input;
mod mint;
mod routes;

pub(crate) use routes::answer;
