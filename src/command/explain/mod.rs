//! `gatehouse explain`: the effective profile, secrets masked.

pub mod command;
mod route_rows;
pub mod rows;
