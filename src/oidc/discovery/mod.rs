//! What an authority publishes: metadata and signing keys, fetched, judged and cached.
//!
//! Owns the cached documents, the discovered endpoints of each user flow and the tenant pin. It does not know what a
//! request is for.

pub mod cached_document;
pub mod endpoints;
pub mod jwks;
pub mod metadata;
pub mod sought_keys;
pub mod tenant_pin;
