//! A directory tenant of one's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::{Policy, Product, Tenant, UserFlow};
use crate::kind::Kind;

/// A directory tenant: its GUID, its names and, at B2C, its policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantSettings {
    /// The product: entra-id, external-id or b2c. Add `custom_domain` for a domain of your own.
    pub kind: Kind,
    /// GUID of the tenant.
    pub id: String,
    /// What stands before .onmicrosoft.com, .ciamlogin.com and .b2clogin.com.
    pub name: String,
    /// A verified domain, instead of {name}.onmicrosoft.com.
    pub domain: Option<String>,
    /// What the sign-in page says. Default: the name.
    pub title: Option<String>,
    /// A domain of your own in front of an external-id or b2c tenant, for example login.contoso.com.
    pub custom_domain: Option<String>,
    /// Policies of a b2c tenant.
    pub policies: Option<PolicySettings>,
    /// Whether the sample people (ada, grace, gus and others) are in it. Default: true.
    #[serde(default = "yes")]
    pub sample_people: bool,
}

const fn yes() -> bool {
    true
}

/// Names of B2C policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    /// Sign-up and sign-in.
    pub sign_in: String,
    /// Profile editing.
    pub edit_profile: Option<String>,
    /// Password reset.
    pub reset_password: Option<String>,
}

impl TenantSettings {
    /// The tenant, or what is wrong with the settings.
    pub(crate) fn tenant(&self) -> Result<Tenant, String> {
        let wrong = |field: &str, why: &str| format!("tenant {}: {field} {why}", self.name);
        let label = |text: &str| {
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !text.is_empty() && text.chars().all(allowed)
        };
        let is_guid = Uuid::parse_str(&self.id).is_ok_and(|id| id.to_string() == self.id);
        if !is_guid {
            return Err(wrong("id", "is not a GUID in lower case"));
        }
        if !label(&self.name) {
            return Err(wrong("name", "has other characters than a-z, 0-9 and -"));
        }
        let product = match self.kind {
            Kind::EntraId => Product::EntraId,
            Kind::ExternalId | Kind::ExternalIdCustomDomain => Product::ExternalId,
            Kind::B2c => Product::B2c,
            Kind::Oidc => return Err(wrong("kind", "is oidc, which has one provider only")),
        };
        if self.policies.is_some() && product != Product::B2c {
            return Err(wrong("policies", "are for b2c only"));
        }
        if self.custom_domain.is_some() && product == Product::EntraId {
            return Err(wrong("custom_domain", "is for external-id and b2c only"));
        }
        let title = self.title.as_deref().unwrap_or(&self.name);
        let mut tenant = Tenant::new(product, &self.id, &self.name, title);
        if let Some(domain) = &self.domain {
            tenant.domain = domain.to_ascii_lowercase();
        }
        if let Some(host) = &self.custom_domain {
            let host = host.to_ascii_lowercase();
            if !host.contains('.') || !host.split('.').all(label) {
                return Err(wrong("custom_domain", "is not a host name"));
            }
            tenant.custom_hosts = vec![format!("{host}.localhost"), host];
        }
        if let Some(policies) = &self.policies {
            tenant.policies = policies.all();
        }
        Ok(tenant)
    }
}

impl PolicySettings {
    fn all(&self) -> Vec<Policy> {
        let named = [
            (Some(&self.sign_in), UserFlow::SignIn),
            (self.edit_profile.as_ref(), UserFlow::EditProfile),
            (self.reset_password.as_ref(), UserFlow::ResetPassword),
        ];
        named
            .into_iter()
            .filter_map(|(name, flow)| Some(Policy::new(name?, flow)))
            .collect()
    }
}
