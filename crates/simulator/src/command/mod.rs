//! The command line of the simulator: its flags, and what it prints when it starts.
//!
//! Shared by the crate's own binary and by `gatehouse simulator`. Does not know what a service answers.

mod announcement;
mod arguments;

pub use arguments::{Arguments, EXAMPLES, run};
