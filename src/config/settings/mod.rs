//! Settings of the process: a file, environment variables and flags become one value.
//!
//! Owns the written shape, the order of the layers and the defaults. It does not know profiles.

mod admin_host;
pub mod file;
pub mod in_force;
pub mod layers;
pub mod options;
mod outbound;
mod own_resources;
mod reader;
mod scalars;
pub mod secret_text;
mod telemetry_table;
mod trusted_network;

#[cfg(test)]
mod tests;
