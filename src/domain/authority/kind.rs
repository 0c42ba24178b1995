//! The kinds of authority: their words in profile files, and an example of each.

use std::fmt;

/// The kinds of authority that a profile can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Microsoft Entra ID, any cloud.
    EntraId,
    /// Microsoft Entra External ID at its ciamlogin.com host.
    ExternalId,
    /// Microsoft Entra External ID behind a domain of the customer's.
    ExternalIdCustomDomain,
    /// Azure AD B2C with user flows or custom policies.
    B2c,
    /// Any OpenID provider.
    Oidc,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::EntraId,
        Self::ExternalId,
        Self::ExternalIdCustomDomain,
        Self::B2c,
        Self::Oidc,
    ];

    /// The word in a profile file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntraId => "entra-id",
            Self::ExternalId => "external-id",
            Self::ExternalIdCustomDomain => "external-id-custom-domain",
            Self::B2c => "b2c",
            Self::Oidc => "oidc",
        }
    }

    /// What the key `authority` looks like, for messages.
    pub fn authority_example(self) -> &'static str {
        match self {
            Self::EntraId => {
                "such as \"https://login.microsoftonline.com/TENANT\", where TENANT is a tenant id, a domain, organizations, common or consumers"
            }
            Self::ExternalId => "such as \"https://contoso.ciamlogin.com/contoso.onmicrosoft.com\"",
            Self::ExternalIdCustomDomain => {
                "such as \"https://login.contoso.example/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0\""
            }
            Self::B2c => {
                "such as \"https://contoso.b2clogin.com/contoso.onmicrosoft.com\", without the policy"
            }
            Self::Oidc => "the provider's issuer, such as \"https://login.contoso.example\"",
        }
    }

    /// Reads the word of a profile file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
