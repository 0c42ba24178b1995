//! Profile files become [`crate::domain::profile::Profile`] values.
//!
//! Owns the written shape of a profile and its conversion, one file for each part of a profile. It does not know where
//! files stand or what becomes of a profile that is broken.

pub mod address;
pub mod apis;
pub mod authority;
pub mod authorize;
pub mod certificate;
pub mod conversion;
pub mod credential;
pub mod file;
mod fingerprint;
pub mod profile_reader;
pub mod scalars;
pub mod secret;
