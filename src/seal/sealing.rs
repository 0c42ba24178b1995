//! What stands for a secret outside of this process: sealed bytes, and hashes.
//!
//! [`KeyRing::seal`] needs a server key alone: attempts, `state`, and other things that travel through a browser. The keys
//! of a row ([`RowKeys`]) need a server key *and* the browser's handle, so a stolen database opens nothing, not even
//! together with the server's keys. What rows are searched by is hashed with a key (HMAC-SHA-256, RFC 2104): a dump of the
//! database names nobody, and nobody without the server's keys can look for a person in it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::{constant_time, digest};

use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::domain::session::{HandleHash, SessionHandle, SessionId};
use crate::seal::key_ring::{KeyRing, ServerKey, expand};

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
const FORMAT: u8 = 1;
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
fn key_id(sealed: &[u8]) -> Option<[u8; 4]> {
    let header: [u8; HEADER] = *sealed.first_chunk()?;
    let [FORMAT, id @ ..] = header else {
        return None;
    };
    Some(id)
}

fn seal_with(
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

fn open_with(derive: impl Fn(&[u8]) -> [u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
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

/// Which sealed column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Who it is.
    Identity,
    /// What the authority gave.
    Tokens,
}

impl Column {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Identity => b"identity",
            Self::Tokens => b"tokens",
        }
    }
}

/// The place that sealed bytes belong to: moved to another row, column or profile, they do not open.
#[derive(Debug, Clone, Copy)]
pub struct RowPlace<'a> {
    /// The profile.
    pub profile: &'a ProfileId,
    /// The row.
    pub id: &'a SessionId,
    /// The column.
    pub column: Column,
}

impl RowPlace<'_> {
    /// A profile id holds no zero byte, so the parts cannot run into one another.
    fn aad(&self) -> Vec<u8> {
        [
            self.column.label(),
            &[0],
            self.profile.as_str().as_bytes(),
            &[0],
            self.id.as_bytes(),
        ]
        .concat()
    }
}

/// Seals and opens one session's row.
pub struct RowKeys<'a> {
    ring: &'a KeyRing,
    handle: &'a SessionHandle,
}

impl std::fmt::Debug for RowKeys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowKeys([redacted])")
    }
}

impl KeyRing {
    /// The keys of the row that belongs to `handle`.
    pub fn row<'a>(&'a self, handle: &'a SessionHandle) -> RowKeys<'a> {
        RowKeys { ring: self, handle }
    }
}

impl RowKeys<'_> {
    /// Seals with the newest server key.
    pub fn seal(&self, place: RowPlace<'_>, plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let key = self.ring.newest();
        let prk = self.derive(key);
        let derive = |salt: &[u8]| expand::<32>(&prk, &[place.column.label(), salt]);
        seal_with(key.id.0, derive, &place.aad(), plaintext, random)
    }

    /// Opens what was sealed at the same place under the same handle and a key of the ring.
    pub fn open(&self, place: RowPlace<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.ring.by_id(key_id(sealed)?)?;
        let prk = self.derive(key);
        let derive = |salt: &[u8]| expand::<32>(&prk, &[place.column.label(), salt]);
        open_with(derive, &place.aad(), sealed)
    }

    /// RFC 5869 §2.2: the handle is the keying material, the server key the salt.
    fn derive(&self, key: &ServerKey) -> Prk {
        Salt::new(HKDF_SHA256, &key.row_salt).extract(self.handle.expose())
    }
}

/// What is searched by: the hash of a text in one field says nothing about the same text in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchField {
    /// The key of a person.
    Person,
    /// The authority's own session.
    Sid,
}

impl SearchField {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Person => b"person",
            Self::Sid => b"sid",
        }
    }
}

impl KeyRing {
    /// The hash of `text` under each key, newest first.
    pub fn search_hashes(&self, field: SearchField, text: &str) -> impl Iterator<Item = String> {
        self.all().map(move |key| {
            let derived = expand::<32>(&key.prk, &[b"search", field.label()]);
            let tag = sign(&Key::new(HMAC_SHA256, &derived), text.as_bytes());
            format!("hmac:{}", hex(tag.as_ref()))
        })
    }
}

/// SHA-256 of `bytes` (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash
        .iter_mut()
        .zip(digest::digest(&digest::SHA256, bytes).as_ref())
    {
        *to = *from;
    }
    hash
}

/// The key of a session's row. A handle is 256 random bits, so its plain hash cannot be searched backwards.
pub fn handle_hash(handle: &SessionHandle) -> HandleHash {
    HandleHash(sha256(handle.expose()))
}

/// Whether two secrets are the same, in a time that depends on their lengths only.
pub fn secrets_equal(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
            text
        })
}

/// The first `DIGITS` hexadecimal digits of the SHA-256: names something without repeating it.
pub fn short_hash<const DIGITS: usize>(bytes: &[u8]) -> String {
    let mut digits = hex(&sha256(bytes));
    digits.truncate(DIGITS);
    digits
}

/// What a form of a session's own pages must hold: only who has the handle can make it.
pub fn csrf_token(handle: &SessionHandle) -> String {
    let mut bytes = b"csrf ".to_vec();
    bytes.extend_from_slice(handle.expose());
    hex(&sha256(&bytes))
}

#[cfg(test)]
mod tests;
