//! `GET /auth/sessions`, `POST /auth/sessions/end` and `POST /auth/sessions/name`: a person sees, ends and names their own
//! sessions.

use actix_web::http::StatusCode;

use crate::domain::flash::Flash;
use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::domain::session::SessionId;
use crate::domain::session_name::SessionName;
use crate::flow::session_check::SignedIn;
use crate::flow::{session_admin, session_name};
use crate::seal::csrf_token;
use crate::web::cookies::plain::FlashCookie;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::PostedForm;
use crate::web::extract::provenance::require_own_form;
use crate::web::extract::visit::{Visit, see_other};
use crate::web::pages::{EndOthers, FlashMessage, SessionRow, Sessions};

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
    let rows = SessionRow::all(&visit.session_list(&signed_in), &found);
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

/// Names one session. A name that is empty takes the name away.
///
/// # Errors
/// `NotSignedIn`, `CrossSite`, `Store`.
pub async fn name(visit: Visit, PostedForm(form): PostedForm, signed_in: SignedIn) -> WebResult {
    require_own_form(&visit, signed_in.handle(), &form)?;
    let (services, profile) = (visit.services(), visit.profile());
    let typed = form.value("name").and_then(SessionName::typed);
    if let Some(id) = form.value("named").and_then(SessionId::parse) {
        session_name::give(services, profile, &signed_in, id, typed.as_ref()).await?;
    }
    let list = OwnPath::Sessions.under(&profile.public_url);
    let mut response = see_other(&list);
    FlashCookie::show_next(&mut response, profile, Flash::SessionRenamed);
    Ok(response.finish())
}
