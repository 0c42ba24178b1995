//! Tasks that run beside requests: certificates are watched in [`crate::app::certificate_expiry`], the profiles folder in
//! [`crate::app::folder_watch`], and quiet addresses are forgotten here. The store has tasks of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::live_profiles::LiveProfiles;
use crate::app::{certificate_expiry, folder_watch};
use crate::domain::clock::Clock;
use crate::flow::session_ends;
use crate::oidc::Authorities;
use crate::web::app_state::AppState;

/// How often quiet addresses are forgotten.
const QUIET: Duration = Duration::from_mins(1);

/// Starts all of them.
pub(in crate::app) fn start(
    profiles: &Arc<LiveProfiles>,
    app: &Arc<AppState>,
    authorities: &Arc<Authorities>,
    clock: Arc<dyn Clock>,
) -> Vec<JoinHandle<()>> {
    let profiles = || Arc::clone(profiles);
    vec![
        tokio::spawn(certificate_expiry::watch_certificates(profiles(), clock)),
        tokio::spawn(forget_quiet_addresses(Arc::clone(app))),
        tokio::spawn(watch_sessions(app)),
        tokio::spawn(folder_watch::watch_profiles(
            profiles(),
            Arc::clone(authorities),
        )),
    ]
}

/// Ends websockets and event streams with their sessions.
fn watch_sessions(app: &AppState) -> impl Future<Output = ()> + Send + use<> {
    let profiles = Arc::clone(&app.profiles);
    session_ends::watch(Arc::clone(&app.services), move |id| {
        profiles.load().by_id(id).cloned()
    })
}

/// Keeps the rate limiter small.
async fn forget_quiet_addresses(app: Arc<AppState>) {
    loop {
        tokio::time::sleep(QUIET).await;
        app.rate_limits.forget_idle_addresses();
    }
}
