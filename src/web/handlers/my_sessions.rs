//! `GET /auth/sessions` and `POST /auth/sessions/end`: a person sees and ends their own sessions.

use actix_web::http::StatusCode;

use crate::domain::flash::Flash;
use crate::domain::language::{Language, Message};
use crate::domain::own_path::OwnPath;
use crate::domain::session::SessionId;
use crate::flow::session_admin::{self, SessionView};
use crate::flow::session_check::SignedIn;
use crate::seal::csrf_token;
use crate::web::cookies::plain::FlashCookie;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::PostedForm;
use crate::web::extract::provenance::require_own_form;
use crate::web::extract::visit::{Visit, see_other};
use crate::web::pages::{
    EndOthers, FlashMessage, SessionRow, SessionTimes, Sessions, browser_on_system, shown,
};

/// Lists the person's sessions at this profile, the session of this browser first. `?end=others` asks before all others are
/// ended.
///
/// # Errors
/// `NotSignedIn`, `Store`.
pub async fn list(visit: Visit, signed_in: SignedIn) -> WebResult {
    let (app, profile) = (visit.app(), visit.profile());
    if visit.query().value("end") == Some("others") {
        let page = EndOthers {
            frame: visit.frame(Message::new("sessions-title"), Some(&signed_in)),
            csrf: csrf_token(signed_in.handle()),
        };
        return Ok(app.pages.respond(StatusCode::OK, &page));
    }
    let found = session_admin::mine(visit.services(), profile, &signed_in).await?;
    let mut rows: Vec<SessionRow> = found
        .iter()
        .map(|session| row(&visit, session, signed_in.session().id))
        .collect();
    rows.sort_by_key(|row| !row.current);
    let page = Sessions {
        frame: visit.frame(Message::new("sessions-title"), Some(&signed_in)),
        flash: FlashCookie::take(visit.headers(), profile)
            .map(|flash| FlashMessage::new(flash, &visit.language())),
        others: rows.iter().any(|row| !row.current),
        sessions: rows,
        csrf: csrf_token(signed_in.handle()),
    };
    let mut response = app.pages.respond(StatusCode::OK, &page);
    FlashCookie::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// Ends one session, or all but this one.
///
/// # Errors
/// `NotSignedIn`, `CrossSite`, `Store`.
pub async fn end(visit: Visit, PostedForm(form): PostedForm, signed_in: SignedIn) -> WebResult {
    require_own_form(&visit, signed_in.handle(), &form)?;
    let (services, profile) = (visit.services(), visit.profile());
    let count = if form.value("others") == Some("1") {
        session_admin::end_others(services, profile, &signed_in).await?
    } else if let Some(id) = form.value("session").and_then(SessionId::parse) {
        session_admin::end_one(services, profile, &signed_in, id).await?
    } else {
        0
    };
    let list = OwnPath::Sessions.under(&profile.public_url);
    let mut response = see_other(&list);
    let ended = Flash::SessionsEnded(u32::try_from(count).unwrap_or(u32::MAX));
    FlashCookie::show_next(&mut response, profile, ended);
    Ok(response.finish())
}

fn row(visit: &Visit, session: &SessionView, current: SessionId) -> SessionRow {
    let language = visit.language();
    let times = SessionTimes {
        created: session.created_at,
        seen: session.seen_at,
        expires: session.expires_at,
        now: visit.now(),
    };
    let browser = browser_name(&language, session.user_agent.as_deref());
    let (id, current) = (session.id.to_string(), session.id == current);
    SessionRow::new(&language, id, browser, current, &times)
}

/// The browser and its operating system in two words. A `User-Agent` proves nothing; it only helps the person to recognise
/// the session.
fn browser_name(language: &Language, user_agent: Option<&str>) -> String {
    // A browser also names those that it is compatible with, so the rarer name comes first.
    const BROWSERS: [(&str, &str); 12] = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("CrOS", "ChromeOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let Some(text) = user_agent else {
        return language.say("browser-unknown");
    };
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => browser_on_system(language, browser, system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => shown(text).chars().take(60).collect(),
    }
}
