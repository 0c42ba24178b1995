//! The simulated platform: settings, tenants, applications, keys, faults, calls and state behind one shared value.
//!
//! Owns locks and the access to time and randomness. Does not know HTTP, and holds no protocol rules.

mod applications;
mod built_in;
mod core;
mod people;

pub(crate) use self::core::Platform;
pub use people::SignedIn;
