//! What kind of request it is: a person's navigation or a script's call, from this site or from another.
//!
//! A script never gets a redirect and never begins an attempt; a page of another site never ends a session.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderName, ORIGIN};

use crate::domain::profile::Profile;

static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
static OLD_PURPOSE: HeaderName = HeaderName::from_static("purpose");
static REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Whether the request is a script's, an image's or a frame's rather than a person's navigation (Fetch Metadata; the
/// other headers serve clients without it).
pub fn is_script(request: &HttpRequest) -> bool {
    if let Some(mode) = text(request, &FETCH_MODE) {
        let framed = text(request, &FETCH_DEST).is_some_and(|dest| !matches!(dest, "document" | "empty"));
        return mode != "navigate" || framed;
    }
    let by_library = text(request, &REQUESTED_WITH).is_some_and(|value| value.eq_ignore_ascii_case("XMLHttpRequest"));
    by_library || wants_json(request)
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
    [&PURPOSE, &OLD_PURPOSE].into_iter().any(|name| text(request, name).is_some_and(|value| value.contains("prefetch") || value.contains("prerender")))
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
        Some(origin) if origin.eq_ignore_ascii_case(&profile.public_url.origin()) => Provenance::SameOrigin,
        Some(_) => Provenance::Elsewhere,
        None => Provenance::Unsaid,
    }
}

/// Parameters of a query or form, decoded.
pub fn parameters(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

/// One parameter. A parameter that occurs twice has no value: neither the first nor the last wins.
pub fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let first = values.next();
    if values.next().is_some() { None } else { first }
}
