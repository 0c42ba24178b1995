//! Keys of an authority: what they publish and what they sign.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub enum Signer {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

impl Signer {
    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    pub fn p256() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::P256(Box::new(key))
    }

    /// The key as a member of a key set.
    pub fn jwk(&self, kid: &str) -> Value {
        let mut jwk = self.jwk_without_kid();
        jwk["kid"] = json!(kid);
        jwk
    }

    pub fn jwk_without_kid(&self) -> Value {
        match self {
            Self::Rsa(key) => {
                let (n, e) = rsa_numbers(key.public_key().as_ref());
                json!({"kty": "RSA", "use": "sig", "n": encode(n), "e": encode(e)})
            }
            Self::P256(key) => {
                let point = key.public_key().as_ref();
                json!({"kty": "EC", "use": "sig", "crv": "P-256",
                       "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
        }
    }

    /// A token signed with the algorithm that the header names.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims.to_string())
        );
        let random = SystemRandom::new();
        let rsa = |encoding: &'static dyn RsaEncoding| match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &random, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Self::P256(_) => unreachable!(),
        };
        let signature = match (header["alg"].as_str(), self) {
            (Some("ES256"), Self::P256(key)) => key
                .sign(&random, signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            (Some("PS256"), _) => rsa(&RSA_PSS_SHA256),
            _ => rsa(&RSA_PKCS1_SHA256),
        };
        format!("{signed}.{}", encode(signature))
    }
}

/// A token with an HMAC, which nobody may accept.
pub fn sign_hs256(secret: &[u8], claims: &Value) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(tag.as_ref()))
}

/// `at_hash` of an access token (OIDC Core §3.1.3.6).
pub fn at_hash(token: &str) -> String {
    encode(&digest::digest(&digest::SHA256, token.as_bytes()).as_ref()[..16])
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent out of an `RSAPublicKey` (RFC 8017 appendix A.1.1) of 2048 bits.
fn rsa_numbers(der: &[u8]) -> (&[u8], &[u8]) {
    (&der[9..265], &der[267..])
}
