//! What an upstream is told about the caller, in the form that an answer needs.

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::proxy::identity_headers::IdentityHeaders;

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
