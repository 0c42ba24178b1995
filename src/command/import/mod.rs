//! `gatehouse import`: a `.env` file of the Microsoft Python samples becomes a profile.

pub mod apis;
pub mod env_file;
pub mod profile;
pub mod text;
