//! `/sessions` and `/sessions/end`: sessions listed and ended by an operator.

use actix_web::http::header::ORIGIN;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::flow::error::FlowError;
use crate::flow::session_admin::{self, SessionSelector, SessionsToEnd};
use crate::web::app_state::AppState;
use crate::web::extract::parameters::Parameters;

/// Sessions listed in one answer at most.
const MOST_LISTED: u32 = 1_000;

const NO_PROFILE_ID: &str = "profile is not the id of a profile";

fn bad_request(message: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": message }))
}

fn failed(error: &FlowError) -> HttpResponse {
    tracing::error!(error = %error, "session administration failed");
    HttpResponse::ServiceUnavailable().json(json!({ "error": "the store gave no answer" }))
}

/// Whether the request comes from a web page in an operator's browser. A page of any site can send requests to addresses
/// of this machine, but the browser says so in these headers; tools send neither.
fn is_of_a_page(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    request.headers().contains_key(ORIGIN) || site.is_some_and(|site| site != "none")
}

fn of_a_page() -> HttpResponse {
    HttpResponse::Forbidden()
        .json(json!({ "error": "sessions are not administered from web pages" }))
}

/// `GET /sessions?profile=&person=&account=&sid=&limit=`
pub async fn list(request: HttpRequest, app: web::Data<AppState>) -> HttpResponse {
    if is_of_a_page(&request) {
        return of_a_page();
    }
    let query = Parameters::of_query(&request);
    let profile = match query.value("profile").map(ProfileId::parse) {
        Some(None) => return bad_request(NO_PROFILE_ID),
        Some(found) => found,
        None => None,
    };
    let limit = match query.value("limit").map(str::parse::<u32>) {
        Some(Err(_)) => return bad_request("limit is not a number"),
        Some(Ok(limit)) => limit.min(MOST_LISTED),
        None => MOST_LISTED,
    };
    let selector = SessionSelector::typed(
        profile,
        query.value("person"),
        query.value("sid"),
        query.value("account"),
    );
    let selector = match selector {
        Ok(selector) => selector,
        Err(error) => return bad_request(&error.to_string()),
    };
    match session_admin::list(&app.services, selector, limit).await {
        Ok(found) => HttpResponse::Ok().json(found),
        Err(error) => failed(&error),
    }
}

/// Which sessions to end: exactly one of `id`, `all`, or `profile` alone or with `person`, `account` or `sid`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndRequest {
    id: Option<String>,
    profile: Option<String>,
    person: Option<String>,
    account: Option<String>,
    sid: Option<String>,
    #[serde(default)]
    all: bool,
}

impl EndRequest {
    fn parse(body: &[u8]) -> Result<SessionsToEnd, String> {
        let request: Self = serde_json::from_slice(body).map_err(
            |_| "the body is not JSON with the keys id, profile, person, account, sid, all",
        )?;
        let profile = match request.profile.as_deref().map(ProfileId::parse) {
            Some(None) => return Err(NO_PROFILE_ID.to_owned()),
            Some(found) => found,
            None => None,
        };
        let id = match request.id.as_deref().map(SessionId::parse) {
            Some(None) => return Err("id is not the id of a session".to_owned()),
            Some(found) => found,
            None => None,
        };
        let (person, sid) = (request.person.as_deref(), request.sid.as_deref());
        let selector = SessionSelector::typed(profile, person, sid, request.account.as_deref())
            .map_err(|error| error.to_string())?;
        SessionsToEnd::named(id, selector, request.all).map_err(|error| error.to_string())
    }
}

/// `POST /sessions/end` with a JSON body.
pub async fn end(request: HttpRequest, body: web::Bytes, app: web::Data<AppState>) -> HttpResponse {
    if is_of_a_page(&request) {
        return of_a_page();
    }
    let sessions = match EndRequest::parse(&body) {
        Ok(sessions) => sessions,
        Err(message) => return bad_request(&message),
    };
    match session_admin::end(&app.services, &sessions).await {
        Ok(count) => HttpResponse::Ok().json(json!({ "ended": count })),
        Err(error) => failed(&error),
    }
}
