//! TOML text with the position of every key, and the JSON Schema of profile files.
//!
//! Owns reading with spans and the schema. It does not know what any key means.

pub mod document;
pub mod schema;
pub mod schema_rules;
