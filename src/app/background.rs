//! What runs beside requests: watching the profiles folder, forgetting quiet addresses. The store tends itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::profiles::LiveProfiles;
use crate::domain::clock::Clock;
use crate::oidc::expires_soon;
use crate::web::gateway::Gateway;

/// Between two looks at the ends of certificates.
const DAY: Duration = Duration::from_hours(24);
/// Between two looks at addresses that have been quiet.
const QUIET: Duration = Duration::from_mins(1);
/// Files that change together are read together: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(20);
/// Backstop where the system tells of no changes, such as network file systems.
const POLL: Duration = Duration::from_secs(10);

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

/// Reloads profiles when their folder changes and on SIGHUP.
pub async fn watch_profiles(profiles: Arc<LiveProfiles>) {
    let (tell, mut changed) = mpsc::channel::<()>(1);
    let mut watch = Watch::of(profiles.folder(), tell);
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else {
        return;
    };
    loop {
        tokio::select! {
            _ = changed.recv() => {}
            _ = hang_up.recv() => {}
            () = tokio::time::sleep(POLL) => {}
        }
        tokio::time::sleep(SETTLE).await;
        while changed.try_recv().is_ok() {}
        watch.follow();
        let reading = Arc::clone(&profiles);
        // A thousand files take a while to read; requests do not wait for that.
        let read = tokio::task::spawn_blocking(move || reading.reload()).await;
        if let Ok(Err(error)) = read {
            tracing::error!(error = %error, "the profiles folder cannot be read; the last good profiles stay");
        }
    }
}

/// Watches the folder, not its files: a file that is renamed into place, or a link that is swapped, is seen. Watches
/// where the folder lies, too, because it may be a link itself.
struct Watch {
    folder: PathBuf,
    /// What the folder's name stood for when it was watched.
    stood_for: Option<PathBuf>,
    tell: mpsc::Sender<()>,
    watcher: Option<notify::RecommendedWatcher>,
}

impl Watch {
    fn of(folder: &Path, tell: mpsc::Sender<()>) -> Self {
        let mut watch = Self {
            // As the system tells of changes, whatever the setting's text is relative to.
            folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
            stood_for: None,
            tell,
            watcher: None,
        };
        watch.follow();
        watch
    }

    /// Watches the folder that the name stands for now.
    fn follow(&mut self) {
        let stands_for = std::fs::canonicalize(&self.folder).ok();
        if self.watcher.is_some() && stands_for == self.stood_for {
            return;
        }
        match self.watcher() {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.stood_for = stands_for;
            }
            Err(error) => {
                if self.watcher.take().is_some() || self.stood_for.is_none() {
                    tracing::warn!(error = %error, "the profiles folder is not watched; it is read every ten seconds");
                }
                self.stood_for = Some(PathBuf::new());
            }
        }
    }

    fn watcher(&self) -> notify::Result<notify::RecommendedWatcher> {
        let (tell, folder) = (self.tell.clone(), self.folder.clone());
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let ours = |path: &PathBuf| path.starts_with(&folder);
                if event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(ours))
                {
                    // A full channel already holds the news.
                    let _ = tell.try_send(());
                }
            })?;
        watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
        if let Some(parent) = self
            .folder
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            // Without it a swapped folder is seen at the next reading.
            let _ = watcher.watch(parent, RecursiveMode::NonRecursive);
        }
        Ok(watcher)
    }
}
