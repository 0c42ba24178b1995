//! One row of a session: its columns, what is sealed in it, and the trait that both databases implement.
//!
//! It does not know which database stands behind the trait.

pub mod columns;
pub mod database_trait;
pub mod payload;
pub mod sealed_row;
