//! The store on Postgres, for deployments with many replicas.
//!
//! Owns the statements that only Postgres speaks, the pool, the migrations and the LISTEN connection. It knows neither
//! the keys nor what is sealed.

mod address;
mod connection;
mod listen;
mod migrate;
mod pooler;
mod refusal;
mod sessions;
mod statements;
mod upkeep;

pub(super) use connection::PostgresDatabase;
