//! Where a request comes from, and what it may therefore do: a person's navigation, a script's call, a form of this site or
//! of another one (Fetch Metadata, with fallbacks for older browsers).
//!
//! A script gets neither a redirect nor a new attempt. A form changes something only if a page of this site sent it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, HeaderName, ORIGIN, UPGRADE};
use actix_web::{Error, FromRequest, HttpRequest};

use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::seal::{csrf_token, secrets_equal};
use crate::web::extract::parameters::Parameters;
use crate::web::extract::visit::Visit;

static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
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

/// Whether the browser prefetches or prerenders: the person may never follow the link.
pub fn is_prefetch(request: &HttpRequest) -> bool {
    [&PURPOSE, &LEGACY_PURPOSE].into_iter().any(|name| {
        header(request, name)
            .is_some_and(|value| value.contains("prefetch") || value.contains("prerender"))
    })
}

/// Where a request came from, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A page of the profile's origin.
    SameOrigin,
    /// A page of another origin.
    CrossOrigin,
    /// The browser does not say.
    Unknown,
    /// The person: a typed address, a bookmark.
    Direct,
}

/// Reads `Sec-Fetch-Site`, or else `Origin`.
pub fn provenance(request: &HttpRequest, profile: &Profile) -> Provenance {
    let header = |name: &HeaderName| {
        let value = request.headers().get(name)?;
        value.to_str().ok()
    };
    match header(&FETCH_SITE) {
        Some("same-origin") => return Provenance::SameOrigin,
        Some("none") => return Provenance::Direct,
        Some(_) => return Provenance::CrossOrigin,
        None => {}
    }
    match header(&ORIGIN) {
        // Pages of this site send no referrer, and for such pages older browsers send no origin with a form (Fetch §3.2).
        Some("null") | None => Provenance::Unknown,
        Some(origin) if origin.eq_ignore_ascii_case(&profile.public_url.origin()) => {
            Provenance::SameOrigin
        }
        Some(_) => Provenance::CrossOrigin,
    }
}

/// Accepts a form that carries the CSRF token of this session. A form without a token is accepted only if the browser says
/// that a page of this origin sent it; a form from another origin never is.
///
/// # Errors
/// `CrossSite` for any other form.
pub fn require_own_form(
    visit: &Visit,
    session: &SessionHandle,
    form: &Parameters,
) -> Result<(), FlowError> {
    let provenance = provenance(visit.request(), visit.profile());
    let proven = match form.value("csrf") {
        Some(token) => secrets_equal(token.as_bytes(), csrf_token(session).as_bytes()),
        None => provenance == Provenance::SameOrigin,
    };
    if proven && provenance != Provenance::CrossOrigin {
        Ok(())
    } else {
        Err(FlowError::CrossSite)
    }
}

/// Proof that a request may begin an attempt: a person navigates, and the client is within its rate limit. Each proof
/// counts against the limit.
#[derive(Debug)]
pub struct MayBegin(());

impl MayBegin {
    /// Judges a request.
    ///
    /// # Errors
    /// `NotSignedIn` for a script or a prefetch, `TooMany` above the rate limit.
    pub fn judge(visit: &Visit) -> Result<Self, FlowError> {
        let request = visit.request();
        if is_script(request) || is_prefetch(request) {
            return Err(FlowError::NotSignedIn);
        }
        if let Some(address) = visit.client_address() {
            let admitted = visit.app().rate_limits.admit_attempt(address);
            admitted.map_err(|_| FlowError::TooMany)?;
        }
        Ok(Self(()))
    }
}

impl FromRequest for MayBegin {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let judged = Visit::of(request).and_then(|visit| Ok(Self::judge(&visit)?));
        ready(judged)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

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
