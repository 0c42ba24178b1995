//! The admin listener: `/livez`, `/readyz`, `/metrics` and session administration. It listens on an address of its own;
//! whoever reaches it may do all it offers.

use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;
use actix_web::{HttpRequest, HttpResponse, web};
use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::flow::error::FlowError;
use crate::flow::session_admin::{Which, end_for_operator};
use crate::store::{SessionFilter, SessionSummary};
use crate::web::app_state::AppState;
use crate::web::extract::parameters::Parameters;

/// Sessions listed in one answer at most.
const ON_A_PAGE: u32 = 1_000;

/// The state of one profile's file.
#[derive(Debug, Clone, Serialize)]
pub struct ProfileState {
    /// The profile's id.
    pub id: String,
    /// Whether requests are answered.
    pub serving: bool,
    /// When the version that serves was loaded.
    pub last_good: Option<Timestamp>,
    /// What is wrong with the file as it stands now, one sentence each.
    pub problems: Vec<String>,
}

/// What the admin listener knows besides the gateway.
pub struct Admin {
    /// Renders the metrics of the process.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Each profile's last load.
    pub profiles: Arc<ArcSwap<Vec<ProfileState>>>,
    /// Set when the process has been asked to stop: readiness goes first.
    pub stopping: Arc<AtomicBool>,
}

/// The process lives. An outage of the store or of an authority is no reason to restart it.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// Whether requests should be sent here, with the reasons.
pub async fn readyz(app: web::Data<AppState>, admin: web::Data<Admin>) -> HttpResponse {
    let store = app.services.store.ready().await;
    let detail = app.services.store.status();
    let stopping = admin.stopping.load(Ordering::SeqCst);
    let ready = store.is_ok() && !stopping;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    HttpResponse::build(status).json(json!({
        "ready": ready,
        "stopping": stopping,
        "store": store.map_or_else(|error| error.in_full(), |()| "ok".to_owned()),
        "store_detail": {
            "kind": detail.kind,
            "migrated": detail.migrated,
            "listening": detail.listening,
            "clock_drift_ms": detail.clock_drift.map(|drift| drift.num_milliseconds()),
            "cached_sessions": detail.cached_sessions,
            "sealed_with_older_keys": detail.sealed_with_older_keys,
        },
        "time": app.services.now(),
        "profiles": **admin.profiles.load(),
    }))
}

/// Prometheus text.
pub async fn metrics(admin: web::Data<Admin>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body((admin.metrics)())
}

#[derive(Serialize)]
struct Listed {
    id: String,
    profile: String,
    person: String,
    created_at: Timestamp,
    seen_at: Timestamp,
    expires_at: Timestamp,
    user_agent: Option<String>,
}

impl From<SessionSummary> for Listed {
    fn from(session: SessionSummary) -> Self {
        Self {
            id: session.id.to_string(),
            profile: session.profile.to_string(),
            person: session.person.to_string(),
            created_at: session.created_at,
            seen_at: session.seen_at,
            expires_at: session.expires_at,
            user_agent: session.user_agent,
        }
    }
}

fn bad(message: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": message }))
}

fn failed(error: &FlowError) -> HttpResponse {
    tracing::error!(error = %error, "session administration failed");
    HttpResponse::ServiceUnavailable().json(json!({ "error": "the store gave no answer" }))
}

/// A page of some site in an operator's browser, trying addresses of this machine: it can send what it likes, but the
/// browser says so. Tools send neither header.
fn is_of_a_page(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    request.headers().contains_key(ORIGIN) || site.is_some_and(|site| site != "none")
}

fn of_a_page() -> HttpResponse {
    HttpResponse::Forbidden()
        .json(json!({ "error": "sessions are not administered from web pages" }))
}

/// `GET /sessions?profile=&person=&sid=&limit=`
pub async fn sessions(request: HttpRequest, app: web::Data<AppState>) -> HttpResponse {
    if is_of_a_page(&request) {
        return of_a_page();
    }
    let query = Parameters::of_query(&request);
    let profile = match query.value("profile").map(ProfileId::parse) {
        Some(None) => return bad("profile is not the id of a profile"),
        Some(found) => found,
        None => None,
    };
    let limit = match query.value("limit").map(str::parse::<u32>) {
        Some(Err(_)) => return bad("limit is not a number"),
        Some(Ok(limit)) => limit.min(ON_A_PAGE),
        None => ON_A_PAGE,
    };
    let filter = SessionFilter {
        profile,
        person: query.value("person").map(SubjectKey::stored),
        sid: query.value("sid").map(str::to_owned),
        limit,
    };
    match app.services.store.list(&filter).await {
        Ok(found) => {
            HttpResponse::Ok().json(found.into_iter().map(Listed::from).collect::<Vec<_>>())
        }
        Err(error) => failed(&FlowError::from(error)),
    }
}

/// Which sessions to end: exactly one of `id`, `all`, or `profile` alone or with `person` or `sid`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    id: Option<String>,
    profile: Option<String>,
    person: Option<String>,
    sid: Option<String>,
    #[serde(default)]
    all: bool,
}

impl End {
    fn which(self) -> Result<Which, &'static str> {
        let profile = match self.profile.as_deref().map(ProfileId::parse) {
            Some(None) => return Err("profile is not the id of a profile"),
            Some(found) => found,
            None => None,
        };
        match (self.id, profile, self.person, self.sid, self.all) {
            (Some(id), None, None, None, false) => SessionId::parse(&id)
                .map(Which::One)
                .ok_or("id is not the id of a session"),
            (None, Some(profile), Some(person), None, false) => {
                Ok(Which::Person(profile, SubjectKey::stored(person)))
            }
            (None, Some(profile), None, Some(sid), false) => Ok(Which::Sid(profile, sid)),
            (None, Some(profile), None, None, false) => Ok(Which::Profile(profile)),
            (None, None, None, None, true) => Ok(Which::All),
            _ => Err("name what to end: id, or profile (alone, with person, or with sid), or all"),
        }
    }
}

/// `POST /sessions/end` with a JSON body.
pub async fn end_sessions(
    request: HttpRequest,
    body: web::Bytes,
    app: web::Data<AppState>,
) -> HttpResponse {
    if is_of_a_page(&request) {
        return of_a_page();
    }
    let which = match serde_json::from_slice::<End>(&body) {
        Ok(end) => end.which(),
        Err(_) => Err("the body is not JSON with the keys id, profile, person, sid, all"),
    };
    match which {
        Err(message) => bad(message),
        Ok(which) => match end_for_operator(&app.services, &which).await {
            Ok(count) => HttpResponse::Ok().json(json!({ "ended": count })),
            Err(error) => failed(&error),
        },
    }
}
