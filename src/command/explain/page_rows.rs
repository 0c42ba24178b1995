//! The rows of `explain` about pages: languages, links, developer pages.

use crate::command::explain::rows::Rows;
use crate::domain::profile::Profile;

impl Rows<'_> {
    pub(super) fn pages(&mut self, profile: &Profile) {
        let (branding, language) = (&profile.branding, &profile.language);
        self.if_set("branding.imprint", branding.imprint.as_deref());
        self.if_set("branding.privacy", branding.privacy.as_deref());
        self.if_set("branding.terms", branding.terms.as_deref());
        self.if_set("branding.notice", branding.notice.as_deref());
        self.file_key("branding.guarded_by", !branding.hides_gatehouse);
        self.file_key("developer_pages", branding.developer_pages);
        self.file_key("language", language.default.tag().to_string());
        let zone = language.time_zone.iana_name().unwrap_or("UTC");
        self.file_key("time_zone", zone);
    }
}
