//! The rows of `explain` about pages: languages, links, developer pages.

use serde_json::json;

use crate::command::explain::rows::Rows;
use crate::domain::profile::{Branding, Picture, Profile};

impl Rows<'_> {
    pub(super) fn pages(&mut self, profile: &Profile) {
        let (branding, language) = (&profile.branding, &profile.language);
        self.look(branding);
        self.if_set("branding.support", branding.support.as_deref());
        self.if_set("branding.imprint", branding.imprint.as_deref());
        self.if_set("branding.privacy", branding.privacy.as_deref());
        self.if_set("branding.terms", branding.terms.as_deref());
        self.if_set("branding.notice", branding.notice.as_deref());
        self.file_key("branding.guarded_by", !branding.hides_gatehouse);
        self.file_key("developer_pages", branding.developer_pages);
        self.file_key("language", language.default.tag().to_string());
        let tags: Vec<String> = language
            .catalogues
            .all()
            .iter()
            .map(|it| it.tag().to_string())
            .collect();
        self.file_key("languages", tags);
        let own_texts = self.own_texts();
        self.file_key("texts", own_texts);
        let zone = language.time_zone.iana_name().unwrap_or("UTC");
        self.file_key("time_zone", zone);
    }

    /// Colour, pictures and templates.
    fn look(&mut self, branding: &Branding) {
        match &branding.shades {
            Some(shades) => {
                self.file_key("branding.accent", shades.written.to_string());
                self.derived("accent on light pages", shades.light.accent.to_string());
                self.derived("accent on dark pages", shades.dark.accent.to_string());
            }
            None => self.file_key("branding.accent", branding.accent.as_str()),
        }
        for (role, picture) in branding.pictures() {
            let value = match picture {
                Picture::Address(address) => json!(address),
                Picture::File(file) => json!({ "file": file.path, "bytes": file.content.len() }),
            };
            self.file_key(&format!("branding.{}", role.replace('-', "_")), value);
        }
        let templates = branding.templates.as_ref();
        self.if_set("templates", templates.map(|own| own.names.clone()));
    }

    /// The messages that the profile words itself, such as `de.home-welcome`.
    fn own_texts(&self) -> Vec<String> {
        let file: toml::Table = toml::from_str(self.text).unwrap_or_default();
        let texts = file.get("texts").and_then(toml::Value::as_table);
        let of_language = |(tag, messages): (&String, &toml::Value)| {
            let ids = messages.as_table().into_iter().flat_map(toml::Table::keys);
            ids.map(|id| format!("{tag}.{id}")).collect::<Vec<_>>()
        };
        texts.into_iter().flatten().flat_map(of_language).collect()
    }
}
