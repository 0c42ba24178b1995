//! `GET /auth/session`: the state of things for scripts. Never slides the session, never redirects.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::error_response::WebResult;
use super::gateway::Gateway;
use super::profile::Located;
use super::{browser, error_response};
use crate::flow::session_check::{Use, check};

/// Answers signed in or not, the name, the claims that pages show, and when the session ends.
///
/// # Errors
/// `Store` when it is unknown.
pub async fn session(
    request: HttpRequest,
    located: Located,
    gateway: web::Data<Gateway>,
) -> WebResult {
    let profile = &located.profile;
    let handle = browser::handle_of(&request, &gateway.cookie_keys, profile);
    let Some(who) = check(&gateway.gate, profile, handle.as_ref(), Use::Peek).await? else {
        return Ok(error_response::not_signed_in_json(profile));
    };
    let session = who.session();
    let claims: Map<String, Value> = session.identity.displayed_claims().into_iter().collect();
    Ok(HttpResponse::Ok().json(json!({
        "signed_in": true,
        "name": session.identity.name(),
        "claims": claims,
        "signed_in_at": session.created_at,
        "expires_at": session.expires_at,
        "idle_expires_at": session.idle_until,
    })))
}
