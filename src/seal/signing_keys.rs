//! `SigningKeys`: the ES256 key pairs (RFC 7518 §3.4) with which gatehouse vouches for callers.
//!
//! Each key of the ring gives each profile one key pair, by HKDF: every replica with the same ring has the same pairs, no
//! table holds them, and what is signed for one profile verifies under no other. The newest pair signs, all are published.
//! So the steps in which the server's keys are rolled roll these without a gap.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::hkdf::Prk;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::profile::ProfileId;
use crate::seal::key_ring::{KeyRing, expand};
use crate::seal::sealing::sha256;

/// The key pairs of one profile.
pub struct SigningKeys {
    newest: KeyPair,
    /// The public keys of all pairs, newest first.
    jwks: String,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let newest = &self.newest.id;
        f.debug_struct("SigningKeys")
            .field("newest", newest)
            .finish_non_exhaustive()
    }
}

struct KeyPair {
    pair: EcdsaKeyPair,
    id: String,
    jwk: String,
}

impl KeyRing {
    /// The key pairs of a profile. `None` if the cryptographic library refuses a pair, which does not happen.
    pub fn signing_keys(&self, profile: &ProfileId) -> Option<SigningKeys> {
        let mut pairs = Vec::new();
        for key in self.all() {
            pairs.push(KeyPair::derive(&key.prk, profile)?);
        }
        let jwks: Vec<&str> = pairs.iter().map(|pair| pair.jwk.as_str()).collect();
        let jwks = format!("{{\"keys\":[{}]}}", jwks.join(","));
        let newest = pairs.into_iter().next()?;
        Some(SigningKeys { newest, jwks })
    }
}

impl SigningKeys {
    /// The id of the pair that signs: the thumbprint of its public key (RFC 7638).
    pub fn id(&self) -> &str {
        &self.newest.id
    }

    /// The 64 bytes of a signature (RFC 7518 §3.4). `None` if the library cannot sign, which does not happen.
    pub fn sign(&self, message: &[u8]) -> Option<[u8; 64]> {
        let signature = self.newest.pair.sign(&SystemRandom::new(), message).ok()?;
        signature.as_ref().try_into().ok()
    }

    /// The public keys as a JWK set (RFC 7517 §5).
    pub fn jwks(&self) -> &str {
        &self.jwks
    }
}

impl KeyPair {
    /// A private key is a number from 1 up to the order of the curve. Of the 256-bit numbers one in 2³² is none, and then the
    /// next one is taken: every key is equally likely (FIPS 186-5, A.2.2).
    fn derive(prk: &Prk, profile: &ProfileId) -> Option<Self> {
        (0..4_u8).find_map(|turn| {
            let info: [&[u8]; 3] = [b"assertion key", profile.as_str().as_bytes(), &[turn]];
            Self::of_private(&expand::<32>(prk, &info))
        })
    }

    fn of_private(private: &[u8; 32]) -> Option<Self> {
        let key = PrivateKey::from_private_key(&ECDH_P256, private).ok()?;
        let public = key.compute_public_key().ok()?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            private,
            public.as_ref(),
        )
        .ok()?;
        // SEC 1 §2.3.3: a byte 4, then both coordinates.
        let (x, y) = public.as_ref().get(1..)?.split_at_checked(32)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let members = format!("\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{x}\",\"y\":\"{y}\"");
        let id = URL_SAFE_NO_PAD.encode(sha256(format!("{{{members}}}").as_bytes()));
        let jwk = format!("{{{members},\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"{id}\"}}");
        Some(Self { pair, id, jwk })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{OsRandom, new_key_text};

    fn ids(keys: &SigningKeys) -> Vec<String> {
        let set: serde_json::Value = serde_json::from_str(keys.jwks()).unwrap();
        let keys = set["keys"].as_array().unwrap();
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }

    fn of(ring: &[&String], profile: &str) -> SigningKeys {
        let profile = ProfileId::parse(profile).unwrap();
        KeyRing::parse(ring)
            .unwrap()
            .signing_keys(&profile)
            .unwrap()
    }

    #[test]
    fn every_replica_publishes_the_key_of_the_others_at_each_step_of_a_roll() {
        let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
        let steps = [vec![&old], vec![&old, &new], vec![&new, &old], vec![&new]];
        for pair in steps.windows(2) {
            let [before, after] = pair else {
                unreachable!()
            };
            let (before, after) = (of(before, "staff"), of(after, "staff"));
            assert!(ids(&before).contains(&after.id().to_owned()));
            assert!(ids(&after).contains(&before.id().to_owned()));
        }
    }

    #[test]
    fn an_assertion_of_one_profile_is_nothing_at_another() {
        let ring = new_key_text(&OsRandom);
        assert_eq!(ids(&of(&[&ring], "staff")), ids(&of(&[&ring], "staff")));
        assert_ne!(ids(&of(&[&ring], "staff")), ids(&of(&[&ring], "partners")));
    }

    #[test]
    fn a_number_that_is_no_private_key_is_not_used() {
        assert!(KeyPair::of_private(&[0; 32]).is_none());
        assert!(KeyPair::of_private(&[0xff; 32]).is_none());
        assert!(KeyPair::of_private(&[1; 32]).is_some());
    }

    /// The key pair of RFC 7515, appendix A.3, with the thumbprint that other implementations compute for it.
    #[test]
    fn a_public_key_is_that_of_its_private_key() {
        let private = URL_SAFE_NO_PAD
            .decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")
            .unwrap();
        let pair = KeyPair::of_private(&private.try_into().unwrap()).unwrap();
        let jwk: serde_json::Value = serde_json::from_str(&pair.jwk).unwrap();
        assert_eq!(jwk["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        assert_eq!(jwk["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        assert_eq!(jwk["kid"], pair.id.as_str());
    }
}
