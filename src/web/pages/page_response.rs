//! The frame that a profile puts around its pages, and the response that a page becomes.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::profile::Profile;
use crate::flow::session_check::SignedIn;
use crate::web::pages::layout::{Frame, Urls};
use crate::web::pages::page::Page;
use crate::web::pages::renderer::Pages;
use crate::web::pages::shown_text::shown;

/// Characters of a name in the header.
const LONGEST_NAME: usize = 120;

/// A person's name as pages show it.
pub fn account_name(who: &SignedIn) -> String {
    let name = shown(who.session().identity.name()).replace(['\n', '\t'], " ");
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    name.chars().take(LONGEST_NAME).chain(['…']).collect()
}

impl Pages {
    /// The frame of a page of this profile.
    pub fn frame(&self, profile: &Profile, title: &str, who: Option<&SignedIn>) -> Frame {
        let mut url = Urls::new(profile.public_url.prefix(), self.asset_names());
        if profile.is_at_further_host() {
            url = url.at_further_host(profile.main_url());
        }
        Frame {
            title: title.to_owned(),
            profile_title: profile.title.clone(),
            account: who.map(account_name),
            sign_in: true,
            url,
            accent: profile.branding.accent.as_str(),
            logo: profile.branding.logo.clone(),
            support: profile.branding.support.clone(),
            lang: "en",
        }
    }

    /// The frame of a page shown without reading the session (errors): neither account nor sign-in button.
    pub fn frame_without_account(&self, profile: &Profile, title: &str) -> Frame {
        Frame {
            sign_in: false,
            ..self.frame(profile, title, None)
        }
    }

    /// The page as a response; plain text when the template does not fit its context.
    pub fn respond<P: Page>(&self, status: StatusCode, page: &P) -> HttpResponse {
        self.respond_with(HttpResponse::build(status), page)
    }

    /// The same for a response that already has headers.
    pub fn respond_with<P: Page>(
        &self,
        mut response: HttpResponseBuilder,
        page: &P,
    ) -> HttpResponse {
        match self.render(page) {
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
}
