//! The identity of a directory tenant.

use std::fmt;

/// The GUID of a Microsoft directory tenant, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantGuid(String);

/// The directory tenant of personal Microsoft accounts.
pub const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl TenantGuid {
    /// Accepts a GUID in any case, as people write it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::canonical(&text.to_ascii_lowercase())
    }

    /// Accepts only the canonical lower-case form, as tokens must have it.
    pub fn canonical(text: &str) -> Option<Self> {
        let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let fits = |(at, byte): (usize, u8)| {
            if hyphen(at) {
                byte == b'-'
            } else {
                byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
            }
        };
        (text.len() == 36 && text.bytes().enumerate().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The GUID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the tenant of personal Microsoft accounts.
    pub fn is_personal(&self) -> bool {
        self.0 == PERSONAL_ACCOUNTS
    }
}

impl fmt::Display for TenantGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
