//! What changes while the simulator runs: people, consents, browsers, codes and refresh tokens.
//!
//! Owns the tables and what may be done to them. One lock, held by `platform`, guards them all; nothing is signed or awaited
//! under that lock. Does not know HTTP or tokens.

mod browsers;
mod devices;
mod grants;
mod people;
mod records;
mod tables;

pub(crate) use people::pairwise;
pub(crate) use records::{Account, BrowserKey, Decision, DeviceCode, Grant, Redeemer};
pub(crate) use tables::State;
