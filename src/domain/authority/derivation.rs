//! An authority's address while its kind is being worked out: what the derivations of all kinds share.

use url::Url;

use crate::domain::authority::input::wrong;
use crate::domain::authority::{AuthorityError, AuthorityInput, IssuerConfig, UserFlow, UserFlows};
use crate::domain::issuer::{IssuerForm, IssuerPolicy, TenantGuid};

/// An authority's address while its kind is being worked out.
pub(in crate::domain::authority) struct Derivation<'a> {
    pub(in crate::domain::authority) url: &'a Url,
    pub(in crate::domain::authority) loopback: bool,
    pub(in crate::domain::authority) parts: &'a AuthorityInput,
}

impl Derivation<'_> {
    pub(in crate::domain::authority) fn segments(&self) -> Vec<&str> {
        self.url
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect()
    }

    pub(in crate::domain::authority) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(in crate::domain::authority) fn flows(&self) -> Result<&UserFlows, AuthorityError> {
        self.parts.user_flows.as_ref().ok_or_else(|| {
            wrong(
                "user_flows",
                "is missing; kind = \"b2c\" needs [user_flows] with sign_in = \"B2C_1_…\"",
            )
        })
    }

    /// The tenant of the profile: `tenant_id`, or a GUID as the path's first segment; both must agree.
    pub(in crate::domain::authority) fn tenant(
        &self,
        segment: &str,
    ) -> Result<Option<TenantGuid>, AuthorityError> {
        match (&self.parts.tenant, TenantGuid::parse(segment)) {
            (Some(given), Some(in_path)) if *given != in_path => Err(wrong(
                "tenant_id",
                format!("is {given}, but the authority's path says {in_path}"),
            )),
            (given, in_path) => Ok(given.clone().or(in_path)),
        }
    }

    pub(in crate::domain::authority) fn issuer_config(
        &self,
        base: &str,
        policy: IssuerPolicy,
        user_flow: Option<UserFlow>,
    ) -> Result<IssuerConfig, AuthorityError> {
        let address = format!("{base}/.well-known/openid-configuration");
        let metadata_url = Url::parse(&address)
            .map_err(|_| wrong("authority", format!("{address:?} is no address")))?;
        let issuer = self
            .parts
            .issuer
            .clone()
            .map_or(policy, IssuerPolicy::Exact);
        Ok(IssuerConfig {
            metadata_url,
            issuer,
            user_flow,
        })
    }

    /// Forms with the loopback stand-ins that a simulator on this machine may use.
    pub(in crate::domain::authority) fn forms(&self, forms: &[&str]) -> Vec<IssuerForm> {
        let mut all: Vec<_> = forms.iter().map(|form| IssuerForm::new(*form)).collect();
        if self.loopback {
            all.push(IssuerForm::new("http://{loopback}/{tenantid}/v2.0"));
        }
        all
    }
}

/// A policy of one tenant whose tokens have the form that the metadata has.
pub(in crate::domain::authority) fn one_tenant(
    forms: Vec<IssuerForm>,
    tenant: Option<TenantGuid>,
    tid_required: bool,
) -> IssuerPolicy {
    IssuerPolicy::OneTenant {
        forms,
        tenant,
        tid_required,
        any_form: false,
    }
}
