//! Azure AD B2C: a metadata document and an issuer for each user flow.

use crate::domain::authority::derivation::{Derivation, one_tenant};
use crate::domain::authority::input::wrong;
use crate::domain::authority::{AuthorityError, IssuerConfig, UserFlow};
use crate::domain::issuer::IssuerForm;

impl Derivation<'_> {
    pub(super) fn b2c(&self, flow: UserFlow) -> Result<IssuerConfig, AuthorityError> {
        let segments = self.segments();
        let [tenant] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must have one path segment, the tenant's domain or id; the policy belongs into [user_flows]",
            ));
        };
        let mut forms = Vec::new();
        for origin in std::iter::once(self.origin())
            .chain(self.loopback.then(|| "http://{loopback}".to_owned()))
        {
            forms.push(IssuerForm::new(format!("{origin}/{{tenantid}}/v2.0/")));
            forms.push(IssuerForm::with_policy(
                format!("{origin}/tfp/{{tenantid}}/{{policy}}/v2.0/"),
                flow.as_str(),
            ));
        }
        // A stand-in on this machine may keep the issuer of the tenant that it stands for.
        let name = tenant
            .strip_suffix(".onmicrosoft.com")
            .filter(|_| self.loopback);
        if let Some(name) = name {
            let real = format!("https://{name}.b2clogin.com");
            forms.push(IssuerForm::new(format!("{real}/{{tenantid}}/v2.0/")));
            forms.push(IssuerForm::with_policy(
                format!("{real}/tfp/{{tenantid}}/{{policy}}/v2.0/"),
                flow.as_str(),
            ));
        }
        let policy = one_tenant(forms, self.tenant(tenant)?, false);
        self.issuer_config(
            &format!("{}/{tenant}/{}/v2.0", self.origin(), flow.as_str()),
            policy,
            Some(flow),
        )
    }
}
