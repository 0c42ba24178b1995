//! What a guarded application gets in headers: who calls, the tokens of App Service where its route asks for them
//! (`X-MS-TOKEN-AAD-*`), and the cookies that belong to it.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};

use crate::domain::clock::Timestamp;
use crate::domain::forward_auth::Family;
use crate::flow::easyauth_tokens::EasyAuthTokens;
use crate::proxy::easyauth::TOKENS;
use crate::proxy::identity_headers::IdentityHeaders;
use crate::web::cookies::cookie::{is_ours, without};

/// The headers about one caller to one route, ready for answers of checks.
#[derive(Debug)]
pub struct UpstreamHeaders {
    /// Names and values as texts.
    pub plain: IdentityHeaders,
    /// The same for an answer.
    pub answer: Vec<(HeaderName, HeaderValue)>,
    /// The names that have no value, joined by commas.
    pub removal: HeaderValue,
    /// The same, and `cookie`: when no cookie of the application is left.
    pub removal_with_cookie: HeaderValue,
}

impl UpstreamHeaders {
    /// The headers in every form.
    pub fn new(plain: IdentityHeaders) -> Self {
        // Both are printable ASCII.
        let pair = |(name, value): &(String, String)| {
            let name = name.parse::<HeaderName>().ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        };
        let answer = plain.set.iter().filter_map(pair).collect();
        let absent = plain.absent.join(",");
        let list = |names: &str| {
            HeaderValue::from_str(names).unwrap_or_else(|_| HeaderValue::from_static(""))
        };
        Self {
            plain,
            answer,
            removal: list(&absent),
            removal_with_cookie: list(&format!("{absent},cookie")),
        }
    }
}

/// The headers with tokens. The values are marked as sensitive.
pub fn token_headers(tokens: &EasyAuthTokens) -> Vec<(HeaderName, HeaderValue)> {
    let [access, id, expires, _] = TOKENS;
    let mut headers = vec![(id, tokens.id_token.expose().to_owned())];
    if let Some(grant) = &tokens.access {
        headers.push((access, grant.token.expose().to_owned()));
        headers.push((expires, expires_on(grant.expires_at)));
    }
    headers
        .into_iter()
        .filter_map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_static(name), value))
        })
        .collect()
}

/// A removal list with the headers for tokens that are not among `set`.
pub fn with_missing_tokens(
    removal: &HeaderValue,
    set: &[(HeaderName, HeaderValue)],
) -> HeaderValue {
    let is_set = |name: &str| set.iter().any(|(other, _)| other.as_str() == name);
    let missing = TOKENS.into_iter().filter(|name| !is_set(name));
    let listed = removal.to_str().unwrap_or_default();
    let names: Vec<&str> = std::iter::once(listed).chain(missing).collect();
    HeaderValue::from_str(&names.join(",")).unwrap_or_else(|_| removal.clone())
}

/// A time as App Service writes it, with seven decimals.
pub fn expires_on(at: Timestamp) -> String {
    let decimals = at.timestamp_subsec_nanos() / 100;
    format!("{}.{decimals:07}Z", at.format("%Y-%m-%dT%H:%M:%S"))
}

/// Bytes of cookies that an answer repeats; with the identity they fit into `HAProxy`'s buffer of 16 kB. Of more cookies,
/// the application gets none.
const LONGEST: usize = 8_000;

/// The value of the answer's `Cookie`: what the browser sent, without ours. Traefik, Caddy and Envoy cannot take one cookie out
/// of a header, but they can replace a header by the one of the answer. nginx cannot read so long an answer, and its guide
/// does it by itself. `None` when the application is to get none.
pub fn application_cookies(family: Family, headers: &HeaderMap) -> Option<HeaderValue> {
    if !matches!(family, Family::Forwarded | Family::Path) || !headers.contains_key(COOKIE) {
        return None;
    }
    let cookies = without(headers, is_ours)?;
    if cookies.len() > LONGEST {
        tracing::warn!(
            bytes = cookies.len(),
            "cookies of an application are too long to be passed on"
        );
        return None;
    }
    HeaderValue::from_str(&cookies).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_seven_decimals() {
        let at = Timestamp::from_timestamp(1_761_612_313, 798_566_700).unwrap();
        assert_eq!(expires_on(at), "2025-10-28T00:45:13.7985667Z");
    }

    fn left(cookies: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(cookies).unwrap());
        let value = application_cookies(Family::Forwarded, &headers)?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_application_gets_its_own_cookies_as_they_were_sent() {
        for (sent, expected) in [
            ("a=1; gatehouse=x; b=\"q\"", Some("a=1; b=\"q\"")),
            ("__Host-gatehouse=x", None),
            ("__host-GATEHOUSE-attempt-7=x;c", Some("c")),
            ("gatehouse_blue=x; mygatehouse=1", Some("mygatehouse=1")),
            (" ; ;=; a=b=c ", Some("=; a=b=c")),
        ] {
            assert_eq!(left(sent).as_deref(), expected, "{sent}");
        }
    }

    #[test]
    fn cookies_that_fit_into_no_buffer_are_left_out_whole() {
        assert!(left(&format!("a={}", "x".repeat(LONGEST - 2))).is_some());
        assert!(left(&format!("a={}", "x".repeat(LONGEST - 1))).is_none());
    }
}
