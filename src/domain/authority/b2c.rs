//! Azure AD B2C: each user flow has a metadata document and an issuer of its own.

use crate::domain::authority::derivation::{Derivation, one_tenant, origin, segments};
use crate::domain::authority::input::AuthorityKey;
use crate::domain::authority::issuer_config::{IssuerConfig, IssuerConfigs};
use crate::domain::authority::user_flow::UserFlow;
use crate::domain::issuer::{IssuerForm, TenantGuid};

/// A B2C tenant, as the address of the authority names it.
struct Tenant {
    origin: String,
    /// The path segment: a domain or a GUID.
    name: String,
    guid: Option<TenantGuid>,
}

impl Derivation<'_> {
    pub(super) fn b2c(&mut self) -> Option<IssuerConfigs> {
        let flows = self.input.user_flows.clone();
        if flows.is_none() {
            self.error(
                AuthorityKey::UserFlows,
                "is missing; kind = \"b2c\" needs [user_flows] with sign_in = \"B2C_1_…\"",
            );
        }
        let tenant = self.b2c_tenant();
        let (flows, tenant) = (flows?, tenant?);
        let mut config = |flow| self.b2c_flow(&tenant, flow);
        Some(IssuerConfigs {
            sign_in: config(flows.sign_in)?,
            edit_profile: flows.edit_profile.and_then(&mut config),
            reset_password: flows.reset_password.and_then(&mut config),
        })
    }

    fn b2c_tenant(&mut self) -> Option<Tenant> {
        let url = self.url()?;
        let segments = segments(&url);
        let [name] = segments.as_slice() else {
            self.error(
                AuthorityKey::Authority,
                "must have one path segment, the tenant's domain or id; the policy belongs in [user_flows]",
            );
            return None;
        };
        Some(Tenant {
            origin: origin(&url),
            name: (*name).to_owned(),
            guid: self.tenant(name),
        })
    }

    fn b2c_flow(&mut self, tenant: &Tenant, flow: UserFlow) -> Option<IssuerConfig> {
        let mut origins = vec![tenant.origin.clone()];
        if self.is_on_loopback() {
            origins.push("http://{loopback}".to_owned());
            // A simulator may keep the issuer of the tenant that it simulates.
            if let Some(name) = tenant.name.strip_suffix(".onmicrosoft.com") {
                origins.push(format!("https://{name}.b2clogin.com"));
            }
        }
        let forms = origins.iter().flat_map(|origin| {
            [
                IssuerForm::new(format!("{origin}/{{tenantid}}/v2.0/")),
                IssuerForm::with_policy(
                    format!("{origin}/tfp/{{tenantid}}/{{policy}}/v2.0/"),
                    flow.as_str(),
                ),
            ]
        });
        let policy = one_tenant(forms.collect(), tenant.guid.clone(), false);
        let base = format!("{}/{}/{}/v2.0", tenant.origin, tenant.name, flow.as_str());
        self.issuer_config(&base, policy, Some(flow))
    }
}
