//! `GET /auth/session`: who is signed in, as JSON for scripts. Never moves the idle deadline, never redirects.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use chrono::SecondsFormat;

use crate::domain::session::Session;
use crate::flow::session_check::SignedIn;
use crate::web::errors::mapping::{WebResult, not_signed_in_json};
use crate::web::extract::signed_in::Peeked;
use crate::web::extract::visit::Visit;

/// Bytes of the answer without claims, so that one allocation is enough for a usual name.
const MEMBERS: usize = 256;

/// Answers whether somebody is signed in, the name, the claims that pages show, and when the session ends.
///
/// # Errors
/// `Store` when it is unknown.
pub async fn session(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    let answer = signed_in.as_ref().map(of_live_session);
    Ok(answer.unwrap_or_else(|| not_signed_in_json(visit.profile())))
}

/// The answer for a live session.
pub fn of_live_session(signed_in: &SignedIn) -> HttpResponse {
    let mut response = HttpResponse::Ok().body(json(signed_in.session()));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Writes the members around the claims, which are JSON already and are copied as they stand in memory. A serde struct with
/// a `RawValue` for the claims takes twice the time (docs/performance.md): this is the hottest answer.
fn json(session: &Session) -> Vec<u8> {
    let claims = session.identity.shown_json();
    let mut body = Vec::with_capacity(claims.len() + MEMBERS);
    body.extend_from_slice(b"{\"signed_in\":true,\"name\":");
    // Text is always JSON, and a `Vec` takes every write.
    let _ = serde_json::to_writer(&mut body, session.identity.name());
    body.extend_from_slice(b",\"claims\":");
    body.extend_from_slice(claims.as_bytes());
    for (name, at) in [
        ("signed_in_at", session.created_at),
        ("expires_at", session.expires_at),
        ("idle_expires_at", session.idle_until),
    ] {
        let time = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        for part in [",\"", name, "\":\"", &time, "\""] {
            body.extend_from_slice(part.as_bytes());
        }
    }
    body.push(b'}');
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::domain::clock::Timestamp;
    use crate::domain::identity::{Identity, PersonBy};
    use crate::domain::profile::{AuthorityFingerprint, ProfileId};
    use crate::domain::session::SessionId;

    /// What [`json`] writes, written by serde.
    #[derive(Serialize)]
    struct ExpectedInfo<'a> {
        signed_in: bool,
        name: &'a str,
        claims: &'a RawValue,
        signed_in_at: Timestamp,
        expires_at: Timestamp,
        idle_expires_at: Timestamp,
    }

    #[test]
    fn the_answer_is_byte_for_byte_what_serde_writes() {
        let at = |millis| Timestamp::from_timestamp_millis(millis).unwrap();
        for name in ["Ada", "Ada \"L\"\\ \u{1} \u{7f} é 🦊 \u{2028}", ""] {
            let claims = serde_json::json!({"iss": "https://i.example", "sub": "s", "name": name, "nonce": "n"});
            let identity =
                Identity::from_claims(claims.as_object().unwrap(), PersonBy::Subject).unwrap();
            let session = Session {
                id: SessionId::from_bytes([1; 16]),
                profile: ProfileId::parse("staff").unwrap(),
                fingerprint: AuthorityFingerprint([2; 32]),
                created_at: at(1_800_000_000_000),
                seen_at: at(0),
                idle_until: at(1_800_000_000_001),
                expires_at: at(253_402_300_799_999),
                identity,
            };
            let expected = ExpectedInfo {
                signed_in: true,
                name: session.identity.name(),
                claims: serde_json::from_str(session.identity.shown_json()).unwrap(),
                signed_in_at: session.created_at,
                expires_at: session.expires_at,
                idle_expires_at: session.idle_until,
            };
            let written = String::from_utf8(json(&session)).unwrap();
            assert_eq!(written, serde_json::to_string(&expected).unwrap());
        }
    }
}
