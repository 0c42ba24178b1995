//! What runs beside requests: watching the profiles folder, forgetting quiet addresses. The store tends itself.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::profiles::LiveProfiles;
use crate::web::gateway::Gateway;

/// Between two looks at addresses that have been quiet.
const QUIET: Duration = Duration::from_mins(1);
/// Files that change together are read together: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(20);
/// Backstop where the system tells of no changes, such as network file systems.
const POLL: Duration = Duration::from_secs(10);

/// Keeps the rate limiter small.
pub async fn forget_quiet_addresses(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(QUIET).await;
        gateway.forget_quiet_addresses();
    }
}

/// Reloads profiles when their folder changes and on SIGHUP.
pub async fn watch_profiles(profiles: Arc<LiveProfiles>) {
    let (tell, mut changed) = mpsc::channel::<()>(1);
    let watcher = watch(profiles.folder(), tell);
    if let Err(error) = &watcher {
        tracing::warn!(error = %error, "the profiles folder is not watched; it is read every ten seconds");
    }
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            _ = changed.recv(), if watcher.is_ok() => {}
            _ = hang_up.recv() => {}
            () = tokio::time::sleep(POLL) => {}
        }
        tokio::time::sleep(SETTLE).await;
        while changed.try_recv().is_ok() {}
        if let Err(error) = profiles.reload() {
            tracing::error!(error = %error, "the profiles folder cannot be read; the last good profiles stay");
        }
    }
}

/// Watches the folder, not its files: a file that is renamed into place, or a link that is swapped, is seen.
fn watch(folder: &Path, tell: mpsc::Sender<()>) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // A full channel already holds the news.
            let _ = tell.try_send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
