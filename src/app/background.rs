//! What runs beside requests: migration when the store comes, sweeping, watching the profiles folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::profiles::LiveProfiles;
use crate::web::gateway::Gateway;

/// Between two sweeps of expired rows.
const SWEEP: Duration = Duration::from_secs(60);
/// Between two tries to reach a store that is not there yet.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// Files that change together are read together: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(20);
/// Backstop where the system tells of no changes, such as network file systems.
const POLL: Duration = Duration::from_secs(10);

/// Brings the store's schema up to date as soon as the store is there, then sweeps.
pub async fn tend_store(gateway: Arc<Gateway>) {
    let mut told = false;
    while let Err(error) = gateway.gate.store.ensure_migrated().await {
        if !told {
            tracing::error!(target: "gatehouse", error = %error, "the store is not ready; trying until it is");
            told = true;
        }
        tokio::time::sleep(STORE_RETRY).await;
    }
    if told {
        tracing::info!(target: "gatehouse", "the store is ready");
    }
    loop {
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = gateway.gate.store.sweep(gateway.gate.now()).await {
            tracing::warn!(target: "gatehouse", error = %error, "expired rows were not swept");
        }
        gateway.forget_quiet_addresses();
    }
}

/// Reloads profiles when their folder changes and on SIGHUP.
pub async fn watch_profiles(profiles: Arc<LiveProfiles>) {
    let (tell, mut changed) = mpsc::channel::<()>(1);
    let watcher = watch(profiles.folder(), tell);
    if let Err(error) = &watcher {
        tracing::warn!(target: "gatehouse", error = %error, "the profiles folder is not watched; it is read every ten seconds");
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
        if let Err(problem) = profiles.reload() {
            tracing::error!(target: "gatehouse", problem = %problem, "the profiles folder cannot be read; the last good profiles stay");
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
