//! `GET /`: the status and a way in; signed in, the name and what can be done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use crate::domain::authority::UserFlowKind;
use crate::domain::flash::Flash;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::flow::session_check::{Use, check};
use crate::web::app_state::AppState;
use crate::web::cookies::{flash, session};
use crate::web::errors::mapping::WebResult;
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::pages::{ApiLink, FlashMessage, Home, account_name};

/// Shows the home page; signed out it is a page too, never a redirect.
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn home(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let who = check(&app.services, profile, handle.as_ref(), Use::Sliding).await?;
    let flash = flash::take(request.headers(), profile);
    let page = Home {
        flash: flash.map(|flash| FlashMessage {
            sentence: flash.sentence(),
            done: flash == Flash::ProfileUpdated,
        }),
        frame: app.pages.frame(profile, "Home", who.as_ref()),
        signed_in: who.is_some(),
        name: who.as_ref().map(account_name).unwrap_or_default(),
        apis: api_links(profile),
        edit_profile: profile
            .authority
            .issuer_config(UserFlowKind::EditProfile)
            .is_some(),
        reset_password: profile
            .authority
            .issuer_config(UserFlowKind::ResetPassword)
            .is_some(),
        redirect_uri: (!profile.public_url.is_https()).then(|| profile.redirect_uri()),
    };
    let mut response = app.pages.respond(StatusCode::OK, &page);
    flash::forget(&mut response, request.headers(), profile);
    Ok(response)
}

fn api_links(profile: &Profile) -> Vec<ApiLink> {
    let link = |api: &crate::domain::api::Api| ApiLink {
        href: OwnPath::call_api(&profile.public_url, &api.name),
        title: api.title.clone(),
        host: api.endpoint.host_str().unwrap_or_default().to_owned(),
    };
    profile.apis.iter().map(link).collect()
}
