//! Sealing with a server key alone: attempts, `state`, and other things that travel through a browser.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::domain::random::Random;
use crate::seal::key_ring::{KeyRing, expand};

/// What is sealed is good for its purpose only: one purpose never opens what another sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose(&'static str);

impl Purpose {
    /// An attempt's own cookie.
    pub const ATTEMPT: Self = Self("attempt");
    /// The target inside `state`.
    pub const STATE: Self = Self("state");

    /// A purpose of its own.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// The format that is written. Another one is not ours to open (a newer version of the gateway wrote it).
pub(super) const FORMAT: u8 = 1;
/// Bytes before the random part: format and key id.
const HEADER: usize = 5;
/// Random bytes for the derivation of the key.
const SALT: usize = 12;
/// Bytes before the ciphertext.
const PREFIX: usize = HEADER + SALT + NONCE_LEN;

impl KeyRing {
    /// Seals `plaintext` with the newest key. `aad` is not kept: opening needs the same bytes again.
    pub fn seal(
        &self,
        purpose: Purpose,
        aad: &[u8],
        plaintext: &[u8],
        random: &dyn Random,
    ) -> Vec<u8> {
        let key = self.newest();
        let derive = |salt: &[u8]| expand::<32>(&key.prk, &[b"seal", purpose.0.as_bytes(), salt]);
        seal_with(key.id.0, derive, aad, plaintext, random)
    }

    /// Opens what any key of the ring sealed for the same purpose with the same `aad`; everything else is `None`.
    pub fn open(&self, purpose: Purpose, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.by_id(key_id(sealed)?)?;
        let derive = |salt: &[u8]| expand::<32>(&key.prk, &[b"seal", purpose.0.as_bytes(), salt]);
        open_with(derive, aad, sealed)
    }

    /// Whether the newest key sealed it; if not, it should be sealed again.
    pub fn sealed_with_newest(&self, sealed: &[u8]) -> bool {
        key_id(sealed) == Some(self.newest().id.0)
    }
}

/// The id of the key that sealed, as far as the format is ours.
pub(super) fn key_id(sealed: &[u8]) -> Option<[u8; 4]> {
    let header: [u8; HEADER] = *sealed.first_chunk()?;
    let [FORMAT, id @ ..] = header else {
        return None;
    };
    Some(id)
}

pub(super) fn seal_with(
    id: [u8; 4],
    derive: impl Fn(&[u8]) -> [u8; 32],
    aad: &[u8],
    plaintext: &[u8],
    random: &dyn Random,
) -> Vec<u8> {
    let (mut salt, mut nonce) = ([0; SALT], [0; NONCE_LEN]);
    random.fill(&mut salt);
    random.fill(&mut nonce);
    let tag_length = AES_256_GCM.tag_len();
    let mut sealed = Vec::with_capacity(PREFIX + plaintext.len() + tag_length);
    sealed.push(FORMAT);
    sealed.extend_from_slice(&id);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&nonce);
    let mut text = plaintext.to_vec();
    let tag = aead_key(&derive(&salt)).and_then(|key| {
        key.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound(id, aad)),
            &mut text,
        )
        .ok()
    });
    #[expect(
        clippy::panic,
        reason = "AES-256-GCM fails beyond 64 GiB only; plaintext must never be written instead"
    )]
    let Some(tag) = tag else {
        panic!("AES-256-GCM refused to seal");
    };
    sealed.extend_from_slice(&text);
    sealed.extend_from_slice(tag.as_ref());
    sealed
}

pub(super) fn open_with(
    derive: impl Fn(&[u8]) -> [u8; 32],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let id = key_id(sealed)?;
    let rest = sealed.get(HEADER..)?;
    let (salt, rest) = rest.split_first_chunk::<SALT>()?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>()?;
    let mut text = text.to_vec();
    let length = aead_key(&derive(salt))?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(bound(id, aad)),
            &mut text,
        )
        .ok()?
        .len();
    text.truncate(length);
    Some(text)
}

/// What is authenticated beside the text: format, key and the caller's bytes.
fn bound(id: [u8; 4], aad: &[u8]) -> Vec<u8> {
    [&[FORMAT], id.as_slice(), aad].concat()
}

fn aead_key(bytes: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .ok()
        .map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{OsRandom, new_key_text};

    fn ring(keys: &[&String]) -> KeyRing {
        KeyRing::parse(keys).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_and_associated_data_only() {
        let ring = KeyRing::ephemeral(&OsRandom);
        let sealed = ring.seal(Purpose::ATTEMPT, b"state", b"verifier", &OsRandom);
        let open = |purpose, aad: &[u8]| ring.open(purpose, aad, &sealed);
        assert_eq!(
            open(Purpose::ATTEMPT, b"state").as_deref(),
            Some(&b"verifier"[..])
        );
        assert_eq!(open(Purpose::STATE, b"state"), None);
        assert_eq!(open(Purpose::ATTEMPT, b"other state"), None);
        assert!(!sealed.windows(8).any(|window| window == b"verifier"));
    }

    // proves: C91
    #[test]
    fn any_flipped_bit_and_any_cut_end_is_refused() {
        let ring = KeyRing::ephemeral(&OsRandom);
        let sealed = ring.seal(Purpose::STATE, b"", b"target", &OsRandom);
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert_eq!(ring.open(Purpose::STATE, b"", &forged), None, "byte {at}");
            assert_eq!(
                ring.open(Purpose::STATE, b"", &sealed[..at]),
                None,
                "cut {at}"
            );
        }
    }

    // proves: C90
    #[test]
    fn an_old_key_opens_while_it_is_listed_and_not_after() {
        let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
        let sealed = ring(&[&old]).seal(Purpose::STATE, b"", b"x", &OsRandom);
        let rotated = ring(&[&new, &old]);
        assert!(rotated.open(Purpose::STATE, b"", &sealed).is_some());
        assert!(!rotated.sealed_with_newest(&sealed));
        assert!(ring(&[&old]).sealed_with_newest(&sealed));
        assert_eq!(ring(&[&new]).open(Purpose::STATE, b"", &sealed), None);
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let ring = KeyRing::ephemeral(&OsRandom);
        let seal = || ring.seal(Purpose::STATE, b"", b"x", &OsRandom);
        assert_ne!(seal(), seal());
    }

    // proves: D27
    #[test]
    fn a_format_of_a_newer_version_is_none_and_no_panic() {
        let ring = KeyRing::ephemeral(&OsRandom);
        let mut sealed = ring.seal(Purpose::STATE, b"", b"x", &OsRandom);
        sealed[0] = 2;
        assert_eq!(ring.open(Purpose::STATE, b"", &sealed), None);
        assert_eq!(ring.open(Purpose::STATE, b"", b""), None);
    }
}
