//! `GET /auth/token_details`: the claims of the ID token; 401 when nobody is signed in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde_json::Value;

use crate::flow::session_check::{Use, check};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::mapping::{WebError, WebResult};
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::pages::{Claim, TokenDetails, shown};

/// Shows the claims that are for people.
///
/// # Errors
/// `Unauthorized` (a real 401 page, no redirect) when nobody is signed in, `Store` when that is unknown.
pub async fn token_details(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let Some(who) = check(&app.services, profile, handle.as_ref(), Use::Sliding).await? else {
        return Err(WebError::unauthorized_page().into());
    };
    let text = |value: &Value| match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    };
    let claims = who.session().identity.displayed_claims();
    let page = TokenDetails {
        frame: app.pages.frame(profile, "ID token details", Some(&who)),
        claims: claims
            .iter()
            .map(|(name, value)| Claim {
                name: shown(name),
                value: text(value),
            })
            .collect(),
    };
    Ok(app.pages.respond(StatusCode::OK, &page))
}
