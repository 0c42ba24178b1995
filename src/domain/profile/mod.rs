//! A profile: one tenant of the gateway, as values that cannot be invalid.
//!
//! Owns the profile and its options. It does not know files: `config` turns a profile file into a profile.

mod authorize_options;
mod branding;
mod definition;
mod fingerprint;
mod id;
mod session_options;
mod signing_algorithm;

pub use authorize_options::{AuthorizeOptions, PassedParameter, Prompt, ResponseMode};
pub use branding::{Accent, Branding};
pub use definition::{Client, Profile};
pub use fingerprint::AuthorityFingerprint;
pub use id::ProfileId;
pub use session_options::{SessionLimits, SignOutOptions};
pub use signing_algorithm::SigningAlgorithm;
