//! Client authentication: how gatehouse proves its identity to a token endpoint.
//!
//! Owns client secrets, certificates, federated assertions and managed identities as they are used in a request. It
//! does not know which grant a request asks for.

pub mod authenticator;
pub mod azure_arc;
pub mod certificate;
pub mod managed_identity;
pub mod service_fabric;
