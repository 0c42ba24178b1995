//! Hashes that stand for secrets, and the comparison that tells nothing by its duration.

use aws_lc_rs::{constant_time, digest};

use crate::domain::session::{HandleHash, SessionHandle};

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
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-4, the example "abc".
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(short_hash::<12>(b"abc"), "ba7816bf8f01");
    }

    #[test]
    fn secrets_of_other_length_or_content_differ() {
        assert!(secrets_equal(b"same", b"same"));
        assert!(!secrets_equal(b"same", b"sama"));
        assert!(!secrets_equal(b"same", b"sam"));
    }
}
