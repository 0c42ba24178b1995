//! The cookies that belong to a guarded application: what the browser sent, without ours.
//!
//! Traefik, Caddy and Envoy cannot take one cookie out of a header, but they can replace a header by the one of the
//! answer. nginx cannot read so long an answer, and its guide does it by itself.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::domain::forward_auth::Family;
use crate::web::cookies::cookie::{is_ours, without};

/// Bytes of cookies that an answer repeats; with the identity they fit into `HAProxy`'s buffer of 16 kB. Of more cookies,
/// the application gets none.
const LONGEST: usize = 8_000;

/// The value of the answer's `Cookie`; `None` when the application is to get none.
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
