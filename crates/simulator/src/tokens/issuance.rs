//! What tokens are made from: the input of an ID token, `sub`, and whose key signs.

use crate::directory::{PERSONAL_ACCOUNTS, Person};
use crate::kind::Kind;
use crate::platform::Platform;
use crate::realm::Realm;
use crate::scopes::Scopes;
use crate::shapes::Shapes;
use crate::state::{Grant, pairwise};
use crate::tokens::keys::KeyRing;

/// What an ID token is made from.
pub(crate) struct IdTokenInput<'a> {
    pub platform: &'a Platform,
    pub realm: &'a Realm,
    pub grant: &'a Grant,
    pub person: &'a Person,
    pub scopes: &'a Scopes,
    pub access_token: Option<&'a str>,
    /// The code that is issued beside the token (hybrid flow).
    pub code: Option<&'a str>,
    /// Issued at the authorization endpoint, where less fits into an address.
    pub by_front_channel: bool,
    /// Not at refresh: a refreshed ID token should not have one (OIDC Core §12.2).
    pub with_nonce: bool,
}

/// `sub` of the person of a grant.
pub(crate) fn subject(kind: Kind, grant: &Grant, person: &Person) -> String {
    pairwise(kind, &grant.tenant, person, &grant.client_id)
}

/// Whose key signs tokens for people of this tenant.
pub(crate) fn ring(kind: Kind, tenant: &str, shapes: &Shapes) -> KeyRing {
    match kind {
        Kind::EntraId if tenant == PERSONAL_ACCOUNTS => KeyRing::Personal,
        Kind::EntraId => KeyRing::Entra,
        Kind::ExternalId | Kind::ExternalIdCustomDomain => KeyRing::Customers,
        Kind::B2c => KeyRing::B2c,
        Kind::Oidc if shapes.oidc_es256 => KeyRing::OidcEc,
        Kind::Oidc => KeyRing::Oidc,
    }
}

/// Whose key signs the ID tokens of an application.
pub(crate) fn ring_of_client(
    platform: &Platform,
    kind: Kind,
    tenant: &str,
    client_id: &str,
) -> KeyRing {
    let own = platform.client(kind, client_id);
    if kind == Kind::EntraId && own.is_some_and(|client| client.own_signing_key) {
        KeyRing::of_application(client_id)
    } else {
        ring(kind, tenant, &platform.shapes())
    }
}
