//! What people configure: tenants, applications, people and settings, from a TOML file or over the control interface.
//!
//! Owns the written shapes, which refuse unknown members, and their checks. Does not apply them: `platform` does.

mod client;
mod file;
mod person;
mod tenant;

pub use client::ClientSettings;
pub use file::{Config, ConfigError, Settings};
pub use person::PersonSettings;
pub use tenant::{PolicySettings, TenantSettings};
