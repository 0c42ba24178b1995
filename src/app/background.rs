//! What runs beside requests: forgetting quiet addresses. Certificates are watched in [`super::expiry`], the profiles
//! folder in [`super::watch`]; the store tends itself.

use std::sync::Arc;
use std::time::Duration;

use crate::web::gateway::Gateway;

/// Between two looks at addresses that have been quiet.
const QUIET: Duration = Duration::from_mins(1);

/// Keeps the rate limiter small.
pub async fn forget_quiet_addresses(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(QUIET).await;
        gateway.limits.forget_quiet_addresses();
    }
}
