//! `GET /auth/sessions` and `POST /auth/sessions/end`: a person's own sessions, seen and ended.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use crate::domain::clock::Timestamp;
use crate::domain::session::SessionId;
use crate::flow::session_admin::{self, SessionView};
use crate::flow::session_check::require;
use crate::seal::csrf_token;
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::form::Form;
use crate::web::handlers::sign_in::see_other;
use crate::web::handlers::sign_out::from_here;
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::pages::layout;
use crate::web::pages::{SessionRow, Sessions, shown};

/// Lists the person's sessions at this profile.
///
/// # Errors
/// `NotSignedIn`, `Store`.
pub async fn list(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let me = require(&app.services, profile, handle.as_ref()).await?;
    let found = session_admin::mine(&app.services, profile, &me).await?;
    let mut rows: Vec<SessionRow> = found
        .iter()
        .map(|session| row(session, me.session().id))
        .collect();
    rows.sort_by_key(|row| !row.current);
    let page = Sessions {
        frame: layout::frame(&app, profile, "My sessions", Some(&me)),
        others: rows.iter().any(|row| !row.current),
        sessions: rows,
        csrf: csrf_token(me.handle()),
    };
    Ok(layout::answer(&app, StatusCode::OK, &page))
}

/// Ends one session, or all but this one.
///
/// # Errors
/// `NotSignedIn`, `CrossSite`, `Store`.
pub async fn end(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
    form: Form,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let me = require(&app.services, profile, handle.as_ref()).await?;
    from_here(&request, &located, me.handle(), &form)?;
    if form.value("others") == Some("1") {
        session_admin::end_others(&app.services, profile, &me).await?;
    } else if let Some(id) = form.value("session").and_then(SessionId::parse) {
        session_admin::end_one(&app.services, profile, &me, id).await?;
    }
    Ok(see_other(&format!(
        "{}/auth/sessions",
        profile.public_url.prefix()
    )))
}

fn row(session: &SessionView, current: SessionId) -> SessionRow {
    let words = |at: Timestamp| at.format("%-d %B %Y, %H:%M UTC").to_string();
    SessionRow {
        id: session.id.to_string(),
        browser: browser_name(session.user_agent.as_deref()),
        current: session.id == current,
        created: words(session.created_at),
        created_iso: session.created_at.to_rfc3339(),
        seen: words(session.seen_at),
        seen_iso: session.seen_at.to_rfc3339(),
        expires: words(session.expires_at),
        expires_iso: session.expires_at.to_rfc3339(),
    }
}

/// A browser in two words. What it says of itself is a hint for its owner and no more.
fn browser_name(user_agent: Option<&str>) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let Some(text) = user_agent else {
        return "Unknown browser".to_owned();
    };
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => shown(text).chars().take(60).collect(),
    }
}
