//! Strict reading of TOML: every fault of a file in one report, and the position of every value.
//!
//! Owns documents, spans and the JSON Schema of a written shape. It does not know what any key means.

pub mod alternatives;
pub mod document;
pub mod key_path;
pub mod schema;
pub mod schema_rules;
pub mod spanned;
