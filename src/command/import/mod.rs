//! `gatehouse import`: a `.env` file of the Microsoft Python samples becomes a profile.

pub mod apis;
pub mod command;
pub mod draft;
pub mod env_file;
mod redirect_uri;
