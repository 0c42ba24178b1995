//! TLS for the true names of the platform.
//!
//! Owns the certificate authority, the tunnels of `CONNECT` and the direct listener. Decrypted bytes go to the simulator's own
//! listener; this folder does not know HTTP beyond that.

pub(crate) mod authority;
mod authority_files;
pub(crate) mod error;
pub(crate) mod relay;
