//! Single logout: an authority says that a person signed out there, on the front channel (in an iframe) or on the back
//! channel (by POST).

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpMessage as _, HttpResponse};

use crate::domain::identity::is_identifier;
use crate::domain::language::Language;
use crate::flow::error::FlowError;
use crate::flow::{sign_out, single_logout};
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::PostedForm;
use crate::web::extract::visit::Visit;
use crate::web::middleware::security_headers::Framable;

/// Bytes. No authority's session id is longer.
const LONGEST_SID: usize = 256;

/// What the iframe shows, whether a session ended or not: the page must not tell who is signed in.
fn empty_page(language: &Language) -> String {
    let (tag, direction) = (language.tag(), language.catalogue().direction());
    // A message is the operator's text, and markup in it is no markup.
    let title = language.say("signed-out").replace(['<', '&'], " ");
    format!(
        "<!doctype html><html lang=\"{tag}\" dir=\"{direction}\"><title>{title}</title><main><h1>{title}</h1></main></html>"
    )
}

fn admit(visit: &Visit) -> Result<(), FlowError> {
    let Some(address) = visit.client_address() else {
        return Ok(());
    };
    let limits = &visit.app().rate_limits;
    let admitted = limits.admit_logout_request(&visit.profile().id, address);
    admitted.map_err(|_| FlowError::TooMany)
}

/// `GET /auth/front_channel_logout?sid=&iss=` (Front-Channel Logout 1.0 §3). Without `sid` no session ends: otherwise any
/// page could sign people out with an image.
///
/// # Errors
/// `Store` when it is unknown whether the sessions ended, `TooMany` above the rate limit.
pub async fn front_channel(visit: Visit) -> WebResult {
    admit(&visit)?;
    let (services, profile, query) = (visit.services(), visit.profile(), visit.query());
    let sid = query
        .value("sid")
        .filter(|sid| is_identifier(sid, LONGEST_SID));
    if let Some(sid) = sid {
        single_logout::front_channel(services, profile, query.value("iss"), sid).await?;
    }
    let origins = sign_out::authority_origins(services, profile);
    visit.request().extensions_mut().insert(Framable(origins));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(empty_page(&visit.language())))
}

/// `POST /auth/back_channel_logout` (Back-Channel Logout 1.0 §2.5).
///
/// # Errors
/// `LogoutTokenRefused` (400) for a logout token that is not valid; `Store` (503) when the authority should repeat the request.
pub async fn back_channel(visit: Visit, PostedForm(form): PostedForm) -> WebResult {
    admit(&visit)?;
    let token = form
        .value("logout_token")
        .ok_or(FlowError::LogoutTokenRefused(
            "the form holds no single logout_token",
        ))?;
    single_logout::back_channel(visit.services(), visit.profile(), token).await?;
    Ok(HttpResponse::Ok().finish())
}
