//! The key set (JWKS) of each kind of authority.
//!
//! Does not make keys.

use serde_json::{Value, json};

use crate::directory::PERSONAL_ACCOUNTS;
use crate::encoding::sha256;
use crate::kind::Kind;
use crate::tokens::keys::{KeyRing, Keys};

impl Keys {
    /// The keys of one application, as `?appid=` adds them.
    pub(crate) fn of_application(&self, client_id: &str, issuer: &str) -> Vec<Value> {
        self.published(KeyRing::of_application(client_id))
            .map(|key| key.published(&json!({"issuer": issuer})))
            .collect()
    }

    /// The key set of an authority. `issuer` is what its metadata says, templates included.
    pub(crate) fn key_set(
        &self,
        kind: Kind,
        issuer: &str,
        personal_issuer: &str,
        odd: bool,
    ) -> Value {
        let microsoft = |ring, issuer: Option<&str>| {
            self.published(ring)
                .map(|key| {
                    // Recorded: Microsoft's keys have no `alg`; those of v2 carry their issuer.
                    let mut further = json!({});
                    if let (Some(issuer), Some(members)) = (issuer, further.as_object_mut()) {
                        members.insert("issuer".to_owned(), issuer.into());
                    }
                    key.published(&further)
                })
                .collect::<Vec<_>>()
        };
        let keys = match kind {
            Kind::EntraId if issuer.contains(PERSONAL_ACCOUNTS) => {
                microsoft(KeyRing::Personal, Some(issuer))
            }
            Kind::EntraId => {
                let mut keys = microsoft(KeyRing::Entra, Some(issuer));
                keys.extend(microsoft(KeyRing::Personal, Some(personal_issuer)));
                keys
            }
            Kind::ExternalId | Kind::ExternalIdCustomDomain => {
                microsoft(KeyRing::Customers, Some(issuer))
            }
            Kind::B2c => microsoft(KeyRing::B2c, None),
            Kind::Oidc => {
                let mut keys: Vec<_> = if odd { odd_keys() } else { Vec::new() };
                keys.extend(
                    self.published(KeyRing::Oidc)
                        .map(|key| key.published(&json!({"alg": "RS256"}))),
                );
                keys.extend(
                    self.published(KeyRing::OidcEc)
                        .map(|key| key.published(&json!({}))),
                );
                keys
            }
        };
        json!({ "keys": keys })
    }
}

/// What the conformance suite puts into every key set: encryption keys, curves and types that a
/// relying party need not know. None of them signs anything.
fn odd_keys() -> Vec<Value> {
    let coordinate = |name: &str| sha256(name.as_bytes());
    let modulus: String = (0..8)
        .map(|n| sha256(format!("modulus {n}").as_bytes()))
        .collect();
    vec![
        json!({"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc-rsa", "n": modulus, "e": "AQAB"}),
        json!({"kty": "EC", "use": "enc", "alg": "ECDH-ES", "crv": "P-256", "kid": "enc-ec", "x": coordinate("x"), "y": coordinate("y")}),
        json!({"kty": "EC", "use": "sig", "crv": "secp256k1", "alg": "ES256K", "kid": "koblitz", "x": coordinate("kx"), "y": coordinate("ky")}),
        json!({"kty": "OKP", "use": "sig", "crv": "Ed25519", "alg": "EdDSA", "kid": "edwards", "x": coordinate("ed")}),
        json!({"kty": "AKP", "use": "sig", "alg": "ML-DSA-44", "kid": "unknown-type", "pub": coordinate("pq")}),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawn_key_leaves_the_key_set() {
        let keys = Keys::default();
        let first = keys.current(KeyRing::B2c).kid().to_owned();
        keys.rotate();
        let listed = |keys: &Keys| {
            keys.key_set(Kind::B2c, "", "", false)
                .to_string()
                .contains(&first)
        };
        assert!(listed(&keys));
        keys.withdraw_old();
        assert!(!listed(&keys));
    }
}
