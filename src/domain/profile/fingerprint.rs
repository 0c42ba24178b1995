//! The fingerprint of an authority.

/// A hash of what the sessions of a profile depend on: kind, authority, tenant, client and user flow. Editing one of these
/// ends the profile's sessions and attempts; editing anything else does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthorityFingerprint(pub [u8; 32]);
