//! Who signs people in: each kind of authority becomes metadata addresses, issuer policies and a dialect.
//!
//! Nothing after this module asks for the kind; it asks for what the kind implies.

mod b2c;
mod derivation;
mod entra;
mod external;
mod input;
mod kind;
mod microsoft_hosts;
mod openid;
mod user_flow;

use url::Url;

pub use input::{AuthorityError, AuthorityInput};
pub use kind::{Dialect, Kind};
pub use user_flow::{UserFlow, UserFlowKind, UserFlows};

use crate::domain::authority::derivation::Derivation;
use crate::domain::authority::input::{foreign_keys, parse_address};
use crate::domain::authority::kind::dialect;
use crate::domain::authority::microsoft_hosts::is_microsoft_host;
use crate::domain::issuer::IssuerPolicy;
use crate::domain::public_url::{is_loopback, is_secure_enough};

/// Where one journey's tokens come from: a metadata document and how its issuer is judged.
#[derive(Debug, Clone)]
pub struct IssuerConfig {
    /// The address of the metadata document (OIDC Discovery §4).
    pub metadata_url: Url,
    /// Whose tokens count.
    pub issuer: IssuerPolicy,
    /// The user flow that must stand in `tfp` or `acr`.
    pub user_flow: Option<UserFlow>,
}

/// Who signs people in.
#[derive(Debug, Clone)]
pub struct Authority {
    kind: Kind,
    url: Url,
    dialect: Dialect,
    sign_in: IssuerConfig,
    edit_profile: Option<IssuerConfig>,
    reset_password: Option<IssuerConfig>,
}

impl Authority {
    /// Derives metadata addresses, issuer policies and dialect from what a profile says.
    ///
    /// # Errors
    /// Names the key that does not fit the kind, and what would.
    pub fn new(parts: &AuthorityInput) -> Result<Self, AuthorityError> {
        let url = parse_address(&parts.url)?;
        foreign_keys(parts)?;
        let loopback = url.host().is_some_and(|host| is_loopback(&host));
        let place = Derivation {
            url: &url,
            loopback,
            parts,
        };
        let sign_in = match parts.kind {
            Kind::EntraId => place.entra()?,
            Kind::ExternalId => place.external()?,
            Kind::ExternalIdCustomDomain => place.custom_domain()?,
            Kind::B2c => place.b2c(place.flows()?.sign_in.clone())?,
            Kind::Oidc => place.oidc()?,
        };
        let flow = |pick: fn(&UserFlows) -> &Option<UserFlow>| -> Result<Option<IssuerConfig>, AuthorityError> {
            parts.user_flows.as_ref().and_then(|flows| pick(flows).clone()).map(|flow| place.b2c(flow)).transpose()
        };
        let edit_profile = flow(|flows| &flows.edit_profile)?;
        let reset_password = flow(|flows| &flows.reset_password)?;
        Ok(Self {
            kind: parts.kind,
            dialect: dialect(parts.kind),
            sign_in,
            edit_profile,
            reset_password,
            url,
        })
    }

    /// The kind, for people to read; rules ask for the [`Dialect`] instead.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The address as configured.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What differs between authorities.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Where a journey's tokens come from; `None` if the authority has no such journey.
    pub fn issuer_config(&self, journey: UserFlowKind) -> Option<&IssuerConfig> {
        match journey {
            UserFlowKind::SignIn => Some(&self.sign_in),
            UserFlowKind::EditProfile => self.edit_profile.as_ref(),
            UserFlowKind::ResetPassword => self.reset_password.as_ref(),
        }
    }

    /// Where sign-in tokens come from.
    pub fn sign_in(&self) -> &IssuerConfig {
        &self.sign_in
    }

    /// Whether an endpoint that the metadata names may be used: https, and on a host that belongs to this
    /// authority. A generic provider may spread over hosts, but never from the internet onto loopback.
    pub fn accepts_endpoint(&self, endpoint: &Url, issuer: &str) -> bool {
        let Some(host) = endpoint.host() else {
            return false;
        };
        if !is_secure_enough(endpoint) {
            return false;
        }
        let ours_is_loopback = self.url.host().is_some_and(|host| is_loopback(&host));
        if is_loopback(&host) {
            return ours_is_loopback;
        }
        if !self.dialect.microsoft {
            return true;
        }
        let issuer_host = Url::parse(issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let name = endpoint.host_str().unwrap_or_default();
        Some(name) == self.url.host_str()
            || Some(name) == issuer_host.as_deref()
            || is_microsoft_host(name)
    }
}

#[cfg(test)]
mod tests;
