//! The kinds of authority, and the dialect that each speaks.

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

/// What differs between authorities beyond the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own that somebody asks"
)]
pub struct Dialect {
    /// Microsoft's shapes: `client_info`, error codes, `sid` without `iss`, a token for one resource at a time.
    pub microsoft: bool,
    /// Calls the userinfo endpoint after sign-in (OIDC Core §5.3) if the metadata has one.
    pub userinfo: bool,
    /// Accepts a token response without an access token (B2C without an API scope).
    pub id_token_only: bool,
    /// The person is `tid` and `oid` instead of `iss` and `sub`.
    pub person_by_object: bool,
    /// Sends the `login_hint` claim as `logout_hint`; otherwise the ID token as `id_token_hint`.
    pub logout_hint: bool,
    /// Announces the client capability `cp1` (claims challenges are handled).
    pub claims_challenge: bool,
    /// Only an administrator can consent (External ID).
    pub admin_consent_only: bool,
    /// Hints at a person by address: the opaque hint would show an internal name (microsoft-identity 7).
    pub hint_by_address: bool,
    /// `groups` may be left out for size and must be read from Graph.
    pub groups_from_graph: bool,
}

/// What a kind implies beyond its issuer.
pub(super) fn dialect(kind: Kind) -> Dialect {
    let microsoft = kind != Kind::Oidc;
    let directory = matches!(
        kind,
        Kind::EntraId | Kind::ExternalId | Kind::ExternalIdCustomDomain
    );
    let external = matches!(kind, Kind::ExternalId | Kind::ExternalIdCustomDomain);
    Dialect {
        microsoft,
        userinfo: !microsoft,
        id_token_only: kind == Kind::B2c,
        person_by_object: directory,
        logout_hint: directory,
        claims_challenge: kind == Kind::EntraId,
        admin_consent_only: external,
        hint_by_address: external,
        groups_from_graph: directory,
    }
}
