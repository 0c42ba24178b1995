//! What stands around the pages of a profile, and the answer that a page becomes.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::gateway::Gateway;
use super::pages::{Frame, PLAIN_FALLBACK, Page};
use crate::domain::profile::Profile;
use crate::flow::session_check::SignedIn;

/// The frame of a page of this profile that says nothing about signing in.
pub fn bare(profile: &Profile) -> Frame {
    Frame::bare(&profile.title, profile.public_url.prefix()).branded(&profile.branding)
}

/// The frame of a page for a person, or for nobody.
pub fn frame(profile: &Profile, who: Option<&SignedIn>) -> Frame {
    match who {
        Some(who) => bare(profile).signed_in(&who.session().identity.name()),
        None => bare(profile).signed_out(),
    }
}

/// The page as an answer; a template that does not fit its context leaves plain text.
pub fn answer<P: Page>(gateway: &Gateway, status: StatusCode, page: &P) -> HttpResponse {
    answer_with(HttpResponse::build(status), gateway, page)
}

/// The same for an answer that already has headers.
pub fn answer_with<P: Page>(
    mut response: HttpResponseBuilder,
    gateway: &Gateway,
    page: &P,
) -> HttpResponse {
    match gateway.pages.render(page) {
        Ok(text) => response
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(text),
        Err(error) => {
            tracing::error!(template = P::TEMPLATE, error = %error, "a page could not be rendered");
            response.status(StatusCode::INTERNAL_SERVER_ERROR);
            response
                .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                .body(PLAIN_FALLBACK)
        }
    }
}
