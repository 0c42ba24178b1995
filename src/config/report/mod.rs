//! The report: everything that is wrong with files, variables and flags, in one text.
//!
//! Owns problems, their positions and how they are shown. It does not know who found them.

pub mod file_problems;
pub mod nearest;
pub mod placeholder;
pub mod problem;
pub mod rendering;
