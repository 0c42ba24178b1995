//! Rows in Postgres: the store of deployments with many replicas.
//!
//! Owns every Postgres statement, the pool, the migrations and the LISTEN connection. It knows neither keys nor
//! what is sealed.

mod connection;
mod listen;
mod maintenance;
mod migrate;
mod replay;
mod sessions;
mod tokens;

pub(super) use connection::PostgresRows;
