//! Names of headers that only gatehouse may set, under every spelling.
//!
//! Servers behind a proxy fold names: CGI and its relatives turn every byte that is no letter or digit into `_`, some
//! ignore case, some ignore dots. Two names are the same here when their letters and digits are.

/// Headers that tell an upstream who the caller is.
pub const IDENTITY: [&str; 9] = [
    "x-auth-subject",
    "x-auth-name",
    "x-auth-email",
    "x-auth-roles",
    "x-auth-groups",
    "x-auth-tenant",
    "x-auth-profile",
    "x-auth-truncated",
    "x-auth-assertion",
];

/// Identity headers of other gateways. An application that moved from one of them may still believe these.
const OF_OTHER_GATEWAYS: [&str; 7] = [
    "remote-user",
    "x-remote-user",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-access-token",
];

/// Beginnings of names that gateways use for identity, folded.
const IDENTITY_BEGINNINGS: [&str; 8] = [
    "xauthrequest",
    "xmsclientprincipal",
    "xmstoken",
    "oidc",
    "xpomerium",
    "tailscaleuser",
    "xwebauth",
    "xgoogauthenticateduser",
];

/// Headers that say where a request came from or what it asked for: the proxy replaces them for the upstream, or leaves them
/// out. CGI makes `HTTP_PROXY` of `Proxy`, and many clients take their proxy from there (CVE-2016-5385, "httpoxy").
const FORWARDING: [&str; 8] = [
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-scheme",
    "front-end-https",
    "proxy",
];

/// Beginnings of names that proxies in front use for the same, folded. Frameworks read more of them than any list has.
const FORWARDING_BEGINNINGS: [&str; 5] = [
    "xforwarded",
    "xoriginal",
    "xrewrite",
    "xenvoy",
    "cfconnectingip",
];

/// Headers that concern one connection only (RFC 9110 §7.6.1), and `Expect`, which is answered here.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

/// Headers that say where a body ends.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// Headers that mean something to servers and browsers themselves. None of them may carry a claim.
const OF_THE_PROTOCOL: [&str; 38] = [
    "accept",
    "age",
    "allow",
    "alt-svc",
    "authorization",
    "cache-control",
    "clear-site-data",
    "cookie",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "dnt",
    "etag",
    "expires",
    "from",
    "host",
    "http2-settings",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "status",
    "strict-transport-security",
    "traceparent",
    "tracestate",
    "user-agent",
    "via",
    "www-authenticate",
    "x-request-id",
];

/// Beginnings of such names, folded. `X-Accel-` and `X-Sendfile` make nginx and Apache send a file.
const PROTOCOL_BEGINNINGS: [&str; 14] = [
    "accept",
    "accesscontrol",
    "content",
    "if",
    "proxy",
    "sec",
    "upgrade",
    "xaccel",
    "xcontenttype",
    "xframe",
    "xhttpmethod",
    "xsendfile",
    "xforwarded",
    "xms",
];

/// Why a header may not carry a claim that a route names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// No name that every server passes on.
    #[error("is not a header name of letters, digits, '-' and '_'")]
    Spelling,
    /// One of [`IDENTITY`], under any spelling.
    #[error("is a header that gatehouse sets itself")]
    Ours,
    /// A header with a meaning of its own.
    #[error("is a header that servers and proxies act on")]
    Protocol,
}

/// Whether a route may set this header to a claim.
///
/// # Errors
/// `Spelling` for an empty name, one of more than 64 bytes and one with other characters; `Ours` and `Protocol` for names
/// that are taken.
pub fn may_carry_a_claim(name: &str) -> Result<(), NameFault> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let folded = folded(name);
    if folded.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
        return Err(NameFault::Spelling);
    }
    if IDENTITY.iter().any(|ours| is_same(ours, name)) {
        return Err(NameFault::Ours);
    }
    // These begin like a header of the protocol and are other gateways' names for identity.
    let of_a_gateway = OF_OTHER_GATEWAYS.iter().any(|other| is_same(other, name));
    let taken = OF_THE_PROTOCOL
        .iter()
        .chain(&HOP_BY_HOP)
        .any(|other| is_same(other, name))
        || PROTOCOL_BEGINNINGS
            .iter()
            .any(|beginning| folded.starts_with(beginning))
        || is_forwarding(name);
    if taken && !of_a_gateway {
        return Err(NameFault::Protocol);
    }
    Ok(())
}

/// Letters and digits of a name, in lower case.
pub fn folded(name: &str) -> String {
    name.bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// Whether two names are the same to a server that folds names.
fn is_same(name: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase())
    }
    letters(name).eq(letters(other))
}

/// Whether a header tells an upstream who the caller is. `configured` are the names that a route adds.
pub fn is_identity<'a>(name: &str, mut configured: impl Iterator<Item = &'a str>) -> bool {
    let folded = folded(name);
    IDENTITY_BEGINNINGS
        .iter()
        .any(|beginning| folded.starts_with(beginning))
        || IDENTITY
            .iter()
            .chain(&OF_OTHER_GATEWAYS)
            .any(|other| is_same(name, other))
        || configured.any(|other| is_same(name, other))
}

/// Whether a header says where a request came from.
pub fn is_forwarding(name: &str) -> bool {
    let folded = folded(name);
    FORWARDING_BEGINNINGS
        .iter()
        .any(|beginning| folded.starts_with(beginning))
        || FORWARDING.iter().any(|other| is_same(name, other))
}

/// Whether a header is, to a server that folds names, one that says where the body ends, and to others none
/// (RFC 9112 §11.2).
pub fn is_framing_alias(name: &str) -> bool {
    let mut framing = FRAMING.iter();
    framing.any(|other| is_same(name, other) && !name.eq_ignore_ascii_case(other))
}

/// Whether a header concerns one connection only.
pub fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_header_is_known_under_every_spelling() {
        for name in [
            "X-Auth-Email",
            "x_auth_email",
            "X.Auth.Email",
            "xAuthEmail",
            "X-Auth-Request-Email",
            "X_MS_CLIENT_PRINCIPAL_ID",
            "Remote_User",
            "X-Forwarded.User",
            "OIDC_CLAIM_email",
            "Tailscale-User-Login",
        ] {
            assert!(is_identity(name, std::iter::empty()), "{name}");
        }
        assert!(is_identity("X_Employee", ["x-employee"].into_iter()));
        for name in [
            "Authorization",
            "Accept",
            "X-Request-Id",
            "X-Author",
            "X-Auth-Token",
        ] {
            assert!(!is_identity(name, std::iter::empty()), "{name}");
        }
    }

    #[test]
    fn a_claim_goes_into_no_header_that_somebody_else_acts_on() {
        for name in [
            "Remote-User",
            "X-WEBAUTH-USER",
            "X-Forwarded-Email",
            "X_Employee_Id",
            "X-Auth-Request-Email",
        ] {
            assert_eq!(may_carry_a_claim(name), Ok(()), "{name}");
        }
        for (name, fault) in [
            ("", NameFault::Spelling),
            ("-", NameFault::Spelling),
            ("X User", NameFault::Spelling),
            ("X-User\r\nX", NameFault::Spelling),
            ("X-Benutzer-Straße", NameFault::Spelling),
            ("X-Auth-Email", NameFault::Ours),
            ("x_auth_assertion", NameFault::Ours),
            ("Cookie", NameFault::Protocol),
            ("Authorization", NameFault::Protocol),
            ("HOST", NameFault::Protocol),
            ("X-Forwarded-Host", NameFault::Protocol),
            ("X_Forwarded_Anything", NameFault::Protocol),
            ("Connection", NameFault::Protocol),
            ("Content-Length", NameFault::Protocol),
            ("Transfer-Encoding", NameFault::Protocol),
            ("X-Accel-Redirect", NameFault::Protocol),
            ("X-MS-CLIENT-PRINCIPAL", NameFault::Protocol),
            ("Sec-Fetch-Site", NameFault::Protocol),
        ] {
            assert_eq!(may_carry_a_claim(name), Err(fault), "{name}");
        }
    }

    #[test]
    fn a_framing_header_under_another_spelling_is_an_alias() {
        for name in [
            "Content_Length",
            "transfer.encoding",
            "TransferEncoding",
            "Content--Length",
        ] {
            assert!(is_framing_alias(name), "{name}");
        }
        for name in [
            "Content-Length",
            "TRANSFER-ENCODING",
            "Content-Type",
            "X-Content-Length",
            "Content-Encoding",
        ] {
            assert!(!is_framing_alias(name), "{name}");
        }
    }

    #[test]
    fn forwarding_headers_of_every_proxy_are_known() {
        for name in [
            "X-Forwarded-For",
            "x_forwarded_host",
            "X-Envoy-Original-Path",
            "CF-Connecting-IP",
            "Forwarded",
            "X-Forwarded-Ssl",
            "X_Forwarded_Scheme",
            "X-Forwarded-Client-Cert",
            "X.Original.Host",
            "X-Rewrite_Url",
            "X_Client_IP",
            "X-Cluster-Client-Ip",
            "X_Scheme",
            "Front_End_Https",
            "Proxy",
        ] {
            assert!(is_forwarding(name), "{name}");
        }
        for name in ["X-Forward", "Proxy-Hint", "X-Schemes", "X-Client-Id"] {
            assert!(!is_forwarding(name), "{name}");
        }
    }

    #[test]
    fn an_endless_header_name_is_refused_and_the_longest_may_carry_a_claim() {
        assert_eq!(may_carry_a_claim(&"x".repeat(64)), Ok(()));
        assert_eq!(may_carry_a_claim(&"x".repeat(65)), Err(NameFault::Spelling));
    }

    #[test]
    fn what_concerns_one_connection_is_known_in_any_case_and_nothing_else_is() {
        for name in HOP_BY_HOP {
            assert!(is_hop_by_hop(&name.to_ascii_uppercase()), "{name}");
        }
        for name in ["x-connection", "content-length", "cookie", ""] {
            assert!(!is_hop_by_hop(name), "{name}");
        }
    }
}
