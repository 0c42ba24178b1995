//! The rows of `[[route]]` and of access rules.

use crate::command::explain::rows::Rows;
use crate::domain::access_rule::AccessRule;
use crate::domain::profile::Profile;

impl Rows<'_> {
    pub(super) fn routes(&mut self, profile: &Profile) {
        for (at, route) in profile.routes.written().enumerate() {
            let key = |name: &str| format!("route[{at}].{name}");
            self.file_key(&key("host"), route.host.as_str());
            self.file_key(&key("path"), route.path.as_str());
            self.rule(&key("allow"), &route.allow);
            self.file_key(&key("public"), route.public.clone());
            self.file_key(&key("preflight"), route.preflight);
            self.file_key(&key("allowed_origins"), route.allowed_origins.clone());
            for (header, claim) in &route.identity_headers {
                let key = key(&format!("identity_headers.{header}"));
                self.file_key(&key, claim.as_str());
            }
        }
    }

    /// The lists of a rule that demand something.
    pub(super) fn rule(&mut self, key: &str, rule: &AccessRule) {
        for (name, list) in [
            ("roles", &rule.roles),
            ("groups", &rule.groups),
            ("emails", &rule.emails),
            ("email_domains", &rule.email_domains),
        ] {
            if !list.is_empty() {
                self.file_key(&format!("{key}.{name}"), list.clone());
            }
        }
    }
}
