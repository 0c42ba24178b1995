//! `gatehouse explain`: the effective profile, secrets masked.

pub mod command;
mod page_rows;
mod route_rows;
pub mod rows;
mod settings;
mod written_rows;
