//! What is tried with every proxy.

pub mod encrypted;
pub mod features;
pub mod forgeries;
pub mod outages;
pub mod people;
pub mod targets;
pub mod traffic;
pub mod upgrades;
