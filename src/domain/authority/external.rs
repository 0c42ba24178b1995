//! External ID: at its own host, whose issuer has another one, and behind a domain of the customer's.

use crate::domain::authority::derivation::{Derivation, one_tenant};
use crate::domain::authority::input::wrong;
use crate::domain::authority::{AuthorityError, IssuerConfig};
use crate::domain::issuer::{IssuerPolicy, TenantGuid};

impl Derivation<'_> {
    pub(super) fn external(&self) -> Result<IssuerConfig, AuthorityError> {
        let host = self.url.host_str().unwrap_or_default();
        let subdomain = host
            .strip_suffix(".ciamlogin.com")
            .filter(|label| !label.is_empty() && !label.contains('.'));
        if !self.loopback && subdomain.is_none() {
            return Err(wrong(
                "authority",
                format!(
                    "{host} is not a host of External ID; use https://NAME.ciamlogin.com/NAME.onmicrosoft.com, or kind = \"external-id-custom-domain\""
                ),
            ));
        }
        let segments = self.segments();
        let tenant = match (segments.as_slice(), subdomain) {
            ([tenant] | [tenant, "v2.0"], _) => (*tenant).to_owned(),
            ([], Some(name)) => format!("{name}.onmicrosoft.com"),
            _ => {
                return Err(wrong(
                    "authority",
                    "must have one path segment: the tenant's domain or id, such as /contoso.onmicrosoft.com",
                ));
            }
        };
        let own = format!("{}/{{tenantid}}/v2.0", self.origin());
        let forms = self.forms(&["https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", &own]);
        let known = self
            .tenant(&tenant)?
            .or_else(|| subdomain.and_then(TenantGuid::parse));
        self.issuer_config(
            &format!("{}/{tenant}/v2.0", self.origin()),
            one_tenant(forms, known, true),
            None,
        )
    }

    pub(super) fn custom_domain(&self) -> Result<IssuerConfig, AuthorityError> {
        let segments = self.segments();
        let [tenant, "v2.0"] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must be https://YOUR-DOMAIN/TENANT-ID/v2.0; a missing /v2.0 leads to AADSTS500207 or AADSTS900144",
            ));
        };
        let known = self.tenant(tenant)?.ok_or_else(|| {
            wrong("tenant_id", "is missing; a custom domain needs the tenant's id, here or in the authority's path")
        })?;
        let own = format!("{}/{{tenantid}}/v2.0", self.origin());
        let forms = self.forms(&[
            "https://{tenantid}.ciamlogin.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            &own,
        ]);
        let policy = IssuerPolicy::OneTenant {
            forms,
            tenant: Some(known),
            tid_required: true,
            any_form: true,
        };
        self.issuer_config(&format!("{}/{tenant}/v2.0", self.origin()), policy, None)
    }
}
