//! One signing key: made, published, used.
//!
//! Does not know whose key it is.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_SHA256, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, SignatureAlgorithm, date_time_ymd};
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};

use crate::certificates;
use crate::encoding::{Members, base64url, object, sha256};

/// The library cannot make a key or its certificate.
#[derive(Debug)]
pub(super) struct KeyError;

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<rcgen::Error> for KeyError {
    fn from(_: rcgen::Error) -> Self {
        Self
    }
}

/// DER of a self-signed certificate with the subject that Microsoft's signing certificates have.
fn self_signed(pkcs8: &[u8], algorithm: &'static SignatureAlgorithm) -> Result<Vec<u8>, KeyError> {
    let key =
        rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8), algorithm)?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "accounts.accesscontrol.windows.net");
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    Ok(params.self_signed(&key)?.der().to_vec())
}

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
    /// A new RSA key with a self-signed certificate.
    ///
    /// # Errors
    /// When the library cannot make a key or a certificate.
    pub(super) fn rsa() -> Result<Self, KeyError> {
        let pair = rsa::KeyPair::generate(KeySize::Rsa2048)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der()?;
        let certificate = self_signed(pkcs8.as_ref(), &rcgen::PKCS_RSA_SHA256)?;
        let (n, e) = certificates::rsa_components(&certificate).ok_or(KeyError)?;
        let kid = certificates::sha1_thumbprint(&certificate);
        let public = object(json!({
            "kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": base64url(&n), "e": base64url(&e),
            "x5c": [STANDARD.encode(&certificate)],
        }));
        Ok(Self {
            kid,
            pair: Pair::Rsa(pair),
            public,
        })
    }

    /// A new P-256 key, without a certificate.
    ///
    /// # Errors
    /// When the library cannot make a key.
    pub(super) fn ec() -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        // SEC 1 §2.3.3: 0x04, then both coordinates.
        let point = pair.public_key().as_ref().get(1..);
        let (x, y) = point
            .and_then(|point| point.split_at_checked(32))
            .ok_or(KeyError)?;
        let (x, y) = (base64url(x), base64url(y));
        let kid: String = sha256(format!("{x}.{y}").as_bytes())
            .chars()
            .take(27)
            .collect();
        let public = object(json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y
        }));
        Ok(Self {
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
    pub(super) fn published(&self, further: &Value) -> Value {
        let mut key = self.public.clone();
        key.extend(object(further.clone()));
        Value::Object(key)
    }
}
