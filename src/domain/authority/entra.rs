//! Entra ID: a login host of one of Microsoft's clouds, and one tenant or many.

use url::Url;

use crate::domain::authority::derivation::{Derivation, one_tenant, origin, segments};
use crate::domain::authority::input::{AuthorityInput, AuthorityKey};
use crate::domain::authority::issuer_config::IssuerConfig;
use crate::domain::authority::microsoft_hosts::{ENTRA_ALIASES, ENTRA_HOSTS};
use crate::domain::issuer::{IssuerForm, IssuerPolicy, PERSONAL_ACCOUNTS, TenantGuid};
use crate::domain::public_url::is_loopback;

/// Whose accounts the path of an Entra authority admits.
enum Audience {
    /// `organizations` or `common`.
    ManyTenants,
    /// `consumers`: the tenant of personal accounts.
    PersonalAccounts,
    /// A tenant id or a domain.
    OneTenant,
}

impl Audience {
    fn of(segment: &str) -> Self {
        match segment.to_ascii_lowercase().as_str() {
            "organizations" | "common" => Self::ManyTenants,
            "consumers" => Self::PersonalAccounts,
            _ => Self::OneTenant,
        }
    }
}

/// The only tenant of an Entra authority, in words; `None` for an authority of many tenants or a faulty address.
pub(super) fn only_tenant(input: &AuthorityInput) -> Option<&'static str> {
    let url = input.parsed_url().ok()?;
    let (segments, true) = (segments(&url), is_entra_host(&url)) else {
        return None;
    };
    let [tenant] = segments.as_slice() else {
        return None;
    };
    match Audience::of(tenant) {
        Audience::ManyTenants => None,
        Audience::PersonalAccounts => Some("the personal accounts' tenant"),
        Audience::OneTenant => Some("one tenant"),
    }
}

/// A login host of Microsoft, or this machine, where a simulator may stand.
fn is_entra_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.host().is_some_and(|host| is_loopback(&host))
        || ENTRA_HOSTS.contains(&host)
        || ENTRA_ALIASES.contains(&host)
}

impl Derivation<'_> {
    pub(super) fn entra(&mut self) -> Option<IssuerConfig> {
        let url = self.url()?;
        if !is_entra_host(&url) {
            let host = url.host_str().unwrap_or_default();
            let what = format!(
                "{host} is not a login host of Microsoft Entra ID; use https://login.microsoftonline.com/TENANT (or the host of your sovereign cloud)"
            );
            self.error(AuthorityKey::Authority, what);
            return None;
        }
        let segments = segments(&url);
        let [tenant] = segments.as_slice() else {
            self.error(
                AuthorityKey::Authority,
                "must end with exactly one path segment: a tenant id, a domain, organizations, common or consumers (without /v2.0)",
            );
            return None;
        };
        let forms = self.entra_forms(&url);
        let policy = match Audience::of(tenant) {
            Audience::ManyTenants => self.many_tenants(&tenant.to_ascii_lowercase(), forms)?,
            Audience::PersonalAccounts => {
                one_tenant(forms, TenantGuid::parse(PERSONAL_ACCOUNTS), true)
            }
            Audience::OneTenant => one_tenant(forms, self.tenant(tenant), true),
        };
        self.issuer_config(&format!("{}/{tenant}/v2.0", origin(&url)), policy, None)
    }

    /// The issuer form of the host's cloud.
    fn entra_forms(&self, url: &Url) -> Vec<IssuerForm> {
        let cloud = match url.host_str().unwrap_or_default() {
            "login.chinacloudapi.cn" => "login.partner.microsoftonline.cn",
            "login.usgovcloudapi.net" => "login.microsoftonline.us",
            host if self.is_on_loopback() || ENTRA_ALIASES.contains(&host) => {
                "login.microsoftonline.com"
            }
            host => host,
        };
        self.issuer_forms(&[&format!("https://{cloud}/{{tenantid}}/v2.0")])
    }

    fn many_tenants(&mut self, word: &str, forms: Vec<IssuerForm>) -> Option<IssuerPolicy> {
        let personal = self.input.personal_accounts;
        if self.input.tenant.is_some() {
            let what = format!("pins one tenant, but the authority is {word}; use allowed_tenants");
            self.error(AuthorityKey::TenantId, what);
        }
        if word == "organizations" && personal {
            self.error(
                AuthorityKey::AllowPersonalAccounts,
                "needs the authority …/common; organizations has no personal accounts",
            );
        }
        let Some(allowed) = self.input.allowed_tenants.clone() else {
            let what = format!(
                "is missing; an authority of {word} needs a list of tenant ids, or \"any\""
            );
            self.error(AuthorityKey::AllowedTenants, what);
            return None;
        };
        Some(IssuerPolicy::ManyTenants {
            forms,
            allowed,
            personal,
        })
    }
}
