//! The rows of `[[route]]` and of access rules.

use crate::command::explain::rows::Rows;
use crate::domain::access_rule::AccessRule;
use crate::domain::api::Scope;
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::Profile;
use crate::domain::protected_resource::ProtectedResource;
use crate::domain::route::{EasyAuth, Route};

impl Rows<'_> {
    pub(super) fn routes(&mut self, profile: &Profile) {
        for (at, route) in profile.routes.written().enumerate() {
            let key = |name: &str| format!("route[{at}].{name}");
            self.file_key(&key("host"), route.host.as_str());
            self.file_key(&key("path"), route.path.as_str());
            self.upstream(&key, route);
            self.rule(&key("allow"), &route.allow);
            self.file_key(&key("public"), route.public.clone());
            if let Some(step_up) = &route.step_up {
                self.file_key(&key("step_up.acr"), step_up.acr.clone());
                let max_age = step_up.max_age.map(humantime::format_duration);
                let max_age = max_age.map_or_else(|| "any".to_owned(), |age| age.to_string());
                self.file_key(&key("step_up.max_age"), max_age);
            }
            self.file_key(&key("preflight"), route.preflight);
            self.bearer_rule(&key("accept_bearer"), profile, route);
            self.file_key(&key("allowed_origins"), route.allowed_origins.clone());
            let parts = route.easyauth;
            if parts != EasyAuth::default() {
                self.file_key(&key("easyauth.principal"), parts.principal);
                self.file_key(&key("easyauth.addresses"), parts.addresses);
                self.file_key(&key("easyauth.tokens"), parts.tokens);
            }
            for (header, claim) in &route.identity_headers {
                let key = key(&format!("identity_headers.{header}"));
                self.file_key(&key, claim.as_str());
            }
        }
    }

    fn bearer_rule(&mut self, key: &str, profile: &Profile, route: &Route) {
        let Some(rule) = &route.accept_bearer else {
            self.file_key(key, "none");
            return;
        };
        let of = |name: &str| format!("{key}.{name}");
        self.file_key(&of("audience"), rule.audiences.clone());
        let scopes: Vec<_> = rule.scopes.iter().map(Scope::as_str).collect();
        self.file_key(&of("scopes"), scopes);
        self.file_key(&of("roles"), rule.roles.clone());
        let resource = ProtectedResource::at(&profile.public_url, &route.host, &route.path);
        if let Some(resource) = resource {
            self.derived(&format!("{key} resource"), resource.identifier());
            self.derived(&format!("{key} metadata"), resource.metadata_address());
        }
        let microsoft = profile.authority.dialect().microsoft;
        let asked = rule.requestable_scopes(microsoft);
        self.derived(&format!("{key} scopes that clients ask for"), asked);
    }

    fn upstream(&mut self, key: &dyn Fn(&str) -> String, route: &Route) {
        let Some(upstream) = &route.upstream else {
            return;
        };
        let origin = upstream.origin.origin().ascii_serialization();
        self.file_key(&key("upstream"), origin);
        self.if_set(&key("title"), upstream.title.clone());
        if let Some(api) = &route.token_for {
            self.file_key(&key("token_for"), api.as_str());
        }
        let limits = upstream.timeouts;
        for (name, limit) in [
            ("timeouts.connect", limits.connect),
            ("timeouts.first_byte", limits.first_byte),
            ("timeouts.idle", limits.idle),
        ] {
            let limit = humantime::format_duration(limit).to_string();
            self.file_key(&key(name), limit);
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
        let tenants: Vec<_> = rule.tenants.iter().map(TenantGuid::as_str).collect();
        if !tenants.is_empty() {
            self.file_key(&format!("{key}.tenants"), tenants);
        }
    }
}
