//! The written shape of `[branding]` and `[texts]`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::profile::Accent;

/// How pages look.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandingTable {
    /// A picture at the top of pages: an https address, or a path on the profile's own host. Default: none.
    #[schemars(example = &"https://contoso.example/logo.svg")]
    pub logo: Text,
    /// The colour of buttons and links. Default: `blue`.
    #[schemars(example = &"teal", extend("enum" = Accent::ALL.map(Accent::as_str)))]
    pub accent: Text,
    /// Where people get help: an https address, a `mailto:` or a path. Default: none.
    #[schemars(example = &"mailto:help@contoso.example")]
    pub support: Text,
    /// The page with the name and address of the operator: an https address or a path. Default: none.
    #[schemars(example = &"https://contoso.example/imprint")]
    pub imprint: Text,
    /// The page about privacy: an https address or a path. Default: none.
    #[schemars(example = &"https://contoso.example/privacy")]
    pub privacy: Text,
    /// The terms of use: an https address or a path. Default: none.
    #[schemars(example = &"https://contoso.example/terms")]
    pub terms: Text,
    /// A line at the top of every page, such as an announcement. Default: none.
    #[schemars(example = &"Maintenance on Sunday from 8 to 10 o'clock.")]
    pub notice: Text,
    /// Whether pages say "Guarded by gatehouse". Default: true.
    #[schemars(example = false)]
    pub guarded_by: Option<Spanned<bool>>,
}

/// `[texts.de]`: messages by language and id.
pub type TextsTable = BTreeMap<String, BTreeMap<String, Spanned<String>>>;

/// The example of `texts`.
pub fn texts_example() -> Value {
    json!({ "de": { "home-sign-in": "Bitte melden Sie sich bei { $site } an." } })
}
