//! Faults on demand: wrong, late or unusual answers, for tests of relying parties.
//!
//! Owns the list of faults and which of them are active. Does not carry any out: the code that answers does.

mod active;
mod fault;

pub(crate) use active::Faults;
pub(crate) use fault::Point;
pub use fault::{Fault, Injection};
