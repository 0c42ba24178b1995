//! The two listeners: their sockets, their servers, and what a connection may cost.
//!
//! Owns binding, the limit of open files, the number of connections and the time-outs of a connection. Knows no address
//! of the gateway: [`crate::web::routes`] has them.

mod connection;
mod open_files;
pub mod servers;
mod upgrades;
