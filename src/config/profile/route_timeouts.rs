//! The written shape of `timeouts` of a `[[route]]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::toml_document::schema_rules as rules;
use crate::config::toml_document::spanned::Text;

/// How long an upstream may take.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeoutsTable {
    /// Until a connection stands, TLS included; a duration. Then the client gets 504. Default: 2s.
    #[schemars(example = &"2s", extend("pattern" = rules::DURATION))]
    pub connect: Text,
    /// From the last byte of the request to the head of the answer; a duration. Then the client gets 504. Default: 30s.
    #[schemars(example = &"30s", extend("pattern" = rules::DURATION))]
    pub first_byte: Text,
    /// Between two pieces of a body, either way, or without any byte on a websocket; a duration. Then the connection is
    /// cut. Default: 5m.
    #[schemars(example = &"5m", extend("pattern" = rules::DURATION))]
    pub idle: Text,
}
