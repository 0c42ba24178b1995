//! `/livez`, `/readyz` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use arc_swap::{ArcSwap, ArcSwapOption};
use serde_json::json;

use crate::domain::profile_state::ProfileState;
use crate::flow::readiness::{check_store, store_report};
use crate::web::app_state::AppState;

/// What the admin listener reports besides the store.
pub struct Health {
    /// Renders the metrics of the process.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Each profile's last load.
    pub profiles: Arc<ArcSwap<Vec<ProfileState>>>,
    /// Why the profiles as a whole make the process not ready.
    pub folder_problem: Arc<ArcSwapOption<String>>,
    /// Set when the process was asked to stop: from then on it is not ready.
    pub stopping: Arc<AtomicBool>,
}

/// The process lives. An outage of the store or of an authority is no reason to restart it.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// Whether requests should be sent here, with the reasons.
pub async fn readyz(app: web::Data<AppState>, health: web::Data<Health>) -> HttpResponse {
    let store = check_store(&app.services).await;
    let stopping = health.stopping.load(Ordering::SeqCst);
    let profiles = health.profiles.load();
    let serving = profiles.iter().any(|profile| profile.serving);
    let folder = health.folder_problem.load_full();
    let ready = store.is_ok() && serving && folder.is_none() && !stopping;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    HttpResponse::build(status).json(json!({
        "ready": ready,
        "stopping": stopping,
        "store": store.map_or_else(|error| error, |()| "ok".to_owned()),
        "store_detail": store_report(&app.services),
        "time": app.services.now(),
        "problem": (!serving).then_some("no profile serves: the profiles folder is empty, or every file in it is broken"),
        "profiles_folder": folder.as_deref().map_or("ok", String::as_str),
        "profiles": **profiles,
    }))
}

/// Prometheus text.
pub async fn metrics(health: web::Data<Health>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body((health.metrics)())
}
