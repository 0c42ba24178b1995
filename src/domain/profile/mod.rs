//! A profile: one tenant of the gateway, as values that cannot be invalid.
//!
//! Owns the profile and its options. It does not know files: `config` turns a profile file into a profile.

mod accent_shades;
mod authorize_options;
mod branding;
mod definition;
mod fingerprint;
mod id;
mod own_templates;
mod picture;
mod session_options;
mod signing_algorithm;

pub use accent_shades::{AccentShades, Colour, READABLE, Scheme, Shade};
pub use authorize_options::{AuthorizeOptions, PassedParameter, Prompt, ResponseMode};
pub use branding::{Accent, Branding};
pub use definition::{Client, Profile};
pub use fingerprint::AuthorityFingerprint;
pub use id::ProfileId;
pub use own_templates::{
    CompiledPages, OwnTemplates, TemplateCompiler, TemplateFile, TemplateProblem, UNJUDGED,
    Unjudged,
};
pub use picture::{Picture, PictureFile, PictureKind};
pub use session_options::{SessionLimits, SignOutOptions};
pub use signing_algorithm::SigningAlgorithm;

#[cfg(test)]
pub(crate) mod testing;
