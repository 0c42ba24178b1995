//! `GET /`: signed out, the status and a way to sign in; signed in, the name and what can be done.

use actix_web::http::StatusCode;

use crate::domain::api::Api;
use crate::domain::authority::UserFlowKind;
use crate::domain::flash::Flash;
use crate::domain::profile::Profile;
use crate::web::cookies::flash;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::signed_in::MaybeSignedIn;
use crate::web::extract::visit::Visit;
use crate::web::pages::layout;
use crate::web::pages::{ApiLink, Home, News};

/// Shows the home page. Signed out, it is a page and never a redirect.
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn home(visit: Visit, MaybeSignedIn(signed_in): MaybeSignedIn) -> WebResult {
    let (app, profile) = (visit.app(), visit.profile());
    let has = |kind| profile.authority.issuer_config(kind).is_some();
    let signed_in = signed_in.as_ref();
    let page = Home {
        notice: flash::take(visit.headers(), profile).map(|flash| News {
            sentence: flash.sentence(),
            done: flash == Flash::ProfileUpdated,
        }),
        frame: layout::frame(app, profile, "Home", signed_in),
        signed_in: signed_in.is_some(),
        name: signed_in.map(layout::name_of).unwrap_or_default(),
        apis: profile.apis.iter().map(api_link).collect(),
        edit_profile: has(UserFlowKind::EditProfile),
        reset_password: has(UserFlowKind::ResetPassword),
        redirect_uri: redirect_uri_to_register(profile),
    };
    let mut response = layout::answer(app, StatusCode::OK, &page);
    flash::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// On loopback, a developer is shown which redirect URI to register at the authority.
fn redirect_uri_to_register(profile: &Profile) -> Option<String> {
    (!profile.public_url.is_https()).then(|| profile.redirect_uri())
}

fn api_link(api: &Api) -> ApiLink {
    ApiLink {
        name: api.name.to_string(),
        title: api.title.clone(),
        host: api.endpoint.host_str().unwrap_or_default().to_owned(),
    }
}
