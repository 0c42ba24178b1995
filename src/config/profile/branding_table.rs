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
    /// A picture at the top of pages: a file of the profile's folder (`.svg`, `.png`, `.webp` or `.ico`, at most 200 kB),
    /// which gatehouse serves; an https address; or a path on the profile's own host, which begins with `/`. Default: none.
    #[schemars(example = &"contoso/logo.svg")]
    pub logo: Text,
    /// The same for dark pages. It needs `logo`. Default: `logo`.
    #[schemars(example = &"contoso/logo-dark.svg")]
    pub logo_dark: Text,
    /// The icon of the browser's tab, named like `logo`. Default: gatehouse's own.
    #[schemars(example = &"contoso/favicon.ico")]
    pub favicon: Text,
    /// The colour of buttons and links: `blue`, `teal`, `green`, `purple`, `red`, `orange`, `grey`, or any colour as
    /// `"#rrggbb"`. Of such a colour pages have the nearest shades with a contrast of at least 4.5:1 (WCAG 2.2 §1.4.3), one for
    /// light and one for dark pages. Default: `blue`.
    #[schemars(example = &"#0a5fb4", extend("pattern" = accent_pattern()))]
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

/// A word of the list, or a colour.
fn accent_pattern() -> String {
    let words = Accent::ALL.map(Accent::as_str).join("|");
    format!("^({words}|#([0-9A-Fa-f]{{3}}){{1,2}})$")
}

/// `[texts.de]`: messages by language and id.
pub type TextsTable = BTreeMap<String, BTreeMap<String, Spanned<String>>>;

/// The example of `texts`.
pub fn texts_example() -> Value {
    json!({ "de": { "home-sign-in": "Bitte melden Sie sich bei { $site } an." } })
}
