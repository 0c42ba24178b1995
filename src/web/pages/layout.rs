//! What stands around every page of a profile, and the answer that a page becomes.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::profile::Profile;
use crate::flow::session_check::SignedIn;
use crate::web::app_state::AppState;
use crate::web::pages::{Frame, Page, shown};

/// Characters of a name in the header.
const LONGEST_NAME: usize = 120;

/// A name as pages show it.
pub fn name_of(who: &SignedIn) -> String {
    let name = shown(who.session().identity.name()).replace(['\n', '\t'], " ");
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    name.chars().take(LONGEST_NAME).chain(['…']).collect()
}

/// The frame of a page of this profile.
pub fn frame(app: &AppState, profile: &Profile, title: &str, who: Option<&SignedIn>) -> Frame {
    let (style, icon) = app.pages.asset_names();
    Frame {
        title: title.to_owned(),
        profile_title: profile.title.clone(),
        account: who.map(name_of),
        sign_in: true,
        base: profile.public_url.prefix().to_owned(),
        accent: profile.branding.accent.as_str(),
        logo: profile.branding.logo.clone(),
        support: profile.branding.support.clone(),
        lang: "en",
        style,
        icon,
    }
}

/// The frame of a page that is shown without knowing who is signed in: it does not offer to sign in.
pub fn of_nobody_known(app: &AppState, profile: &Profile, title: &str) -> Frame {
    Frame {
        sign_in: false,
        ..frame(app, profile, title, None)
    }
}

/// The page as an answer; a template that does not fit its context leaves plain text.
pub fn answer<P: Page>(app: &AppState, status: StatusCode, page: &P) -> HttpResponse {
    answer_with(HttpResponse::build(status), app, page)
}

/// The same for an answer that already has headers.
pub fn answer_with<P: Page>(
    mut response: HttpResponseBuilder,
    app: &AppState,
    page: &P,
) -> HttpResponse {
    match app.pages.render(page) {
        Ok(text) => response
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(text),
        Err(error) => {
            tracing::error!(template = P::TEMPLATE, error = %error, "a page could not be rendered");
            response.status(StatusCode::INTERNAL_SERVER_ERROR);
            let plain = "The page could not be shown. Please tell the operator of this site.\n";
            response
                .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                .body(plain)
        }
    }
}
