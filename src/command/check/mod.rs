//! `gatehouse check`: what is wrong with the files, what to register, and what the authority says.

pub mod answer;
mod bearer_notes;
mod look;
mod network;
pub mod offline;
pub mod online;
pub mod registration;

#[cfg(test)]
mod documented_codes;
#[cfg(test)]
mod tests;
