//! Layer 1: sealing. What leaves the process encrypted, and the hashes that stand for secrets.
//!
//! Owns the server's key ring, AES-256-GCM (NIST SP 800-38D) and HKDF-SHA256 (RFC 5869), the hash of a session
//! handle, the keyed hashes by which rows are searched, the key pairs that sign assertions, and the machine's random source. It knows neither what is sealed nor where it is kept: attempts and
//! `state` are sealed for cookies and addresses by the flows, rows by the store.
//!
//! The shape of everything sealed: one byte of format, four bytes of key id, 24 random bytes, ciphertext with its
//! tag. The first twelve random bytes go into the derivation of the key, the last twelve are the nonce: one server
//! key may seal any number of messages without two of them sharing key and nonce.

mod cookie_opener;
mod key_file;
mod key_ring;
mod sealing;
mod signing_keys;

pub use cookie_opener::PrivateCookieKey;
pub use key_file::{KeyFileProblem, load_or_make_key};
pub use key_ring::{KeyId, KeyProblem, KeyRing, OsRandom, new_key_text};
pub use sealing::{
    Column, Purpose, RowKeys, RowPlace, SearchField, csrf_token, handle_hash, hex, secrets_equal,
    sha256, short_hash,
};
pub use signing_keys::SigningKeys;
