//! The signing keys of each authority, and the key sets that publish them.
//!
//! Owns keys and their rotation. Keys are made when first needed, shared by all simulators of a process
//! (an RSA key takes a tenth of a second) and never written anywhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_SHA256, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::der;
use crate::directory::PERSONAL_ACCOUNTS;
use crate::encoding::{Members, base64url, object, sha256};
use crate::kind::Kind;

/// Padding of an RSA signature.
#[derive(Clone, Copy)]
pub(crate) enum RsaScheme {
    Pkcs1,
    Pss,
}

enum Pair {
    Rsa(rsa::KeyPair),
    Ec(EcdsaKeyPair),
}

/// One private key and its published half.
pub(crate) struct SigningKey {
    kid: String,
    pair: Pair,
    public: Members,
}

impl SigningKey {
    fn rsa() -> Option<Self> {
        let pair = rsa::KeyPair::generate(KeySize::Rsa2048).ok()?;
        let (n, e) = der::rsa_components(pair.public_key().as_ref())?;
        let (n, e) = (base64url(n), base64url(e));
        // RFC 7638: the thumbprint of a key makes a good `kid`; cut to the length of Microsoft's.
        let kid: String = sha256(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#).as_bytes())
            .chars()
            .take(27)
            .collect();
        let public = object(json!({"kty": "RSA", "use": "sig", "kid": kid, "n": n, "e": e}));
        Some(Self {
            kid,
            pair: Pair::Rsa(pair),
            public,
        })
    }

    fn ec() -> Option<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        // SEC 1 §2.3.3: 0x04, then both coordinates.
        let (x, y) = pair.public_key().as_ref().get(1..)?.split_at_checked(32)?;
        let (x, y) = (base64url(x), base64url(y));
        let kid: String = sha256(format!("{x}.{y}").as_bytes())
            .chars()
            .take(27)
            .collect();
        let public = object(json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y
        }));
        Some(Self {
            kid,
            pair: Pair::Ec(pair),
            public,
        })
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ec(_) => "ES256",
        }
    }

    /// An empty signature only if the library cannot sign, which a reader refuses like any bad one.
    pub(crate) fn sign(&self, message: &[u8], scheme: RsaScheme) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = match scheme {
                    RsaScheme::Pkcs1 => &RSA_PKCS1_SHA256,
                    RsaScheme::Pss => &RSA_PSS_SHA256,
                };
                match pair.sign(padding, &random, message, &mut signature) {
                    Ok(()) => signature,
                    Err(_) => Vec::new(),
                }
            }
            Pair::Ec(pair) => pair
                .sign(&random, message)
                .map(|s| s.as_ref().to_vec())
                .unwrap_or_default(),
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.pair {
            Pair::Rsa(pair) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
                    .verify(message, signature)
                    .is_ok()
            }
            Pair::Ec(pair) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
                    .verify(message, signature)
                    .is_ok()
            }
        }
    }

    /// The public half as a member of a key set, with further members.
    fn published(&self, further: &Value) -> Value {
        let mut key = self.public.clone();
        key.extend(object(further.clone()));
        Value::Object(key)
    }
}

/// Whose keys: authorities do not share any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ring {
    Entra,
    /// Personal accounts sign with a key that says so by its `issuer`.
    Personal,
    Customers,
    B2c,
    Oidc,
    OidcEc,
    /// Published nowhere.
    Stranger,
}

type Pool = Mutex<HashMap<(Ring, u32), Arc<SigningKey>>>;

fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(Pool::default)
}

/// The keys of one simulator: a position in the process's pool.
#[derive(Default)]
pub(crate) struct Keys {
    current: AtomicU32,
    /// The oldest generation that is still published.
    oldest: AtomicU32,
}

impl Keys {
    /// New keys sign from now on; the former stay published, as in a planned roll-over.
    pub(crate) fn rotate(&self) {
        self.current.fetch_add(1, Ordering::SeqCst);
    }

    /// Only the newest keys stay published, as after an emergency.
    pub(crate) fn withdraw_old(&self) {
        self.oldest
            .store(self.current.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(crate) fn current(&self, ring: Ring) -> Arc<SigningKey> {
        Self::of_generation(ring, self.current.load(Ordering::SeqCst))
    }

    fn of_generation(ring: Ring, generation: u32) -> Arc<SigningKey> {
        let mut pool = pool().lock().unwrap_or_else(PoisonError::into_inner);
        let key = pool.entry((ring, generation)).or_insert_with(|| {
            let made = if ring == Ring::OidcEc {
                SigningKey::ec()
            } else {
                SigningKey::rsa()
            };
            #[expect(
                clippy::expect_used,
                reason = "key generation fails only without memory; nothing can be simulated then"
            )]
            Arc::new(made.expect("a signing key"))
        });
        Arc::clone(key)
    }

    fn published(&self, ring: Ring) -> impl Iterator<Item = Arc<SigningKey>> {
        let newest = self.current.load(Ordering::SeqCst);
        let oldest = self
            .oldest
            .load(Ordering::SeqCst)
            .max(newest.saturating_sub(2));
        (oldest..=newest)
            .rev()
            .map(move |generation| Self::of_generation(ring, generation))
    }

    /// Whether one of the authority's keys, also a withdrawn one, signed this.
    pub(crate) fn verify(&self, ring: Ring, kid: &str, message: &[u8], signature: &[u8]) -> bool {
        (0..=self.current.load(Ordering::SeqCst))
            .map(|generation| Self::of_generation(ring, generation))
            .any(|key| key.kid() == kid && key.verify(message, signature))
    }

    /// The key set of an authority. `issuer` is what its metadata says, templates included.
    pub(crate) fn set(&self, kind: Kind, issuer: &str, personal_issuer: &str, odd: bool) -> Value {
        let microsoft = |ring, issuer: Option<&str>| {
            self.published(ring)
                .map(|key| {
                    // Recorded: Microsoft's keys have no `alg`; those of v2 carry their issuer.
                    let mut further = json!({"x5t": key.kid()});
                    if let (Some(issuer), Some(members)) = (issuer, further.as_object_mut()) {
                        members.insert("issuer".to_owned(), issuer.into());
                    }
                    key.published(&further)
                })
                .collect::<Vec<_>>()
        };
        let keys = match kind {
            Kind::EntraId if issuer.contains(PERSONAL_ACCOUNTS) => {
                microsoft(Ring::Personal, Some(issuer))
            }
            Kind::EntraId => {
                let mut keys = microsoft(Ring::Entra, Some(issuer));
                keys.extend(microsoft(Ring::Personal, Some(personal_issuer)));
                keys
            }
            Kind::ExternalId | Kind::ExternalIdCustomDomain => {
                microsoft(Ring::Customers, Some(issuer))
            }
            Kind::B2c => microsoft(Ring::B2c, None),
            Kind::Oidc => {
                let mut keys: Vec<_> = if odd { odd_keys() } else { Vec::new() };
                keys.extend(
                    self.published(Ring::Oidc)
                        .map(|key| key.published(&json!({"alg": "RS256"}))),
                );
                keys.extend(
                    self.published(Ring::OidcEc)
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
    fn a_signature_of_one_authority_is_none_of_another() {
        let keys = Keys::default();
        let signed = keys.current(Ring::Entra).sign(b"text", RsaScheme::Pkcs1);
        let kid = keys.current(Ring::Entra).kid().to_owned();
        assert!(keys.verify(Ring::Entra, &kid, b"text", &signed));
        assert!(!keys.verify(Ring::B2c, &kid, b"text", &signed));
    }

    #[test]
    fn a_withdrawn_key_leaves_the_key_set() {
        let keys = Keys::default();
        let first = keys.current(Ring::B2c).kid().to_owned();
        keys.rotate();
        let listed = |keys: &Keys| {
            keys.set(Kind::B2c, "", "", false)
                .to_string()
                .contains(&first)
        };
        assert!(listed(&keys));
        keys.withdraw_old();
        assert!(!listed(&keys));
    }
}
