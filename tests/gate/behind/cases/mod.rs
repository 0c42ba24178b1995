//! What is tried with every proxy.

pub mod forgeries;
pub mod outages;
pub mod people;
pub mod targets;
pub mod traffic;
