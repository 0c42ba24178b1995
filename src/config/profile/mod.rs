//! Profile files become [`crate::domain::profile::Profile`] values.
//!
//! Owns the written shape of a profile file and its conversion, one file for each part of a profile. It does not know the
//! profiles folder, or what happens to a broken profile.

mod access_rule;
pub mod address;
mod api_scopes;
pub mod apis;
pub mod authority;
pub mod authorize;
mod branding;
mod branding_table;
pub mod certificate;
pub mod conversion;
pub mod credential;
pub mod file;
mod fingerprint;
mod hosts;
mod languages;
mod own_templates;
mod permitted;
mod pictures;
pub mod profile_reader;
mod route;
mod route_bearer;
mod route_easyauth;
mod route_identity;
mod route_step_up;
mod route_table;
mod route_timeouts;
mod route_upstream;
pub mod scalars;
pub mod secret;
mod session_limits;
mod tenant_lists;

#[cfg(test)]
mod tests;
