//! One row of a session.
//!
//! Owns the columns, the statements that both databases speak, and what is sealed inside the columns. It does not know
//! which database the row stands in.

pub mod listed;
pub mod rows;
pub mod sealed_row;
pub mod sql;
