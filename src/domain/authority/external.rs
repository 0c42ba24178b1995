//! External ID: at its own host, where issuer and metadata have different hosts, and behind a custom domain.

use crate::domain::authority::derivation::{Derivation, one_tenant, origin, segments};
use crate::domain::authority::input::AuthorityKey;
use crate::domain::authority::issuer_config::IssuerConfig;
use crate::domain::issuer::{IssuerPolicy, TenantGuid};

impl Derivation<'_> {
    pub(super) fn external(&mut self) -> Option<IssuerConfig> {
        let url = self.url()?;
        let host = url.host_str().unwrap_or_default();
        let subdomain = host
            .strip_suffix(".ciamlogin.com")
            .filter(|label| !label.is_empty() && !label.contains('.'));
        if !self.is_on_loopback() && subdomain.is_none() {
            let what = format!(
                "{host} is not a host of External ID; use https://NAME.ciamlogin.com/NAME.onmicrosoft.com, or kind = \"external-id-custom-domain\""
            );
            self.error(AuthorityKey::Authority, what);
            return None;
        }
        let tenant = match (segments(&url).as_slice(), subdomain) {
            ([tenant] | [tenant, "v2.0"], _) => (*tenant).to_owned(),
            ([], Some(name)) => format!("{name}.onmicrosoft.com"),
            _ => {
                self.error(
                    AuthorityKey::Authority,
                    "must have one path segment: the tenant's domain or id, such as /contoso.onmicrosoft.com",
                );
                return None;
            }
        };
        let own = format!("{}/{{tenantid}}/v2.0", origin(&url));
        let forms = self.issuer_forms(&["https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", &own]);
        let guid = self
            .tenant(&tenant)
            .or_else(|| subdomain.and_then(TenantGuid::parse));
        let base = format!("{}/{tenant}/v2.0", origin(&url));
        self.issuer_config(&base, one_tenant(forms, guid, true), None)
    }

    pub(super) fn custom_domain(&mut self) -> Option<IssuerConfig> {
        let url = self.url()?;
        let segments = segments(&url);
        let [tenant, "v2.0"] = segments.as_slice() else {
            self.error(
                AuthorityKey::Authority,
                "must be https://YOUR-DOMAIN/TENANT-ID/v2.0; a missing /v2.0 leads to AADSTS500207 or AADSTS900144",
            );
            return None;
        };
        let guid = self.tenant(tenant);
        if self.input.tenant.is_none() && guid.is_none() {
            self.error(
                AuthorityKey::TenantId,
                "is missing; a custom domain needs the tenant's id, here or in the authority's path",
            );
        }
        let own = format!("{}/{{tenantid}}/v2.0", origin(&url));
        let forms = self.issuer_forms(&[
            "https://{tenantid}.ciamlogin.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            &own,
        ]);
        let policy = IssuerPolicy::OneTenant {
            forms,
            tenant: Some(guid?),
            tid_required: true,
            any_form: true,
        };
        self.issuer_config(&format!("{}/{tenant}/v2.0", origin(&url)), policy, None)
    }
}
