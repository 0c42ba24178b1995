//! Cross-site request forgery: which forms and links count as this site's own.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, ORIGIN};

use crate::domain::profile::Profile;
use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::seal::{csrf_token, secrets_equal};
use crate::web::extract::parameters::Parameters;
use crate::web::extract::visit::Visit;

static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

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
