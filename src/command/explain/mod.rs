//! `gatehouse explain`: the effective profile, secrets masked.

pub mod command;
pub mod rows;
