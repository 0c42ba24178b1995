//! `[branding]`: how pages look.

use url::Url;

use crate::config::profile::branding_table::BrandingTable;
use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::profile::{Accent, AccentShades, Branding, Colour};
use crate::domain::public_url::PublicUrl;

impl ProfileReader<'_, '_> {
    pub(super) fn branding(&mut self, file: &ProfileFile, at: Option<&PublicUrl>) -> Branding {
        let written = file.developer_pages.as_ref();
        let developer_pages = written.map_or_else(
            || at.is_some_and(PublicUrl::is_loopback),
            |written| *written.get(),
        );
        let templates = self.own_templates(file);
        let Some(table) = &file.branding else {
            return Branding {
                templates,
                developer_pages,
                ..Branding::default()
            };
        };
        let (accent, shades) = self.accent(&table.accent);
        self.logo_for_light_pages(table);
        Branding {
            logo: self.picture("branding.logo", &table.logo),
            logo_dark: self.picture("branding.logo_dark", &table.logo_dark),
            favicon: self.picture("branding.favicon", &table.favicon),
            accent,
            shades,
            templates,
            support: self.link("branding.support", &table.support, true),
            imprint: self.link("branding.imprint", &table.imprint, false),
            privacy: self.link("branding.privacy", &table.privacy, false),
            terms: self.link("branding.terms", &table.terms, false),
            notice: self.free_text("branding.notice", &table.notice, 200),
            hides_gatehouse: table
                .guarded_by
                .as_ref()
                .is_some_and(|written| !*written.get()),
            developer_pages,
        }
    }

    /// A word of the list, or a colour, which begins with `#`.
    fn accent(&mut self, text: &Text) -> (Accent, Option<AccentShades>) {
        let key = "branding.accent";
        let colour = text.as_ref().filter(|it| it.get().starts_with('#'));
        let Some(written) = colour else {
            let words = Accent::ALL.map(Accent::as_str);
            let accent = self.word(key, text, &words, Accent::parse);
            return (accent.unwrap_or_default(), None);
        };
        let shades = Colour::parse(written.get()).map(AccentShades::of);
        match &shades {
            None => {
                let right =
                    "six hexadecimal digits such as \"#0a5fb4\", or a word such as \"teal\"";
                let what = format!("{:?} is not a colour", written.get());
                self.problems.error(key, &written.span(), what, right);
            }
            Some(shades) if shades.is_changed() => {
                let what = format!(
                    "{} has too little contrast: it becomes {shades}",
                    shades.written
                );
                let right = format!(
                    "{:?}, the nearest that people can read on light pages (WCAG 2.2 §1.4.3)",
                    shades.light.accent.to_string()
                );
                self.problems.warning(key, &written.span(), what, right);
            }
            Some(_) => {}
        }
        (Accent::default(), shades)
    }

    /// A logo for dark pages alone would leave light pages without one.
    fn logo_for_light_pages(&mut self, table: &BrandingTable) {
        if let (Some(written), None) = (&table.logo_dark, &table.logo) {
            let (what, right) = ("has no `logo` beside it", "`logo` for light pages, too");
            self.problems
                .error("branding.logo_dark", &written.span(), what, right);
        }
    }

    /// An https address or a path on the profile's own host; with `mail`, also a `mailto:` address.
    fn link(&mut self, key: &str, text: &Text, mail: bool) -> Option<String> {
        let written = self.text(key, text)?;
        if let Some(link) = address(written, mail) {
            return Some(link);
        }
        let right = if mail {
            "an https address, \"mailto:help@contoso.example\" or a path"
        } else {
            "an https address or a path such as \"/imprint\""
        };
        self.problems.error(
            key,
            &written.span(),
            "is not an address that pages may link to",
            right,
        );
        None
    }
}

/// An address that pages may name, as it is written.
pub(super) fn address(written: &Spanned<String>, mail: bool) -> Option<String> {
    let link = written.get();
    let own_path = link.starts_with('/')
        && !link.starts_with("//")
        && link
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let elsewhere = Url::parse(link).is_ok_and(|url| {
        let web = url.scheme() == "https" && url.username().is_empty();
        web || (mail && url.scheme() == "mailto")
    });
    (own_path || elsewhere).then(|| link.clone())
}
