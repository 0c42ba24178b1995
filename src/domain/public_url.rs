//! Where people reach a profile: scheme, host, port and an optional path prefix.

use std::fmt;

use url::{Host, Url};

/// Whether a host names this machine: `localhost`, a name below it (RFC 6761 §6.3) or a loopback address.
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether an address may be used at all: https, or http to a loopback host.
pub fn is_secure_enough(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => is_loopback(&host),
        _ => false,
    }
}

/// The public address of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    https: bool,
    /// Lower-case host with the port when it is not the scheme's own: what a `Host` header says.
    authority: String,
    /// Empty, or `/` and segments without a slash at the end.
    prefix: String,
}

/// Why an address cannot be a `public_url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an absolute http or https URL.
    #[error("is not an absolute https address")]
    NotAnAddress,
    /// http on a host that is not loopback.
    #[error("is plain http; that is accepted only for loopback hosts such as localhost")]
    PlainHttp,
    /// A host that no request names: a wildcard, port 0 or a dot at the end.
    #[error(
        "has a host that browsers never send: '*', port 0 and a dot at the end are not allowed"
    )]
    Host,
    /// User name, query or fragment.
    #[error("must hold nothing but scheme, host, port and path")]
    Excess,
    /// A path that two readers could understand differently: `//`, `.`, `..`, `%`, `;`, backslash.
    #[error("has a path with more than plain segments of letters, digits, '-', '_', '.' and '~'")]
    Path,
}

impl PublicUrl {
    /// Reads an address such as `https://staff.contoso.example` or `https://contoso.example/staff`.
    ///
    /// # Errors
    /// Says what is wrong with the address; see [`PublicUrlError`].
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text).map_err(|_| PublicUrlError::NotAnAddress)?;
        let (Some(host), "http" | "https") = (url.host(), url.scheme()) else {
            return Err(PublicUrlError::NotAnAddress);
        };
        if !is_secure_enough(&url) {
            return Err(PublicUrlError::PlainHttp);
        }
        let name = url.host_str().unwrap_or_default();
        if name.contains('*') || name.ends_with('.') || url.port() == Some(0) {
            return Err(PublicUrlError::Host);
        }
        let user = !url.username().is_empty() || url.password().is_some();
        if user || url.query().is_some() || url.fragment().is_some() {
            return Err(PublicUrlError::Excess);
        }
        let prefix = url.path().trim_end_matches('/');
        let plain = |segment: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            !segment.is_empty() && segment.bytes().all(allowed) && segment != "." && segment != ".."
        };
        if !prefix.is_empty() && !prefix.trim_start_matches('/').split('/').all(plain) {
            return Err(PublicUrlError::Path);
        }
        let authority = url
            .port()
            .map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        Ok(Self {
            https: url.scheme() == "https",
            authority,
            prefix: prefix.to_owned(),
        })
    }

    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        let url = Url::parse(&self.origin()).ok();
        let host = url.as_ref().and_then(Url::host);
        host.is_some_and(|host| is_loopback(&host))
    }

    /// Whether people reach it by https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host and, unless it is the scheme's own, port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path prefix: empty, or `/segment…` without a slash at the end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether two profiles would answer the same requests. The scheme makes no difference.
    pub fn has_same_address(&self, other: &Self) -> bool {
        self.authority == other.authority && self.prefix == other.prefix
    }

    /// Scheme, host and port: what browsers call the origin.
    pub fn origin(&self) -> String {
        format!(
            "{}://{}",
            if self.https { "https" } else { "http" },
            self.authority
        )
    }

    /// The address of `path` (beginning with a slash) at this profile.
    pub fn join(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin(), self.prefix)
    }

    /// What follows the prefix in a request's path, beginning with a slash; `None` if it is another's.
    pub fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.prefix.as_str())?;
        if rest.is_empty() {
            return Some("/");
        }
        rest.starts_with('/').then_some(rest)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: B26
    #[test]
    fn plain_http_is_accepted_for_loopback_hosts_only() {
        for text in [
            "http://localhost:8080",
            "http://staff.localhost",
            "http://127.0.0.1:1",
            "http://[::1]:1",
        ] {
            assert!(PublicUrl::parse(text).is_ok(), "{text}");
        }
        assert_eq!(
            PublicUrl::parse("http://contoso.example").unwrap_err(),
            PublicUrlError::PlainHttp
        );
        assert_eq!(
            PublicUrl::parse("http://localhost.evil.example").unwrap_err(),
            PublicUrlError::PlainHttp
        );
    }

    #[test]
    fn a_prefix_ends_at_a_segment() {
        let url = PublicUrl::parse("https://Contoso.example:443/staff/").unwrap();
        assert_eq!(url.to_string(), "https://contoso.example/staff");
        assert_eq!(url.strip("/staff/auth/sign_in"), Some("/auth/sign_in"));
        assert_eq!(url.strip("/staff"), Some("/"));
        assert_eq!(url.strip("/staffroom"), None);
    }

    #[test]
    fn a_path_that_readers_may_understand_differently_is_refused() {
        for text in [
            "https://a.example/x//y",
            "https://a.example/a%2fb",
            "https://a.example/a;b",
        ] {
            assert_eq!(
                PublicUrl::parse(text).unwrap_err(),
                PublicUrlError::Path,
                "{text}"
            );
        }
    }

    #[test]
    fn a_host_that_no_request_names_is_refused() {
        for text in [
            "https://*.contoso.example",
            "https://contoso.example.",
            "https://contoso.example.:8443",
            "https://contoso.example:0",
            "http://localhost:0",
        ] {
            let error = PublicUrl::parse(text).unwrap_err();
            assert_eq!(error, PublicUrlError::Host, "{text}");
        }
    }

    #[test]
    fn an_address_with_a_user_a_query_or_a_fragment_is_refused() {
        for text in [
            "https://user@a.example",
            "https://:password@a.example",
            "https://a.example/?x=1",
            "https://a.example/#x",
        ] {
            let error = PublicUrl::parse(text).unwrap_err();
            assert_eq!(error, PublicUrlError::Excess, "{text}");
        }
    }

    #[test]
    fn only_hosts_of_this_machine_are_loopback() {
        for (text, expected) in [
            ("http://localhost:8080", true),
            ("http://[::1]:1", true),
            ("https://a.example", false),
            ("https://localhost.evil.example", false),
        ] {
            assert_eq!(
                PublicUrl::parse(text).unwrap().is_loopback(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn two_profiles_share_an_address_whatever_their_schemes() {
        let url = |text: &str| PublicUrl::parse(text).unwrap();
        let one = url("http://a.localhost:1/x");
        assert!(one.has_same_address(&url("https://a.localhost:1/x")));
        for other in [
            "http://a.localhost:1/y",
            "http://a.localhost:2/x",
            "http://b.localhost:1/x",
        ] {
            assert!(!one.has_same_address(&url(other)), "{other}");
        }
    }
}
