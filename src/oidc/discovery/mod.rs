//! What an authority publishes: metadata and signing keys, fetched, judged and cached.
//!
//! Owns the cached documents and the keys that verify tokens. It does not know what a request is for.

pub mod cached_document;
pub mod jwks;
pub mod metadata;
pub mod verification_keys;
