//! What kind of request it is: a person's navigation or a script's call, from this site or from another.
//!
//! A script never gets a redirect and never begins an attempt; a page of another site never ends a session.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderName, ORIGIN, UPGRADE};

use crate::domain::profile::Profile;

static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
static OLD_PURPOSE: HeaderName = HeaderName::from_static("purpose");
static REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// Whether the request is a script's, an image's or a frame's rather than a person's navigation (Fetch Metadata; the
/// other headers serve clients without it).
pub fn is_script(request: &HttpRequest) -> bool {
    if let Some(mode) = text(request, &FETCH_MODE) {
        let framed =
            text(request, &FETCH_DEST).is_some_and(|dest| !matches!(dest, "document" | "empty"));
        return mode != "navigate" || framed;
    }
    let by_library = text(request, &REQUESTED_WITH)
        .is_some_and(|value| value.eq_ignore_ascii_case("XMLHttpRequest"));
    by_library || request.headers().contains_key(UPGRADE) || wants_no_page(request)
}

/// Whether `Accept` names neither a page nor anything at all: an image, a style sheet, JSON, an event stream.
fn wants_no_page(request: &HttpRequest) -> bool {
    text(request, &ACCEPT).is_some_and(|accept| {
        let accept = accept.trim().to_ascii_lowercase();
        !accept.is_empty() && !accept.starts_with("*/*") && !accept.contains("html")
    })
}

/// Whether the answer should be JSON by `Accept`.
pub fn wants_json(request: &HttpRequest) -> bool {
    text(request, &ACCEPT).is_some_and(|accept| {
        let accept = accept.to_ascii_lowercase();
        accept.contains("json") && !accept.contains("html")
    })
}

/// Whether the browser only looks ahead.
pub fn is_prefetch(request: &HttpRequest) -> bool {
    [&PURPOSE, &OLD_PURPOSE].into_iter().any(|name| {
        text(request, name)
            .is_some_and(|value| value.contains("prefetch") || value.contains("prerender"))
    })
}

/// Where a request came from, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A page of this very origin.
    SameOrigin,
    /// Another origin.
    Elsewhere,
    /// The browser does not say.
    Unsaid,
    /// The person: an address typed, a bookmark.
    Direct,
}

/// Reads `Sec-Fetch-Site`, else `Origin`.
pub fn provenance(request: &HttpRequest, profile: &Profile) -> Provenance {
    match text(request, &FETCH_SITE) {
        Some("same-origin") => return Provenance::SameOrigin,
        Some("none") => return Provenance::Direct,
        Some(_) => return Provenance::Elsewhere,
        None => {}
    }
    match text(request, &ORIGIN) {
        // Our own pages send no referrer, and then older browsers send no origin with their forms either (Fetch §3.2).
        Some("null") | None => Provenance::Unsaid,
        Some(origin) if origin.eq_ignore_ascii_case(&profile.public_url.origin()) => {
            Provenance::SameOrigin
        }
        Some(_) => Provenance::Elsewhere,
    }
}

/// Parameters of a query or form, decoded.
pub fn parameters(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

/// One parameter. A parameter that occurs twice has no value: neither the first nor the last wins.
pub fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = parameters
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.as_str());
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn request(headers: &[(&'static str, &str)]) -> HttpRequest {
        headers
            .iter()
            .fold(TestRequest::get(), |request, header| {
                request.insert_header(*header)
            })
            .to_http_request()
    }

    #[test]
    fn c114_images_frames_streams_sockets_and_calls_are_no_navigation() {
        for headers in [
            &[("sec-fetch-mode", "cors")][..],
            &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
            &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            &[("sec-fetch-mode", "websocket")],
            &[("accept", "application/json")],
            &[("accept", "text/event-stream")],
            &[("accept", "image/avif,image/webp,*/*;q=0.8")],
            &[("accept", "text/css,*/*;q=0.1")],
            &[("accept", "*/*"), ("x-requested-with", "XMLHttpRequest")],
            &[("upgrade", "websocket"), ("connection", "upgrade")],
        ] {
            assert!(is_script(&request(headers)), "{headers:?}");
        }
        for headers in [
            &[][..],
            &[("accept", "*/*")],
            &[(
                "accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            )],
            &[
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
                ("accept", "application/json"),
            ],
        ] {
            assert!(!is_script(&request(headers)), "{headers:?}");
        }
    }

    #[test]
    fn c22_b190_a_parameter_that_occurs_twice_has_no_value() {
        let twice = parameters(b"a=1&b=2&a=1");
        assert_eq!(parameter(&twice, "a"), None);
        assert_eq!(parameter(&twice, "b"), Some("2"));
    }
}
