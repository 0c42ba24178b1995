//! The hash of a file's content, which tells an edited file from a touched one.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256 of a file's content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Hashes a file's content.
    pub fn of(content: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let hash = digest(&SHA256, content);
        for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl ContentHash {
    /// The bytes of the hash.
    pub(super) fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl ContentHash {
    /// Its first eight bytes in hexadecimal digits, for the name of a served file.
    pub fn beginning(self) -> String {
        hex::encode(self.0.get(..8).unwrap_or_default())
    }
}

/// Shows the first six bytes.
impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = self.0.iter().take(6);
        head.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
