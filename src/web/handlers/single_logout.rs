//! An authority says that somebody signed out there: the front channel in an iframe, the back channel by POST.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};

use crate::domain::profile::ProfileId;
use crate::flow::error::FlowError;
use crate::flow::{sign_out, single_logout};
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::fetch_metadata::{parameter, parameters};
use crate::web::extract::form::Form;
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::middleware::security_headers::Framable;

/// Bytes; longer values are no session id of any authority.
const LONGEST_SID: usize = 256;

/// What the hidden frame shows. The same for a hit and a miss, so that it tells nobody anything.
const EMPTY_PAGE: &str =
    "<!doctype html><html lang=\"en\"><title>Signed out</title><h1>Signed out</h1></html>";

fn admit(request: &HttpRequest, app: &AppState, profile: &ProfileId) -> Result<(), FlowError> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let address = address::address(peer, request.headers(), &app.trusted_proxies);
    address.map_or(Ok(()), |address| {
        app.limits
            .admit_notice(profile, address)
            .map_err(|_| FlowError::TooMany)
    })
}

/// `GET /auth/front_channel_logout?sid=&iss=` (Front-Channel Logout 1.0 §3). Without `sid` nothing ends: else any page
/// could sign people out with an image.
///
/// # Errors
/// `Store` when it is unknown whether the sessions ended, `TooMany` in a flood.
pub async fn front_channel(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    admit(&request, &app, &located.profile.id)?;
    let query = parameters(request.query_string().as_bytes());
    if let Some(sid) =
        parameter(&query, "sid").filter(|sid| !sid.is_empty() && sid.len() <= LONGEST_SID)
    {
        single_logout::front_channel(
            &app.services,
            &located.profile,
            parameter(&query, "iss"),
            sid,
        )
        .await?;
    }
    let origins = sign_out::authority_origins(&app.services, &located.profile);
    request.extensions_mut().insert(Framable(origins));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(EMPTY_PAGE))
}

/// `POST /auth/back_channel_logout` (Back-Channel Logout 1.0 §2.5).
///
/// # Errors
/// `LogoutTokenRefused` (400) for a token that does not count; `Store` (503) when the sender should repeat it.
pub async fn back_channel(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
    form: Form,
) -> WebResult {
    admit(&request, &app, &located.profile.id)?;
    let token = form
        .value("logout_token")
        .ok_or(FlowError::LogoutTokenRefused(
            "the form holds no single logout_token",
        ))?;
    single_logout::back_channel(&app.services, &located.profile, token).await?;
    Ok(HttpResponse::Ok().finish())
}
