//! The key set of an authority (RFC 7517): fetched, and its keys read one by one.
//!
//! A key that cannot be used is skipped and counted, and never makes the set unusable. A key set belongs to one profile and
//! one metadata document (RFC 8725 §3.8).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};
use url::Url;

use crate::domain::profile::{ProfileId, SigningAlgorithm};
use crate::http::call::Bulkhead;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::cached_document::{Fetch, Fetched};
use crate::oidc::error::{OidcError, Outage};

/// Bytes; 200 keys with certificates are smaller.
const LARGEST: usize = 512 * 1024;
/// A key that the authority withdrew is refused after this time at the latest.
const MAX_AGE: Duration = Duration::from_hours(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFamily {
    Rsa,
    P256,
}

impl KeyFamily {
    pub(super) fn of(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => Self::Rsa,
            SigningAlgorithm::Es256 => Self::P256,
        }
    }
}

/// A public key that may verify tokens.
pub(crate) struct SigningKey {
    pub(super) id: Option<String>,
    pub(super) family: KeyFamily,
    pub(super) algorithm: Option<SigningAlgorithm>,
    /// The `issuer` member of Entra ID's v2 keys; may be a template.
    pub(crate) issuer: Option<String>,
    /// The `cloud_instance_name` member of newer documents.
    pub(crate) cloud_instance_name: Option<String>,
    pub(super) public: DecodingKey,
}

/// The keys of one document.
pub(crate) struct KeySet {
    pub(super) keys: Vec<SigningKey>,
    /// How many keys of the document cannot or must not be used.
    pub(crate) skipped: usize,
}

impl KeySet {
    /// Reads a document; `None` if it is not a key set.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(body).ok()?;
        let all = document.get("keys")?.as_array()?;
        let keys: Vec<_> = all
            .iter()
            .filter_map(|key| signing_key(key.as_object()?))
            .collect();
        let skipped = all.len() - keys.len();
        Some(Self { keys, skipped })
    }

    /// How many keys can be used.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

fn signing_key(key: &Map<String, Value>) -> Option<SigningKey> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if key.get("use").is_some_and(|usage| usage != "sig") {
        return None;
    }
    if let Some(operations) = key.get("key_ops") {
        let mut operations = operations.as_array()?.iter();
        operations.find(|operation| *operation == "verify")?;
    }
    let (family, public) = match text("kty")? {
        "RSA" => (KeyFamily::Rsa, rsa(text("n")?, text("e")?)?),
        "EC" if text("crv")? == "P-256" => (KeyFamily::P256, p256(text("x")?, text("y")?)?),
        _ => return None,
    };
    let algorithm = match key.get("alg") {
        None => None,
        Some(name) => Some(SigningAlgorithm::parse(name.as_str()?)?),
    };
    if algorithm.is_some_and(|algorithm| KeyFamily::of(algorithm) != family) {
        return None;
    }
    Some(SigningKey {
        id: text("kid").map(str::to_owned),
        family,
        algorithm,
        issuer: text("issuer").map(str::to_owned),
        cloud_instance_name: text("cloud_instance_name").map(str::to_owned),
        public,
    })
}

/// An RSA key of 2048 to 8192 bits with an odd exponent above 1 (RFC 8725 §3.2, RFC 7518 §3.3).
fn rsa(modulus: &str, exponent: &str) -> Option<DecodingKey> {
    let modulus = number(modulus)?;
    let exponent = number(exponent)?;
    let bits = modulus.len() * 8 - usize::try_from(modulus.first()?.leading_zeros()).ok()?;
    let odd = exponent.last()? % 2 == 1;
    let strong = (2_048..=8_192).contains(&bits);
    let sound = odd && exponent.len() <= 4 && exponent.as_slice() != [1];
    (strong && sound).then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn p256(x: &str, y: &str) -> Option<DecodingKey> {
    let coordinate = |text: &str| decode(text).filter(|bytes| bytes.len() == 32);
    let (x, y) = (coordinate(x)?, coordinate(y)?);
    // SEC 1 §2.3.3, uncompressed; a point off the curve is refused when it is used.
    let mut point = vec![4];
    point.extend_from_slice(&x);
    point.extend_from_slice(&y);
    Some(DecodingKey::from_ec_der(&point))
}

fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    bytes.get(start..).map(<[u8]>::to_vec)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// Fetches one key set.
pub(crate) struct KeySource {
    pub(crate) bulkhead: Arc<Bulkhead>,
    pub(crate) deps: Arc<ClientDeps>,
    pub(crate) profile: ProfileId,
    pub(crate) url: Url,
}

#[async_trait]
impl Fetch for KeySource {
    type Document = KeySet;

    const NAME: &'static str = "keys";

    fn profile(&self) -> &ProfileId {
        &self.profile
    }

    async fn fetch(&self, timeout: Option<Duration>) -> Result<Fetched<KeySet>, OidcError> {
        let request = self
            .bulkhead
            .client()
            .get(self.url.clone())
            .header(reqwest::header::ACCEPT, "application/json");
        let timeout = timeout.unwrap_or(self.deps.call_timeout);
        let response = self.bulkhead.call(request, LARGEST, timeout).await?;
        if response.status != reqwest::StatusCode::OK {
            return Err(OidcError::Unavailable {
                why: Outage::Status(response.status.as_u16()),
                retry_after: response.retry_after(self.deps.clock.now()),
            });
        }
        let bad = |what| OidcError::outage(Outage::BadDocument(what));
        let document = KeySet::read(&response.body)
            .ok_or_else(|| bad("the key set is no JSON object with keys"))?;
        if document.len() == 0 {
            return Err(bad("the key set has no key that can be used"));
        }
        if document.skipped > 0 {
            tracing::debug!(profile.id = %self.profile, skipped = document.skipped, "some keys of the authority are not used");
        }
        Ok(Fetched {
            document,
            renew_after: MAX_AGE / 2,
            stale_after: MAX_AGE,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    proptest::proptest! {
        // proves: D4
        #[test]
        fn no_key_set_makes_the_reader_panic(
            kind in "RSA|EC|OKP|oct|", number in "[A-Za-z0-9_=-]{0,60}", other in "AQAB|AQ|Ag|AA||[A-Za-z0-9]{0,9}", body in ".{0,60}"
        ) {
            let key = json!({"kty": kind, "n": number, "e": other, "crv": "P-256", "x": number, "y": other, "kid": body});
            let set = KeySet::read(json!({"keys": [key, body]}).to_string().as_bytes()).unwrap();
            proptest::prop_assert_eq!(set.len() + set.skipped, 2);
            let _ = KeySet::read(body.as_bytes()).is_none();
        }

        // proves: D4
        #[test]
        fn no_bytes_make_the_key_set_reader_panic(
            body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
            modulus in 0..6_000_usize, exponent in "AQAB|AQ|AAAA|[A-Za-z0-9_-]{0,400}", copies in 1..4_usize,
        ) {
            let _ = KeySet::read(&body).is_none();
            let key = json!({"kty": "RSA", "use": "sig", "kid": "k", "n": "x".repeat(modulus), "e": exponent});
            let set = KeySet::read(json!({"keys": vec![key; copies]}).to_string().as_bytes()).unwrap();
            proptest::prop_assert_eq!(set.len() + set.skipped, copies);
        }
    }
}
