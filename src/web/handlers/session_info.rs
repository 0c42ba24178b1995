//! `GET /auth/session`: the state of things for scripts. Never slides the session, never redirects.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::SecondsFormat;

use crate::domain::clock::Timestamp;
use crate::flow::session_check::{SignedIn, Use, check};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::mapping;
use crate::web::errors::mapping::WebResult;
use crate::web::handlers::quick_check::Checked;
use crate::web::middleware::resolve_profile::ResolvedProfile;

/// Bytes beside the claims, so that the answer is written in one piece.
const FRAME: usize = 256;

/// Answers signed in or not, the name, the claims that pages show, and when the session ends.
///
/// # Errors
/// `Store` when it is unknown.
pub async fn session(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let checked = request.extensions_mut().remove::<Checked>();
    let who = if let Some(Checked(known)) = checked {
        known
    } else {
        let handle = session::handle_of(&request, &app.cookie_keys, profile);
        check(&app.services, profile, handle.as_ref(), Use::Peek).await
    };
    let answer = who?.as_ref().map(signed_in);
    Ok(answer.unwrap_or_else(|| mapping::not_signed_in_json(profile)))
}

/// The answer for a live session. Claims are copied as they stand in memory.
pub fn signed_in(who: &SignedIn) -> HttpResponse {
    let session = who.session();
    let claims = session.identity.shown_members();
    let mut body = String::with_capacity(claims.len() + FRAME);
    body.push_str("{\"signed_in\":true,\"name\":");
    text(&mut body, session.identity.name());
    body.push_str(",\"claims\":");
    body.push_str(claims);
    body.push('}');
    moment(&mut body, ",\"signed_in_at\":\"", session.created_at);
    moment(&mut body, ",\"expires_at\":\"", session.expires_at);
    moment(&mut body, ",\"idle_expires_at\":\"", session.idle_until);
    body.push('}');
    let mut answer = HttpResponse::Ok().body(body);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// A JSON string; most names are plain letters (RFC 8259 §7).
fn text(body: &mut String, text: &str) {
    if text.contains(|letter: char| letter < ' ' || letter == '"' || letter == '\\') {
        body.push_str(&serde_json::Value::from(text).to_string());
    } else {
        body.push('"');
        body.push_str(text);
        body.push('"');
    }
}

fn moment(body: &mut String, name: &str, at: Timestamp) {
    body.push_str(name);
    body.push_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    body.push('"');
}
