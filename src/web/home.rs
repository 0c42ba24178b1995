//! `GET /`: the status and a way in; signed in, the name and what can be done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use super::error_response::WebResult;
use super::gateway::Gateway;
use super::pages::{ApiLink, DeveloperHint, Home, Label};
use super::profile::Located;
use super::{browser, frame};
use crate::domain::authority::Journey;
use crate::domain::profile::Profile;
use crate::flow::session_check::{SignedIn, Use, check};

/// Shows the home page; signed out it is a page too, never a redirect.
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn home(request: HttpRequest, located: Located, gateway: web::Data<Gateway>) -> WebResult {
    let profile = &located.profile;
    let handle = browser::handle_of(&request, &gateway.cookie_keys, profile);
    let who = check(&gateway.gate, profile, handle.as_ref(), Use::Sliding).await?;
    let page = Home {
        frame: frame::frame(profile, who.as_ref()),
        username: who.as_ref().and_then(username),
        apis: api_links(profile),
        edit_profile: profile.authority.issuance(Journey::EditProfile).is_some(),
        reset_password: profile.authority.issuance(Journey::ResetPassword).is_some(),
        developer: (!profile.public_url.is_https() && who.is_none()).then(|| to_register(profile)),
    };
    Ok(frame::answer(&gateway, StatusCode::OK, &page))
}

/// What the person signs in with, where the name does not say it.
fn username(who: &SignedIn) -> Option<Label> {
    let identity = &who.session().identity;
    let text = identity.text("preferred_username").or_else(|| identity.text("email"))?;
    (!text.trim().is_empty() && text != identity.name()).then(|| text.into())
}

/// What a developer registers with the authority for a profile on loopback.
fn to_register(profile: &Profile) -> DeveloperHint {
    DeveloperHint {
        redirect_uri: profile.redirect_uri().into(),
        sign_out_uri: profile.front_channel_logout_uri().into(),
    }
}

fn api_links(profile: &Profile) -> Vec<ApiLink> {
    let link = |api: &crate::domain::api::Api| ApiLink {
        name: api.name.to_string(),
        title: api.title.as_str().into(),
        host: api.endpoint.host_str().map(Label::from),
    };
    profile.apis.iter().map(link).collect()
}
