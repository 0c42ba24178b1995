//! Whether a request is a person's navigation or a script's call (Fetch Metadata, with fallbacks for older browsers).
//!
//! A script gets neither a redirect nor a new attempt.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderName, UPGRADE};

static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
static LEGACY_PURPOSE: HeaderName = HeaderName::from_static("purpose");
static REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

fn header<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// Whether a script, an image or a frame made the request, not a person who navigates. Clients without Fetch Metadata are
/// judged by their other headers.
pub fn is_script(request: &HttpRequest) -> bool {
    if let Some(mode) = header(request, &FETCH_MODE) {
        let is_frame =
            header(request, &FETCH_DEST).is_some_and(|dest| !matches!(dest, "document" | "empty"));
        return mode != "navigate" || is_frame;
    }
    let from_library = header(request, &REQUESTED_WITH)
        .is_some_and(|value| value.eq_ignore_ascii_case("XMLHttpRequest"));
    from_library || request.headers().contains_key(UPGRADE) || accepts_no_page(request)
}

/// Whether `Accept` asks for something other than a page: an image, a style sheet, JSON, an event stream.
fn accepts_no_page(request: &HttpRequest) -> bool {
    header(request, &ACCEPT).is_some_and(|accept| {
        let accept = accept.trim().to_ascii_lowercase();
        !accept.is_empty() && !accept.starts_with("*/*") && !accept.contains("html")
    })
}

/// Whether a request says of itself that a person navigates: a client that says nothing is taken for a program. For
/// addresses that programs call too.
pub fn is_navigation(request: &HttpRequest, method: &str) -> bool {
    matches!(method, "GET" | "HEAD") && reads_pages(request)
}

/// The same for any method.
pub fn reads_pages(request: &HttpRequest) -> bool {
    let says_so = header(request, &FETCH_MODE).is_some()
        || header(request, &ACCEPT)
            .is_some_and(|accept| accept.to_ascii_lowercase().contains("html"));
    says_so && !is_script(request) && !is_prefetch(request)
}

/// Whether `Accept` asks for JSON.
pub fn wants_json(request: &HttpRequest) -> bool {
    header(request, &ACCEPT).is_some_and(|accept| {
        let accept = accept.to_ascii_lowercase();
        accept.contains("json") && !accept.contains("html")
    })
}

/// Whether the browser prefetches or prerenders: the person may never follow the link.
pub fn is_prefetch(request: &HttpRequest) -> bool {
    [&PURPOSE, &LEGACY_PURPOSE].into_iter().any(|name| {
        header(request, name)
            .is_some_and(|value| value.contains("prefetch") || value.contains("prerender"))
    })
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

    // proves: C114
    #[test]
    fn images_frames_streams_sockets_and_calls_are_no_navigation() {
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
}
