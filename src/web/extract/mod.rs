//! What a handler may ask for: values that are read from the request once.
//!
//! Owns forms, parameters, Fetch Metadata and who is signed in. It answers no request.

pub mod fetch_metadata;
pub mod form;
