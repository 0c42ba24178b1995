//! Keyed hashes of what rows are searched by: HMAC-SHA-256 (RFC 2104) under a key derived from a server key. A dump of the
//! database names nobody, and nobody without the server's keys can look for a person in it.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use crate::seal::digest::hex;
use crate::seal::key_ring::{KeyRing, expand};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{OsRandom, new_key_text};

    #[test]
    fn a_hash_depends_on_the_key_the_field_and_the_text() {
        let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
        let before = KeyRing::parse([&old]).unwrap();
        let after = KeyRing::parse([&new, &old]).unwrap();
        let hashes = |ring: &KeyRing, field, text: &str| -> Vec<String> {
            ring.search_hashes(field, text).collect()
        };
        let one = hashes(&before, SearchField::Person, "ada");
        let both = hashes(&after, SearchField::Person, "ada");
        assert_eq!(both[1..], one);
        assert_ne!(both[0], one[0]);
        assert_ne!(hashes(&before, SearchField::Sid, "ada"), one);
        assert_ne!(hashes(&before, SearchField::Person, "bob"), one);
    }
}
