//! Compact JSON Web Signatures (RFC 7515): made right, made wrong on purpose, and read back.
//!
//! Owns the encoding. Which claims stand in a token is decided elsewhere.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::encoding::{Members, base64url, sha256};
use crate::tokens::signing_key::{RsaScheme, SigningKey};

/// How a token is signed, honestly or not.
pub(crate) enum Signing<'a> {
    With(&'a SigningKey),
    /// RSA key, PSS padding.
    Pss(&'a SigningKey),
    /// A right signature with one bit turned.
    Corrupted(&'a SigningKey),
    /// `alg: none`, empty signature.
    Unsigned,
    /// HS256 with a secret that the relying party knows.
    Hs256(&'a [u8]),
    /// Like Graph's access tokens: the signature is over the hash of the header's `nonce`, so nobody else can check it.
    HashedNonce(&'a SigningKey),
}

fn part(members: &Members) -> String {
    base64url(Value::Object(members.clone()).to_string().as_bytes())
}

/// A signed compact token. `alg` and `kid` are filled in unless the header has them already.
pub(crate) fn encode(mut header: Members, claims: &Members, signing: &Signing<'_>) -> String {
    let (algorithm, key) = match signing {
        Signing::With(key) | Signing::Corrupted(key) | Signing::HashedNonce(key) => {
            (key.algorithm(), Some(key))
        }
        Signing::Pss(key) => ("PS256", Some(key)),
        Signing::Unsigned => ("none", None),
        Signing::Hs256(_) => ("HS256", None),
    };
    header.entry("typ").or_insert_with(|| "JWT".into());
    header.entry("alg").or_insert_with(|| algorithm.into());
    if let Some(key) = key {
        header.entry("kid").or_insert_with(|| key.kid().into());
    }
    // RFC 7515 has no member without a value; faults remove a member by giving it none.
    header.retain(|_, value| !value.is_null());
    let body = part(claims);
    let shown = format!("{}.{body}", part(&header));
    let signed = match (signing, header.get("nonce").and_then(Value::as_str)) {
        (Signing::HashedNonce(_), Some(nonce)) => {
            let mut hashed = header.clone();
            hashed.insert("nonce".to_owned(), sha256(nonce.as_bytes()).into());
            format!("{}.{body}", part(&hashed))
        }
        _ => shown.clone(),
    };
    format!(
        "{shown}.{}",
        base64url(&signature(signed.as_bytes(), signing))
    )
}

fn signature(message: &[u8], signing: &Signing<'_>) -> Vec<u8> {
    match signing {
        Signing::With(key) | Signing::HashedNonce(key) => key.sign(message, RsaScheme::Pkcs1),
        Signing::Pss(key) => key.sign(message, RsaScheme::Pss),
        Signing::Corrupted(key) => {
            let mut bytes = key.sign(message, RsaScheme::Pkcs1);
            if let Some(first) = bytes.get_mut(7) {
                *first ^= 1;
            }
            bytes
        }
        Signing::Unsigned => Vec::new(),
        Signing::Hs256(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message)
            .as_ref()
            .to_vec(),
    }
}

/// A token taken apart; nothing about it has been checked.
pub(crate) struct Parts<'a> {
    pub header: Members,
    pub claims: Members,
    /// What the signature covers, as it stands in the token.
    pub signed: &'a str,
    pub signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(crate) fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: members(header)?,
            claims: members(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// What the signature of a token with [`Signing::HashedNonce`] covers.
    pub(crate) fn signed_with_hashed_nonce(&self) -> Option<String> {
        let nonce = self.header.get("nonce")?.as_str()?;
        let mut header = self.header.clone();
        header.insert("nonce".to_owned(), sha256(nonce.as_bytes()).into());
        let (_, claims) = self.signed.split_once('.')?;
        Some(format!("{}.{claims}", part(&header)))
    }
}

fn members(part: &str) -> Option<Members> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
