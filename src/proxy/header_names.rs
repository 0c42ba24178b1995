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

/// Headers that say where a request came from or what it asked for: the proxy replaces them for the upstream.
const FORWARDING: [&str; 14] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-uri",
    "x-forwarded-method",
    "x-forwarded-prefix",
    "x-forwarded-server",
    "x-real-ip",
    "x-original-url",
    "x-original-method",
    "x-rewrite-url",
    "true-client-ip",
];

/// Beginnings of names that proxies in front use for the same, folded.
const FORWARDING_BEGINNINGS: [&str; 2] = ["xenvoy", "cfconnectingip"];

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

/// Letters and digits of a name, in lower case.
pub fn folded(name: &str) -> String {
    name.bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// Whether two names are the same to a server that folds names.
fn is_same(name: &str, other: &str) -> bool {
    let letters = |text: &str| {
        text.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    letters(name) == letters(other)
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
    fn forwarding_headers_of_every_proxy_are_known() {
        for name in [
            "X-Forwarded-For",
            "x_forwarded_host",
            "X-Envoy-Original-Path",
            "CF-Connecting-IP",
            "Forwarded",
        ] {
            assert!(is_forwarding(name), "{name}");
        }
        assert!(!is_forwarding("X-Forward"));
    }
}
