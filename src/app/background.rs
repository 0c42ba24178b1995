//! What runs beside requests: forgetting quiet addresses. Certificates are watched in [`crate::app::certificate_expiry`], the profiles
//! folder in [`crate::app::folder_watch`]; the store tends itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::live_profiles::LiveProfiles;
use crate::app::{certificate_expiry, folder_watch};
use crate::web::app_state::AppState;

/// Between two looks at addresses that have been quiet.
const QUIET: Duration = Duration::from_mins(1);

/// Starts all of it.
pub fn start(profiles: &Arc<LiveProfiles>, app: &Arc<AppState>) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(certificate_expiry::watch_certificates(
            Arc::clone(profiles),
            Arc::clone(&app.services.clock),
        )),
        tokio::spawn(forget_quiet_addresses(Arc::clone(app))),
        tokio::spawn(folder_watch::watch_profiles(
            Arc::clone(profiles),
            Arc::clone(app),
        )),
    ]
}

/// Keeps the rate limiter small.
async fn forget_quiet_addresses(app: Arc<AppState>) {
    loop {
        tokio::time::sleep(QUIET).await;
        app.rate_limits.forget_idle_addresses();
    }
}
