//! `GET /`: signed out, the status and a way to sign in; signed in, the name and what can be done.

use actix_web::http::StatusCode;

use crate::domain::api::Api;
use crate::domain::authority::UserFlowKind;
use crate::domain::flash::Flash;
use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::web::cookies::plain::FlashCookie;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::signed_in::{MaybeSignedIn, told};
use crate::web::extract::visit::{Visit, see_other};
use crate::web::pages::{ApiLink, FlashMessage, Home, account_name};

/// Shows the home page. Signed out, it is a page and never a redirect. A further host leads to the home page at
/// `public_url`.
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn home(visit: Visit, MaybeSignedIn(signed_in): MaybeSignedIn) -> WebResult {
    let (app, profile) = (visit.app(), visit.profile());
    if profile.is_at_further_host() {
        return Ok(see_other(&OwnPath::Home.url(profile.main_url())).finish());
    }
    let flash = FlashCookie::take(visit.headers(), profile);
    if flash == Some(Flash::SignedOut) && visit.query().value("state").is_some() {
        // The authority's `state` does not stay in the address (RP-Initiated Logout 1.0 §3).
        return Ok(see_other(&OwnPath::Home.under(&profile.public_url)).finish());
    }
    let has = |kind| profile.authority.issuer_config(kind).is_some();
    let signed_in = signed_in.as_ref();
    let page = Home {
        flash: flash
            .or_else(|| told(&visit))
            .map(|flash| FlashMessage::new(flash, &visit.language())),
        frame: visit.frame(Message::new("home"), signed_in),
        signed_in: signed_in.is_some(),
        name: signed_in.map(account_name).unwrap_or_default(),
        apis: profile
            .apis
            .iter()
            .map(|api| api_link(profile, api))
            .collect(),
        edit_profile: has(UserFlowKind::EditProfile),
        reset_password: has(UserFlowKind::ResetPassword),
        redirect_uri: redirect_uri_to_register(profile),
    };
    let mut response = app.pages.respond(StatusCode::OK, &page);
    FlashCookie::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// On developer pages it is said which redirect URI to register at the authority.
fn redirect_uri_to_register(profile: &Profile) -> Option<String> {
    profile
        .branding
        .developer_pages
        .then(|| profile.redirect_uri())
}

fn api_link(profile: &Profile, api: &Api) -> ApiLink {
    ApiLink {
        href: OwnPath::call_api(&profile.public_url, &api.name),
        title: api.title.clone(),
        host: api.endpoint.host_str().unwrap_or_default().to_owned(),
    }
}
