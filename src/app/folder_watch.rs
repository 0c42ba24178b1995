//! Watches the profiles folder, and reloads it after a change.
//!
//! 1. The system reports a change, or ten seconds pass: [`crate::app::profile_changes`] takes it in.
//! 2. The reload waits until no file is being written.
//! 3. If the path now leads to another folder, the watch moves there.
//! 4. The folder is read. What a change means for what is served is decided in [`crate::app::live_profiles`].
//! 5. The state towards authorities of profiles that are gone is dropped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};
use tokio::time::{Instant, timeout};

use crate::app::live_profiles::LiveProfiles;
use crate::app::profile_changes::ProfileChanges;
use crate::oidc::Authorities;

/// How often the folder is read where the system reports no changes, such as on network file systems.
const POLL: Duration = Duration::from_secs(10);

/// Reloads profiles when their folder changes and when they are asked to look again.
pub async fn watch_profiles(profiles: Arc<LiveProfiles>, authorities: Arc<Authorities>) {
    let mut watch = Watch::of(profiles.folder(), Arc::clone(&profiles.changes));
    // Changes between the first reading and the first watch were reported to nobody.
    profiles.changes.report();
    loop {
        // The end of the time-out is a reason to read, too.
        let _ = timeout(POLL, profiles.changes.reported()).await;
        profiles.changes.settled().await;
        watch.follow();
        let since = profiles.changes.take();
        let reading = Arc::clone(&profiles);
        // A thousand files take a while to read; requests do not wait for that.
        match tokio::task::spawn_blocking(move || reading.reload()).await {
            Ok(Ok(true)) => record_time(since),
            Ok(Ok(false)) | Err(_) => {}
            Ok(Err(error)) => {
                tracing::error!(error = %error, "the profiles folder cannot be read; the last good profiles stay");
            }
        }
        watch.follow_below();
        let serving = profiles.current.load_full();
        authorities.keep_only(serving.serving());
    }
}

/// Records how long a reload took: from the first report of a change until every new request sees it.
fn record_time(since: Option<Instant>) {
    let Some(took) = since.map(|since| since.elapsed()) else {
        return;
    };
    metrics::histogram!("gatehouse_profile_reload_seconds").record(took.as_secs_f64());
    tracing::info!(took_ms = took.as_millis(), "profiles were reloaded");
}

/// A folder on its file system: path, device and inode. Another folder that is moved to the same path is another one.
type WatchedFolder = (PathBuf, u64, u64);

fn on_file_system(folder: &Path) -> Option<WatchedFolder> {
    use std::os::unix::fs::MetadataExt as _;
    let path = std::fs::canonicalize(folder).ok()?;
    let data = path.metadata().ok()?;
    Some((path, data.dev(), data.ino()))
}

/// Watches the folder, not its files: a file that is renamed into place, or a link that is swapped, is seen. Watches
/// where the folder lies, too, because it may be a link itself.
struct Watch {
    folder: PathBuf,
    /// The folder that the name stood for when it was watched.
    watched: Option<WatchedFolder>,
    /// Folders below it with files that profiles name.
    below: BTreeMap<PathBuf, WatchedFolder>,
    changes: Arc<ProfileChanges>,
    watcher: Option<notify::RecommendedWatcher>,
}

impl Watch {
    fn of(folder: &Path, changes: Arc<ProfileChanges>) -> Self {
        let mut watch = Self {
            // The system reports absolute paths.
            folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
            watched: None,
            below: BTreeMap::new(),
            changes,
            watcher: None,
        };
        watch.follow();
        watch
    }

    /// Watches the folder that the name stands for now, and the folders below it.
    fn follow(&mut self) {
        self.follow_folder();
        self.follow_below();
    }

    /// Watches the folders below that profiles name by now. A folder that took its place is another one.
    fn follow_below(&mut self) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        let named = self.changes.named_folders(&self.folder);
        self.below.retain(|path, there| {
            let stays = named.contains(path) && on_file_system(path).as_ref() == Some(there);
            if !stays {
                // It may be gone already, and its watch with it.
                let _ = watcher.unwatch(path);
            }
            stays
        });
        for path in named {
            let Some(there) = on_file_system(&path).filter(|_| !self.below.contains_key(&path))
            else {
                continue;
            };
            // Without it a change is seen at the next reading.
            if watcher.watch(&path, RecursiveMode::NonRecursive).is_ok() {
                self.below.insert(path, there);
            }
        }
    }

    fn follow_folder(&mut self) {
        let current = on_file_system(&self.folder);
        if self.watcher.is_some() && current == self.watched {
            return;
        }
        self.below.clear();
        match self.watcher() {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.watched = current;
            }
            Err(error) => {
                if self.watcher.take().is_some() || self.watched.is_none() {
                    tracing::warn!(error = %error, "the profiles folder is not watched; it is read every ten seconds");
                }
                self.watched = Some(WatchedFolder::default());
            }
        }
    }

    fn watcher(&self) -> notify::Result<notify::RecommendedWatcher> {
        let (changes, folder) = (Arc::clone(&self.changes), self.folder.clone());
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                if let Ok(event) = event {
                    changes.take_in(&folder, &event);
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
