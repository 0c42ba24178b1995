//! `gatehouse explain`: the effective profile, secrets masked.

pub mod profile;
pub mod rows;
