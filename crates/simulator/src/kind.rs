//! The five kinds of authority, and how a relying party is told to reach the simulated ones.
//!
//! Owns the host names. Does not know what an authority answers: that is `realm` and `web`.

use serde::{Deserialize, Serialize};

use crate::directory::{CONTOSO, CONTOSO_CUSTOMERS};

/// Where staff of a directory sign in; stands for `login.microsoftonline.com`.
pub(crate) const ENTRA_HOST: &str = "login.microsoftonline.localhost";
/// What follows the sub-domain of an External ID tenant; stands for `ciamlogin.com`.
pub(crate) const CIAM_DOMAIN: &str = "ciamlogin.localhost";
/// The customer-owned domain in front of the External ID tenant.
pub(crate) const CUSTOM_HOST: &str = "login.contoso.localhost";
/// Where customers of the B2C tenant sign in; stands for `contoso.b2clogin.com`.
pub(crate) const B2C_HOST: &str = "contoso.b2clogin.localhost";
/// The B2C tenant behind its own domain, where the issuer follows the domain.
pub(crate) const B2C_CUSTOM_HOST: &str = "b2c.contoso.localhost";
/// A plain `OpenID` provider.
pub(crate) const OIDC_HOST: &str = "openid.localhost";
/// Stands for `graph.microsoft.com`.
pub(crate) const GRAPH_HOST: &str = "graph.microsoft.localhost";
/// A web API of Contoso's own.
pub(crate) const API_HOST: &str = "api.contoso.localhost";
/// The managed-identity endpoints of a virtual machine and of App Service.
pub(crate) const IDENTITY_HOST: &str = "identity.localhost";
/// Faults, calls and counters as JSON, for tests in another process.
pub(crate) const CONTROL_HOST: &str = "control.localhost";

/// The kind of an authority, as a profile of gatehouse writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Microsoft Entra ID.
    EntraId,
    /// Microsoft Entra External ID on its `ciamlogin` host.
    ExternalId,
    /// Microsoft Entra External ID behind a domain of the customer.
    ExternalIdCustomDomain,
    /// Azure AD B2C.
    B2c,
    /// Any `OpenID` provider.
    Oidc,
}

impl Kind {
    /// Every kind, in the order in which people list them.
    pub const ALL: [Self; 5] = [
        Self::EntraId,
        Self::ExternalId,
        Self::ExternalIdCustomDomain,
        Self::B2c,
        Self::Oidc,
    ];

    /// The word a profile uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntraId => "entra-id",
            Self::ExternalId => "external-id",
            Self::ExternalIdCustomDomain => "external-id-custom-domain",
            Self::B2c => "b2c",
            Self::Oidc => "oidc",
        }
    }

    /// The application that is registered at this kind of authority from the start;
    /// its secret is [`crate::CLIENT_SECRET`].
    pub const fn client_id(self) -> &'static str {
        match self {
            Self::EntraId => "6731de76-14a6-49ae-97bc-6eba6914391e",
            Self::ExternalId => "4f2a7c1e-9b3d-4a58-8e60-1d2c3b4a5f67",
            Self::ExternalIdCustomDomain => "b7e1d0c9-5a4f-4e3d-9c2b-0a1f2e3d4c5b",
            Self::B2c => "0c9e8d7f-6b5a-4938-a716-253443526170",
            Self::Oidc => "contoso-gate",
        }
    }

    /// The position in [`Kind::ALL`], for tables of counters.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::EntraId => 0,
            Self::ExternalId => 1,
            Self::ExternalIdCustomDomain => 2,
            Self::B2c => 3,
            Self::Oidc => 4,
        }
    }

    /// Scheme, host and port of the simulated authority.
    pub(crate) fn base(self, port: u16) -> String {
        match self {
            Self::EntraId => format!("http://{ENTRA_HOST}:{port}"),
            Self::ExternalId => format!("http://contoso.{CIAM_DOMAIN}:{port}"),
            Self::ExternalIdCustomDomain => format!("http://{CUSTOM_HOST}:{port}"),
            Self::B2c => format!("http://{B2C_HOST}:{port}"),
            Self::Oidc => format!("http://{OIDC_HOST}:{port}"),
        }
    }

    /// What goes into the key `authority` of a profile.
    pub(crate) fn authority(self, port: u16) -> String {
        let base = self.base(port);
        match self {
            Self::EntraId => format!("{base}/{CONTOSO}"),
            Self::ExternalId | Self::B2c => format!("{base}/contoso.onmicrosoft.com"),
            Self::ExternalIdCustomDomain => format!("{base}/{CONTOSO_CUSTOMERS}/v2.0"),
            Self::Oidc => base,
        }
    }

    /// Whether answers have Microsoft's shapes.
    pub(crate) const fn is_microsoft(self) -> bool {
        !matches!(self, Self::Oidc)
    }

    /// Whether people may sign themselves up here.
    pub(crate) const fn is_for_customers(self) -> bool {
        matches!(
            self,
            Self::ExternalId | Self::ExternalIdCustomDomain | Self::B2c
        )
    }
}
