//! `[branding]`: how pages look.

use url::Url;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::spanned::Text;
use crate::domain::profile::{Accent, Branding};
use crate::domain::public_url::PublicUrl;

impl ProfileReader<'_, '_> {
    pub(super) fn branding(&mut self, file: &ProfileFile, at: Option<&PublicUrl>) -> Branding {
        let written = file.developer_pages.as_ref();
        let developer_pages = written.map_or_else(
            || at.is_some_and(PublicUrl::is_loopback),
            |written| *written.get(),
        );
        let Some(table) = &file.branding else {
            return Branding {
                developer_pages,
                ..Branding::default()
            };
        };
        let accents = Accent::ALL.map(Accent::as_str);
        let accent = self.word("branding.accent", &table.accent, &accents, Accent::parse);
        Branding {
            logo: self.link("branding.logo", &table.logo, false),
            accent: accent.unwrap_or_default(),
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

    /// An https address or a path on the profile's own host; with `mail`, also a `mailto:` address.
    fn link(&mut self, key: &str, text: &Text, mail: bool) -> Option<String> {
        let written = self.text(key, text)?;
        let link = written.get();
        let own_path = link.starts_with('/')
            && !link.starts_with("//")
            && link
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let address = Url::parse(link).is_ok_and(|url| {
            let web = url.scheme() == "https" && url.username().is_empty();
            web || (mail && url.scheme() == "mailto")
        });
        if own_path || address {
            return Some(link.clone());
        }
        let right = if mail {
            "an https address, \"mailto:help@contoso.example\" or a path"
        } else {
            "an https address or a path such as \"/logo.svg\""
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
