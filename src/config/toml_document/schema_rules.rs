//! Rules of a profile that JSON Schema can say: which keys must be there, which exclude each other, which words are
//! known. The reader decides all of it itself; this is for editors.
//!
//! Rules about a table stand under `allOf`, so that the table's own keys stay in sight.

use serde_json::{Value, json};

/// A number with a unit, once or several times, as the reader takes it.
pub(in crate::config) const DURATION: &str = r"^\s*(0|([0-9]+(\.[0-9]+)?\s*[A-Za-zµ]+\s*)+)$";

/// Exactly one of these keys.
pub(in crate::config) fn exactly_one(keys: &[&str]) -> Value {
    let each: Vec<_> = keys
        .iter()
        .map(|key| json!({ "required": [key] }))
        .collect();
    json!([{ "oneOf": each }])
}

/// What a profile must have beyond the types of its keys.
pub(in crate::config) fn profile() -> Value {
    json!([
        { "oneOf": [
            { "required": ["client_secret"] },
            { "required": ["client_certificate"] },
            { "required": ["client_assertion"] },
            { "required": ["public_client"], "properties": { "public_client": { "const": true } } },
        ] },
        {
            "if": { "required": ["kind"], "properties": { "kind": { "const": "b2c" } } },
            "then": { "required": ["user_flows"] },
        },
    ])
}

/// A list of words, each at most once.
pub(in crate::config) fn words(known: &[&str]) -> Value {
    json!({ "type": "string", "enum": known })
}

/// One of these words, or the table of this name, or nothing.
pub(in crate::config) fn word_or(known: &[&str], other: &Value) -> Value {
    json!([{ "type": "string", "enum": known }, other, { "type": "null" }])
}
