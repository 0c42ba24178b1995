//! The derivation of an authority from its input: what the derivations of all kinds share.

use url::Url;

use crate::domain::authority::input::{AuthorityError, AuthorityInput, AuthorityKey};
use crate::domain::authority::issuer_config::{IssuerConfig, IssuerConfigs};
use crate::domain::authority::kind::Kind;
use crate::domain::authority::user_flow::UserFlow;
use crate::domain::issuer::{IssuerForm, IssuerPolicy, TenantGuid};
use crate::domain::public_url::is_loopback;

/// One derivation. It continues after an error where possible, so that all errors are found.
pub(super) struct Derivation<'a> {
    pub(super) input: &'a AuthorityInput,
    /// The parsed address; `None` when the address is faulty.
    url: Option<Url>,
    errors: Vec<AuthorityError>,
}

impl<'a> Derivation<'a> {
    pub(super) fn new(input: &'a AuthorityInput) -> Self {
        let mut errors = Vec::new();
        let url = input.parsed_url().map_err(|error| errors.push(error)).ok();
        Self { input, url, errors }
    }

    /// The issuer configurations of the input's kind; `None` after an error.
    pub(super) fn issuer_configs(&mut self) -> Option<IssuerConfigs> {
        let sign_in = match self.input.kind {
            Kind::EntraId => self.entra(),
            Kind::ExternalId => self.external(),
            Kind::ExternalIdCustomDomain => self.custom_domain(),
            Kind::B2c => return self.b2c(),
            Kind::Oidc => self.openid(),
        };
        sign_in.map(IssuerConfigs::sign_in_only)
    }

    /// The parsed address, and all errors.
    pub(super) fn finish(self) -> (Option<Url>, Vec<AuthorityError>) {
        (self.url, self.errors)
    }

    pub(super) fn error(&mut self, key: AuthorityKey, what: impl Into<String>) {
        self.errors.push(AuthorityError::new(key, what));
    }

    /// The parsed address. Every derivation begins with it and ends where it is missing, because its error is known.
    pub(super) fn url(&self) -> Option<Url> {
        self.url.clone()
    }

    /// Whether the authority is on this machine: then it may be a simulator with issuers of its own.
    pub(super) fn is_on_loopback(&self) -> bool {
        let host = self.url.as_ref().and_then(Url::host);
        host.is_some_and(|host| is_loopback(&host))
    }

    /// The directory tenant: the key `tenant_id`, or the path segment when it is a GUID. Two different ones are an error.
    pub(super) fn tenant(&mut self, segment: &str) -> Option<TenantGuid> {
        let in_path = TenantGuid::parse(segment);
        if let (Some(given), Some(in_path)) = (&self.input.tenant, &in_path)
            && given != in_path
        {
            let what = format!("is {given}, but the authority's path says {in_path}");
            self.error(AuthorityKey::TenantId, what);
            return None;
        }
        self.input.tenant.clone().or(in_path)
    }

    /// The configuration with the metadata document of `base`. The key `issuer` replaces the policy.
    pub(super) fn issuer_config(
        &mut self,
        base: &str,
        policy: IssuerPolicy,
        user_flow: Option<UserFlow>,
    ) -> Option<IssuerConfig> {
        let address = format!("{base}/.well-known/openid-configuration");
        let Ok(metadata_url) = Url::parse(&address) else {
            let what = format!("{address:?} is not an address");
            self.error(AuthorityKey::Authority, what);
            return None;
        };
        let exact = self.input.issuer.clone().map(IssuerPolicy::Exact);
        Some(IssuerConfig {
            metadata_url,
            issuer: exact.unwrap_or(policy),
            user_flow,
            policy_claim: self
                .input
                .user_flows
                .as_ref()
                .map(|flows| flows.policy_claim)
                .unwrap_or_default(),
        })
    }

    /// Issuer forms, and on loopback the form of a simulator.
    pub(super) fn issuer_forms(&self, forms: &[&str]) -> Vec<IssuerForm> {
        let mut all: Vec<_> = forms.iter().map(|form| IssuerForm::new(*form)).collect();
        if self.is_on_loopback() {
            all.push(IssuerForm::new("http://{loopback}/{tenantid}/v2.0"));
        }
        all
    }
}

/// The segments of an address's path.
pub(super) fn segments(url: &Url) -> Vec<&str> {
    let segments = url.path().split('/');
    segments.filter(|segment| !segment.is_empty()).collect()
}

/// Scheme, host and port of an address.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The policy of one tenant whose tokens have the same issuer form as the metadata.
pub(super) fn one_tenant(
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
