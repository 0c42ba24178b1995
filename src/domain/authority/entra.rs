//! Entra ID: a login host of a cloud, and one tenant or many.

use crate::domain::authority::derivation::{Derivation, one_tenant};
use crate::domain::authority::input::{idle, wrong};
use crate::domain::authority::microsoft_hosts::{ENTRA_ALIASES, ENTRA_HOSTS};
use crate::domain::authority::{AuthorityError, IssuerConfig};
use crate::domain::issuer::{IssuerForm, IssuerPolicy, PERSONAL_ACCOUNTS, TenantGuid};

impl Derivation<'_> {
    pub(super) fn entra(&self) -> Result<IssuerConfig, AuthorityError> {
        let host = self.url.host_str().unwrap_or_default();
        if !self.loopback && !ENTRA_HOSTS.contains(&host) && !ENTRA_ALIASES.contains(&host) {
            return Err(wrong(
                "authority",
                format!(
                    "{host} is not a login host of Microsoft Entra ID; use https://login.microsoftonline.com/TENANT (or the host of your sovereign cloud)"
                ),
            ));
        }
        let segments = self.segments();
        let [tenant] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must end with exactly one path segment: a tenant id, a domain, organizations, common or consumers (without /v2.0)",
            ));
        };
        let base = format!("{}/{tenant}/v2.0", self.origin());
        let cloud = match host {
            "login.chinacloudapi.cn" => "login.partner.microsoftonline.cn",
            "login.usgovcloudapi.net" => "login.microsoftonline.us",
            alias if self.loopback || ENTRA_ALIASES.contains(&alias) => "login.microsoftonline.com",
            own => own,
        };
        let form = format!("https://{cloud}/{{tenantid}}/v2.0");
        let forms = self.forms(&[&form]);
        let policy = match tenant.to_ascii_lowercase().as_str() {
            word @ ("organizations" | "common") => self.many_tenants(word, forms)?,
            "consumers" => {
                self.no_tenant_list("the personal accounts' tenant")?;
                one_tenant(forms, TenantGuid::parse(PERSONAL_ACCOUNTS), true)
            }
            _ => {
                self.no_tenant_list("one tenant")?;
                one_tenant(forms, self.tenant(tenant)?, true)
            }
        };
        self.issuer_config(&base, policy, None)
    }

    fn many_tenants(
        &self,
        word: &str,
        forms: Vec<IssuerForm>,
    ) -> Result<IssuerPolicy, AuthorityError> {
        if self.parts.tenant.is_some() {
            return Err(wrong(
                "tenant_id",
                format!("pins one tenant, but the authority is {word}; use allowed_tenants"),
            ));
        }
        let allowed = self.parts.allowed_tenants.clone().ok_or_else(|| {
            wrong(
                "allowed_tenants",
                format!(
                    "is missing; an authority of {word} needs a list of tenant ids, or \"any\""
                ),
            )
        })?;
        if word == "organizations" && self.parts.personal_accounts {
            return Err(wrong(
                "allow_personal_accounts",
                "needs the authority …/common; organizations has no personal accounts",
            ));
        }
        Ok(IssuerPolicy::ManyTenants {
            forms,
            allowed,
            personal: self.parts.personal_accounts,
        })
    }

    fn no_tenant_list(&self, what: &str) -> Result<(), AuthorityError> {
        if self.parts.allowed_tenants.is_some() || self.parts.personal_accounts {
            let key = if self.parts.allowed_tenants.is_some() {
                "allowed_tenants"
            } else {
                "allow_personal_accounts"
            };
            return Err(idle(
                key,
                format!(
                    "has no meaning here: the authority is {what}; use organizations or common"
                ),
            ));
        }
        Ok(())
    }
}
