//! `GET /auth/sessions` and `POST /auth/sessions/end`: a person's own sessions, seen and ended.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use super::error_response::WebResult;
use super::form::Form;
use super::gateway::Gateway;
use super::pages::{SessionRow, Sessions, When, browser_name};
use super::profile::Located;
use super::sign_in::see_other;
use super::sign_out::from_here;
use super::{browser, frame};
use crate::domain::clock::Timestamp;
use crate::domain::session::SessionId;
use crate::flow::session_check::require;
use crate::flow::sessions;
use crate::seal::csrf_token;
use crate::store::SessionSummary;

/// Lists the person's sessions at this profile.
///
/// # Errors
/// `NotSignedIn`, `Store`.
pub async fn list(request: HttpRequest, located: Located, gateway: web::Data<Gateway>) -> WebResult {
    let profile = &located.profile;
    let handle = browser::handle_of(&request, &gateway.cookie_keys, profile);
    let me = require(&gateway.gate, profile, handle.as_ref()).await?;
    let found = sessions::mine(&gateway.gate, profile, &me).await?;
    let (here, now) = (me.session().id, gateway.gate.now());
    let mut rows: Vec<SessionRow> = found.iter().map(|session| row(session, here, now)).collect();
    rows.sort_by_key(|row| !row.current);
    let page = Sessions::new(frame::frame(profile, Some(&me)), rows, csrf_token(me.handle()));
    Ok(frame::answer(&gateway, StatusCode::OK, &page))
}

/// Ends one session, or all but this one.
///
/// # Errors
/// `NotSignedIn`, `CrossSite`, `Store`.
pub async fn end(request: HttpRequest, located: Located, gateway: web::Data<Gateway>, form: Form) -> WebResult {
    let profile = &located.profile;
    let handle = browser::handle_of(&request, &gateway.cookie_keys, profile);
    let me = require(&gateway.gate, profile, handle.as_ref()).await?;
    from_here(&request, &located, me.handle(), &form)?;
    if form.value("others") == Some("1") {
        sessions::end_others(&gateway.gate, profile, &me).await?;
    } else if let Some(id) = form.value("session").and_then(SessionId::parse) {
        sessions::end_one(&gateway.gate, profile, &me, id).await?;
    }
    Ok(see_other(&format!("{}/auth/sessions", profile.public_url.prefix())))
}

fn row(session: &SessionSummary, current: SessionId, now: Timestamp) -> SessionRow {
    SessionRow {
        reference: session.id.to_string(),
        browser: browser_name(session.user_agent.as_deref().unwrap_or_default()).into(),
        created: When::exact(session.created_at),
        last_seen: When::ago(session.seen_at, now),
        ends: When::exact(session.expires_at),
        current: session.id == current,
    }
}
