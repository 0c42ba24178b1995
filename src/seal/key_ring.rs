//! `KeyRing`: the server's keys, newest first. The first seals, all open. And the machine's random source, which makes them.

use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::domain::random::{Random, random_256};

/// Separates our derivations from those of any other program that was given the same key.
const EXTRACT_SALT: &[u8] = b"gatehouse key ring v1";

/// Names a key without saying anything about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(super) [u8; 4]);

impl KeyId {
    /// The bytes as they stand in what is sealed.
    pub fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is wrong with the configured keys. Says what would be right and never what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// No key at all.
    #[error("there is no key; make one with `gatehouse keys new`")]
    Missing,
    /// Not base64.
    #[error(
        "key {position} is not base64; a key is 44 base64 characters, as `gatehouse keys new` prints them"
    )]
    NotBase64 {
        /// Counted from one.
        position: usize,
    },
    /// Not 256 bits.
    #[error(
        "key {position} has {bits} bits; a key has 256, which is 44 base64 characters; make one with `gatehouse keys new`"
    )]
    WrongLength {
        /// Counted from one.
        position: usize,
        /// How many there are.
        bits: usize,
    },
    /// All bytes alike, such as the zeros of a template.
    #[error("key {position} is a placeholder; make a key with `gatehouse keys new`")]
    Placeholder {
        /// Counted from one.
        position: usize,
    },
    /// The same key twice.
    #[error("key {position} is the same as an earlier one; list each key once, newest first")]
    Repeated {
        /// Counted from one.
        position: usize,
    },
}

/// One server key, kept only as what is derived from it.
#[derive(Clone)]
pub(super) struct ServerKey {
    pub(super) id: KeyId,
    pub(super) prk: Prk,
    pub(super) row_salt: [u8; 32],
}

/// The server's keys, newest first.
#[derive(Clone)]
pub struct KeyRing {
    newest: ServerKey,
    older: Vec<ServerKey>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

/// The text of a new key, for the settings.
pub fn new_key_text(random: &dyn Random) -> String {
    STANDARD.encode(random_256(random))
}

impl KeyRing {
    /// Reads base64 keys, newest first.
    ///
    /// # Errors
    /// [`KeyProblem`] names the position of the first key that cannot be used.
    pub fn parse<I>(texts: I) -> Result<Self, KeyProblem>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut keys: Vec<ServerKey> = Vec::new();
        for (at, text) in texts.into_iter().enumerate() {
            let position = at + 1;
            let bytes = decode(text.as_ref().trim()).ok_or(KeyProblem::NotBase64 { position })?;
            let bits = bytes.len() * 8;
            let bytes: [u8; 32] = bytes
                .try_into()
                .map_err(|_| KeyProblem::WrongLength { position, bits })?;
            if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
                return Err(KeyProblem::Placeholder { position });
            }
            let key = ServerKey::derive(&bytes);
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(KeyProblem::Repeated { position });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or(KeyProblem::Missing)?;
        Ok(Self {
            newest,
            older: keys.collect(),
        })
    }

    /// A ring of one new key that dies with the process: for demonstrations and tests.
    pub fn ephemeral(random: &dyn Random) -> Self {
        Self {
            newest: ServerKey::derive(&random_256(random)),
            older: Vec::new(),
        }
    }

    /// Keys for the private cookie jar, newest first: the first writes, all read.
    pub fn cookie_keys(&self) -> impl Iterator<Item = [u8; 64]> + '_ {
        self.all()
            .map(|key| expand(&key.prk, &[b"private cookies"]))
    }

    /// A key of 256 bits for a use of its own, newest first. `label` keeps uses apart.
    pub fn derived_keys(&self, label: &'static str) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.all()
            .map(move |key| expand(&key.prk, &[b"derived", label.as_bytes()]))
    }

    /// The ids of the keys, newest first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.all().map(|key| key.id)
    }

    pub(super) fn newest(&self) -> &ServerKey {
        &self.newest
    }

    pub(super) fn by_id(&self, id: [u8; 4]) -> Option<&ServerKey> {
        self.all().find(|key| key.id.0 == id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ServerKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

impl ServerKey {
    fn derive(key: &[u8; 32]) -> Self {
        let prk = Salt::new(HKDF_SHA256, EXTRACT_SALT).extract(key);
        Self {
            id: KeyId(expand(&prk, &[b"key id"])),
            row_salt: expand(&prk, &[b"row salt"]),
            prk,
        }
    }
}

/// A length for HKDF-Expand.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand (RFC 5869 §2.3). `info` is joined with its lengths, so that no two lists give the same bytes.
pub(super) fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut joined = Vec::with_capacity(64);
    for part in info {
        joined.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        joined.extend_from_slice(part);
    }
    let mut out = [0; N];
    let filled = prk
        .expand(&[&joined], Bytes(N))
        .and_then(|okm| okm.fill(&mut out));
    // HKDF-SHA256 fails beyond 8160 bytes only; a key of zeros must never be used.
    assert!(filled.is_ok(), "HKDF refused a short output");
    out
}

/// Base64 in any of its four spellings.
fn decode(text: &str) -> Option<Vec<u8>> {
    [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
        .into_iter()
        .find_map(|engine| engine.decode(text).ok())
}

/// Unpredictable bytes from the operating system by way of aws-lc's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // A machine without entropy must not make secrets, and nothing can answer instead.
        assert!(
            rand::fill(bytes).is_ok(),
            "the operating system's random source failed"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::OsRandom;

    // proves: B90
    #[test]
    fn a_new_key_is_accepted_and_two_new_keys_differ() {
        let (one, two) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
        assert_ne!(one, two);
        assert_eq!(KeyRing::parse([&one, &two]).unwrap().ids().count(), 2);
    }

    #[test]
    fn a_bad_key_is_named_by_position_and_what_would_be_right_but_never_shown() {
        let good = new_key_text(&OsRandom);
        let secret = "c2hvcnQgc2VjcmV0";
        let zeros = STANDARD.encode([0; 32]);
        let cases = [
            (
                vec![good.as_str(), secret],
                KeyProblem::WrongLength {
                    position: 2,
                    bits: 96,
                },
            ),
            (vec!["not base64!"], KeyProblem::NotBase64 { position: 1 }),
            (vec![], KeyProblem::Missing),
            (
                vec![good.as_str(), good.as_str()],
                KeyProblem::Repeated { position: 2 },
            ),
            (
                vec![zeros.as_str()],
                KeyProblem::Placeholder { position: 1 },
            ),
        ];
        for (texts, expected) in cases {
            let problem = KeyRing::parse(&texts).unwrap_err();
            assert_eq!(problem, expected);
            let said = format!("{problem} {problem:?}");
            assert!(!texts.iter().any(|text| said.contains(text)), "{said}");
        }
    }

    #[test]
    fn cookie_keys_come_newest_first_and_stay_the_same() {
        let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
        let before: Vec<_> = KeyRing::parse([&old]).unwrap().cookie_keys().collect();
        let after: Vec<_> = KeyRing::parse([&new, &old])
            .unwrap()
            .cookie_keys()
            .collect();
        assert_eq!(after[1], before[0]);
        assert_ne!(after[0], after[1]);
    }

    #[test]
    fn printing_a_ring_shows_ids_only() {
        let text = new_key_text(&OsRandom);
        let shown = format!("{:?}", KeyRing::parse([&text]).unwrap());
        assert_eq!(shown.len(), "[01020304]".len(), "{shown}");
    }
}
