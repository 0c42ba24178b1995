//! The five kinds of authority, and the application that is registered at each from the start.
//!
//! Does not know hosts (`names`), addresses (`realm`) or answers (`web`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of an authority, as a profile of gatehouse writes it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
