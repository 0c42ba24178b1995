//! A downstream API: where access tokens may be sent, and for which scopes.

use std::fmt;

use url::Url;

/// The name of an API within its profile: lower-case letters, digits, hyphens, underscores, at most 63.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiName(String);

impl ApiName {
    /// Accepts a name that can stand in an address unescaped.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        (!text.is_empty() && text.len() <= 63 && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A scope token (RFC 6749 §3.3): printable ASCII without space, quote and backslash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope(String);

/// Scopes that the gateway adds itself where they are needed.
pub const RESERVED_SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];

impl Scope {
    /// Accepts one scope token.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        (!text.is_empty() && text.len() <= 256 && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a granted scope is this one: case and the resource prefix do not count, because authorities
    /// answer `https://graph.microsoft.com/User.Read` as `User.Read` and in other case.
    pub fn is_granted_as(&self, granted: &str) -> bool {
        let short = |text: &str| {
            text.rsplit_once('/')
                .map_or(text, |(_, last)| last)
                .to_ascii_lowercase()
        };
        let (ours, theirs) = (self.0.to_ascii_lowercase(), granted.to_ascii_lowercase());
        if ours.contains('/') && theirs.contains('/') {
            ours == theirs
        } else {
            short(&ours) == short(&theirs)
        }
    }
}

/// One downstream API of a profile.
#[derive(Debug, Clone)]
pub struct Api {
    /// Its name in addresses: `/auth/call_api/{name}`.
    pub name: ApiName,
    /// What the person reads instead of the name.
    pub title: String,
    /// The address that is called; a token for it goes nowhere else.
    pub endpoint: Url,
    /// What must be granted before it is called.
    pub scopes: Vec<Scope>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_granted_scope_counts_in_other_case_and_with_its_resource_prefix() {
        let read = Scope::parse("User.Read").unwrap();
        for granted in [
            "User.Read",
            "user.read",
            "https://graph.microsoft.com/User.Read",
        ] {
            assert!(read.is_granted_as(granted), "{granted}");
        }
        assert!(!read.is_granted_as("User.ReadWrite"));
    }

    #[test]
    fn the_same_short_scope_of_another_resource_does_not_count() {
        let orders = Scope::parse("https://contoso.onmicrosoft.com/orders/Read").unwrap();
        assert!(!orders.is_granted_as("https://contoso.onmicrosoft.com/stock/Read"));
    }

    #[test]
    fn a_name_or_scope_that_needs_escaping_or_is_empty_or_endless_is_refused() {
        for name in ["graph", "a-b_9", &"a".repeat(63)] {
            assert_eq!(ApiName::parse(name).unwrap().to_string(), name);
        }
        for name in ["", "Graph", "a/b", "a.b", "a b", "\u{e9}", &"a".repeat(64)] {
            assert_eq!(ApiName::parse(name), None, "{name}");
        }
        for scope in ["a", "api://orders/Read.All", &"s".repeat(256)] {
            assert_eq!(Scope::parse(scope).unwrap().as_str(), scope);
        }
        for scope in ["", "a b", "a\"b", "a\\b", "a\n", "\u{e9}", &"s".repeat(257)] {
            assert_eq!(Scope::parse(scope), None, "{scope}");
        }
    }
}
