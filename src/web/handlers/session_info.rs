//! `GET /auth/session`: who is signed in, as JSON for scripts. Never moves the idle deadline, never redirects.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use chrono::SecondsFormat;

use crate::domain::clock::Timestamp;
use crate::flow::session_check::SignedIn;
use crate::web::errors::mapping::{WebResult, not_signed_in_json};
use crate::web::extract::signed_in::Peeked;
use crate::web::extract::visit::Visit;

/// Bytes beside the claims, so that the answer is written in one piece.
const FRAME: usize = 256;

/// Answers whether somebody is signed in, the name, the claims that pages show, and when the session ends.
///
/// # Errors
/// `Store` when it is unknown.
pub async fn session(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    let answer = signed_in.as_ref().map(of_live_session);
    Ok(answer.unwrap_or_else(|| not_signed_in_json(visit.profile())))
}

/// The answer for a live session. Claims are copied as they stand in memory.
pub fn of_live_session(who: &SignedIn) -> HttpResponse {
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
