//! Finds out which of the watched sessions have ended.
//!
//! One task asks for all of them, twice a second, from the session cache: an end on another replica has invalidated the
//! entry there. What is unknown ends nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::profile::{Profile, ProfileId};
use crate::flow::services::Services;
use crate::flow::session_check::{Use, check};

/// How often all of them are looked at. An end holds on every replica within a second.
const LOOK: Duration = Duration::from_millis(400);

/// Looks at all of them, as long as the process lives. `profile` is the profile as it is now.
pub async fn watch(
    services: Arc<Services>,
    profile: impl Fn(&ProfileId) -> Option<Arc<Profile>> + Send + Sync,
) {
    loop {
        tokio::time::sleep(LOOK).await;
        for (id, hash, handle) in services.session_watch.open() {
            let ended = match profile(&id) {
                None => true,
                Some(profile) => {
                    let known = check(&services, &profile, Some(&handle), Use::Peek).await;
                    matches!(known, Ok(None))
                }
            };
            if ended {
                services.session_watch.end(&(id, hash));
            }
        }
    }
}
