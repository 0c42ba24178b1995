//! The dialect of an authority: what a kind implies besides its issuers.

use crate::domain::authority::kind::Kind;

/// The claims that identify a person at an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonClaims {
    /// `iss` and `sub`.
    Subject,
    /// `tid` and `oid`, which Microsoft's directories guarantee.
    ObjectInTid,
    /// `oid` in the tenant that the issuer names: a B2C policy decides what `tid` and `sub` contain.
    ObjectInPinnedTenant,
}

/// What differs between authorities besides the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent property of an authority"
)]
pub struct Dialect {
    /// Speaks Microsoft's variant of OpenID Connect: `client_info`, error codes, `sid` without `iss`, access tokens for
    /// one resource at a time, no back-channel logout.
    pub microsoft: bool,
    /// The userinfo endpoint is called after sign-in (OIDC Core §5.3), if the metadata has one.
    pub userinfo: bool,
    /// A token response may lack the access token (B2C without a scope of an API).
    pub id_token_only: bool,
    /// The claims that identify a person.
    pub person: PersonClaims,
    /// Sign-out sends the `login_hint` claim as `logout_hint`; otherwise the ID token as `id_token_hint`.
    pub logout_hint: bool,
    /// The client capability `cp1` is announced: claims challenges are handled.
    pub claims_challenge: bool,
    /// Only an administrator can consent (External ID).
    pub admin_consent_only: bool,
    /// The login hint is an e-mail address: the opaque hint would show an internal name.
    pub hint_by_address: bool,
    /// A token may leave out `groups` for size; they are then read from Microsoft Graph.
    pub groups_from_graph: bool,
    /// The metadata is asked for with the client id in `appid`: only then it names the signing keys of an application
    /// that has its own (microsoft-identity 1.6).
    pub keys_by_application: bool,
}

impl Dialect {
    /// The dialect of a kind.
    pub(super) fn of(kind: Kind) -> Self {
        let microsoft = kind != Kind::Oidc;
        let directory = matches!(
            kind,
            Kind::EntraId | Kind::ExternalId | Kind::ExternalIdCustomDomain
        );
        let external = matches!(kind, Kind::ExternalId | Kind::ExternalIdCustomDomain);
        Self {
            microsoft,
            userinfo: !microsoft,
            id_token_only: kind == Kind::B2c,
            person: match kind {
                Kind::Oidc => PersonClaims::Subject,
                Kind::B2c => PersonClaims::ObjectInPinnedTenant,
                _ => PersonClaims::ObjectInTid,
            },
            logout_hint: directory,
            claims_challenge: kind == Kind::EntraId,
            admin_consent_only: external,
            hint_by_address: external,
            groups_from_graph: directory,
            keys_by_application: directory,
        }
    }
}
