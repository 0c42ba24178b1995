//! What an authority publishes: metadata and signing keys, fetched, judged and cached.
//!
//! Owns the cached documents, the discovered endpoints of each user flow and the pinned tenant. It does not know what
//! a token says or who asks for one.

pub mod cached_document;
pub mod endpoints;
pub mod jwks;
pub mod metadata;
pub mod tenant_pin;
