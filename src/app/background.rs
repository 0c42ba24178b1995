//! What runs beside requests: looking after certificates, forgetting quiet addresses. The store tends itself, and the
//! profiles folder is watched by [`super::watch`].

use std::sync::Arc;
use std::time::Duration;

use super::profiles::LiveProfiles;
use crate::domain::clock::Clock;
use crate::oidc::expires_soon;
use crate::web::gateway::Gateway;

/// Between two looks at the ends of certificates.
const DAY: Duration = Duration::from_hours(24);
/// Between two looks at addresses that have been quiet.
const QUIET: Duration = Duration::from_mins(1);
/// Tells of certificates that end within thirty days, at start and once a day.
pub async fn warn_of_expiry(profiles: Arc<LiveProfiles>, clock: Arc<dyn Clock>) {
    loop {
        for profile in profiles.current.load_full().serving() {
            let ending = expires_soon(profile, clock.now()).await;
            for certificate in ending.into_iter().flatten() {
                tracing::warn!(
                    profile.id = %profile.id,
                    file = %certificate.file.display(),
                    not_after = %certificate.not_after,
                    "a client certificate ends soon"
                );
            }
        }
        tokio::time::sleep(DAY).await;
    }
}

/// Keeps the rate limiter small.
pub async fn forget_quiet_addresses(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(QUIET).await;
        gateway.forget_quiet_addresses();
    }
}
