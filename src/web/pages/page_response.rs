//! The frame that a profile puts around its pages, and the response that a page becomes.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::language::{Language, Message};
use crate::domain::own_path::OwnPath;
use crate::domain::profile::{Accent, Picture, Profile};
use crate::flow::session_check::SignedIn;
use crate::web::pages::assets::{OWN_ACCENT, accent_name, picture_name};
use crate::web::pages::layout::{Frame, PageLanguage, Urls};
use crate::web::pages::own_pages::own_pages;
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

/// Where a page is shown, and in which language.
#[derive(Debug)]
pub struct FrameOptions<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The language.
    pub language: &'a Language,
    /// Path and query of the page, to which the choice of a language leads back.
    pub here: String,
}

impl Pages {
    /// The frame of a page.
    pub fn frame(&self, at: FrameOptions<'_>, title: &Message, account: Option<String>) -> Frame {
        let branding = &at.profile.branding;
        let own_pages = own_pages(branding);
        let assets = own_pages.as_deref().unwrap_or(self).asset_names();
        let prefix = at.profile.public_url.prefix();
        let mut url = Urls::new(prefix, assets);
        let picture = |role, picture: &Option<Picture>| match picture.as_ref()? {
            Picture::Address(address) => Some(address.clone()),
            Picture::File(file) => Some(OwnPath::Asset.named(prefix, &picture_name(role, file))),
        };
        if at.profile.is_at_further_host() {
            url = url.at_further_host(at.profile.main_url());
        }
        Frame {
            title: at.language.text(title),
            profile_title: at.profile.title.clone(),
            account,
            sign_in: true,
            url,
            accent: match branding.shades {
                Some(_) => OWN_ACCENT,
                None => branding.accent.as_str(),
            },
            accent_style: branding
                .shades
                .as_ref()
                .map(|shades| OwnPath::Asset.named(prefix, &accent_name(shades))),
            logo: picture("logo", &branding.logo),
            logo_dark: picture("logo-dark", &branding.logo_dark),
            favicon: picture("favicon", &branding.favicon),
            support: branding.support.clone(),
            imprint: branding.imprint.clone(),
            privacy: branding.privacy.clone(),
            terms: branding.terms.clone(),
            notice: branding.notice.clone(),
            guarded: !branding.hides_gatehouse,
            developer: branding.developer_pages,
            reload: None,
            here: at.here,
            language: PageLanguage(at.language.clone()),
            own_pages: branding.templates.as_ref().map(|own| own.pages.clone()),
        }
    }

    /// The frame of a page where no profile answers. `title` is a message; the page is loaded again after `reload` seconds.
    pub fn unbranded_frame(
        &self,
        title: &Message,
        language: &Language,
        reload: Option<u64>,
    ) -> Frame {
        Frame {
            title: language.text(title),
            profile_title: String::new(),
            account: None,
            sign_in: false,
            url: Urls::new("", self.asset_names()),
            accent: Accent::Grey.as_str(),
            accent_style: None,
            logo: None,
            logo_dark: None,
            favicon: None,
            support: None,
            imprint: None,
            privacy: None,
            terms: None,
            notice: None,
            guarded: false,
            developer: false,
            reload,
            here: String::new(),
            language: PageLanguage(language.clone()),
            own_pages: None,
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
                let plain = page.frame().language.0.say("problem-failed");
                response
                    .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                    .body(plain)
            }
        }
    }
}
