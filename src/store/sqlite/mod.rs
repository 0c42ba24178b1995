//! The store on SQLite, for one machine.
//!
//! Owns the statements that only SQLite speaks, the pools, the migrations, and the table by which several processes on
//! one file tell one another what to forget. It knows neither the keys nor what is sealed.

mod connection;
#[cfg(feature = "demo")]
mod demonstration;
mod listen;
mod migrate;
mod sessions;
mod upkeep;

pub(super) use connection::SqliteDatabase;
pub use connection::sqlite_file;
#[cfg(feature = "demo")]
pub use demonstration::set_sessions_away;
