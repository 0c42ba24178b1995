//! Rows in SQLite: the embedded store of one machine.
//!
//! Owns every SQLite statement, the pools, the migrations and the notices by which several processes on one file
//! hear of one another. It knows neither keys nor what is sealed.

mod connection;
mod listen;
mod maintenance;
mod migrate;
mod replay;
mod sessions;
mod tokens;

pub(super) use connection::SqliteRows;
pub use connection::sqlite_file;
