//! The report of all problems of files, variables and flags.
//!
//! Owns problems, their positions and how they are shown. It does not know who finds them.

pub mod file_problems;
pub mod nearest;
pub mod placeholder;
pub mod problem;
pub mod rendering;
