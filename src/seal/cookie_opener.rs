//! Opening private cookies, the fast way.
//!
//! The web's session cookie is sealed by the `cookie` crate's private jar, and stays so. Opening it there costs a key
//! schedule and several copies for each request; here the key is prepared once. Only opening: one place seals.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a session cookie's value that are looked at; a browser keeps no more in one cookie (RFC 6265 §6.1).
const LONGEST: usize = 4_096;

/// A key that opens private cookies.
pub struct PrivateCookieKey(LessSafeKey);

impl std::fmt::Debug for PrivateCookieKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PrivateCookieKey {
    /// Prepares the key: the second half of the jar's 64 bytes encrypts, the first signs and is not used here.
    pub fn new(key: &[u8; 64]) -> Option<Self> {
        let (_, encryption) = key.split_at(32);
        let key = UnboundKey::new(&AES_256_GCM, encryption).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// What was sealed under this name: base64 of nonce, ciphertext and tag, the name being authenticated, too.
    pub fn open(&self, name: &str, value: &str) -> Option<String> {
        if value.len() > LONGEST {
            return None;
        }
        let mut sealed = STANDARD.decode(value).ok()?;
        let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self
            .0
            .open_in_place(nonce, Aad::from(name.as_bytes()), text)
            .ok()?
            .len();
        sealed.copy_within(NONCE_LEN..NONCE_LEN + length, 0);
        sealed.truncate(length);
        String::from_utf8(sealed).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::cookie::{Cookie, CookieJar, Key};

    fn sealed(key: &[u8; 64], name: &'static str, text: &str) -> String {
        let mut jar = CookieJar::new();
        jar.private_mut(&Key::from(key))
            .add(Cookie::new(name, text.to_owned()));
        jar.get(name).unwrap().value().to_owned()
    }

    #[test]
    fn it_opens_what_the_private_jar_seals() {
        let key = [7; 64];
        for text in ["", "{}", "{\"staff\":\"\\\"abc\\\"\"}", &"é".repeat(500)] {
            let value = sealed(&key, "gatehouse", text);
            let opener = PrivateCookieKey::new(&key).unwrap();
            assert_eq!(opener.open("gatehouse", &value).as_deref(), Some(text));
        }
    }

    #[test]
    fn another_key_another_name_or_another_byte_open_nothing() {
        let value = sealed(&[7; 64], "gatehouse", "secret");
        let opener = PrivateCookieKey::new(&[7; 64]).unwrap();
        assert_eq!(
            PrivateCookieKey::new(&[8; 64])
                .unwrap()
                .open("gatehouse", &value),
            None
        );
        assert_eq!(opener.open("__Host-gatehouse", &value), None);
        for at in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                opener.open("gatehouse", std::str::from_utf8(&bytes).unwrap()),
                None,
                "byte {at}"
            );
        }
        for odd in ["", "A", "!!!!", "AAAAAAAAAAAAAAAA", &"A".repeat(10_000)] {
            assert_eq!(opener.open("gatehouse", odd), None, "{odd}");
        }
    }
}
