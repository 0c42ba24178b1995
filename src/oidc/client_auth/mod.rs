//! Client authentication at token endpoints (OIDC Core §9, RFC 7523).
//!
//! Owns client secrets, certificates, federated assertions and managed identities as they are used in a request. It
//! does not know which grant a request sends.

pub mod azure_arc;
pub mod certificate;
pub mod credential_file;
pub mod credentials;
pub mod managed_identity;
pub mod service_fabric;
