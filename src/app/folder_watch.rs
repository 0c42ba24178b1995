//! The profiles folder is watched: changes are noticed, waited for until they are whole, and read.
//!
//! What a change means for what is served is decided in [`crate::app::live_profiles`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::app::live_profiles::LiveProfiles;
use crate::web::app_state::AppState;

/// Files that change together are read together: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(20);
/// A file that is being written is read when its writer closes it, or after this time: half a file can be a good one
/// that lets everybody in.
const WRITING: Duration = Duration::from_secs(1);
/// Backstop where the system tells of no changes, such as network file systems.
const POLL: Duration = Duration::from_secs(10);

/// Reloads profiles when their folder changes and when they are asked to look again.
pub async fn watch_profiles(profiles: Arc<LiveProfiles>, app: Arc<AppState>) {
    let mut watch = Watch::of(profiles.folder(), Arc::clone(&profiles.news));
    // What changed between the first reading and the first watch was told to nobody.
    profiles.news.ring();
    loop {
        // A time that runs out is a reason to look, too.
        let _ = timeout(POLL, profiles.news.told()).await;
        profiles.news.settled().await;
        watch.follow();
        let since = profiles.news.take();
        let reading = Arc::clone(&profiles);
        // A thousand files take a while to read; requests do not wait for that.
        match tokio::task::spawn_blocking(move || reading.reload()).await {
            Ok(Ok(true)) => tell_time(since),
            Ok(Ok(false)) | Err(_) => {}
            Ok(Err(error)) => {
                tracing::error!(error = %error, "the profiles folder cannot be read; the last good profiles stay");
            }
        }
        let serving = profiles.current.load_full();
        app.services.authorities.keep_only(serving.serving());
    }
}

/// From the first word of a change until every new request sees it.
fn tell_time(since: Option<Instant>) {
    let Some(took) = since.map(|since| since.elapsed()) else {
        return;
    };
    metrics::histogram!("gatehouse_profile_reload_seconds").record(took.as_secs_f64());
    tracing::info!(took_ms = took.as_millis(), "profiles were reloaded");
}

/// What is known of changes that were not read yet.
#[derive(Debug, Default)]
pub struct News {
    bell: Notify,
    noted: Mutex<Noted>,
    /// Files that profiles name, such as secrets.
    named: Mutex<BTreeSet<PathBuf>>,
}

#[derive(Debug, Default)]
struct Noted {
    /// When the first of them was told.
    since: Option<Instant>,
    /// Files that are being written, and since when.
    writing: BTreeMap<PathBuf, Instant>,
}

impl News {
    /// Asks for a reading.
    pub fn ring(&self) {
        self.noted().since.get_or_insert_with(Instant::now);
        self.bell.notify_one();
    }

    async fn told(&self) {
        self.bell.notified().await;
    }

    /// Waits until files have settled and nobody is writing one.
    async fn settled(&self) {
        sleep(SETTLE).await;
        while let Some(until) = self.written_at_the_latest() {
            tokio::select! {
                () = self.told() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    fn written_at_the_latest(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut noted = self.noted();
        noted.writing.retain(|_, since| *since + WRITING > now);
        noted.writing.values().max().map(|since| *since + WRITING)
    }

    fn take(&self) -> Option<Instant> {
        self.noted().since.take()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files that profiles name from now on.
    pub fn name<'a>(&self, files: impl Iterator<Item = &'a PathBuf>) {
        let absolute = |file: &PathBuf| std::path::absolute(file).unwrap_or_else(|_| file.clone());
        *self.named.lock().unwrap_or_else(PoisonError::into_inner) = files.map(absolute).collect();
    }

    /// Profiles, files that they name, and links or folders that may lead to either. A log file that grows beside them
    /// is no news, or its own lines about it would never end.
    fn concerns(&self, path: &Path) -> bool {
        is_profile(path)
            || self
                .named
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(path)
            || path.symlink_metadata().is_ok_and(|there| !there.is_file())
    }

    /// Takes in what the system says of `folder`.
    fn hear(&self, folder: &Path, event: &Event) {
        let ours = |path: &&PathBuf| path.starts_with(folder) && self.concerns(path);
        for path in event.paths.iter().filter(ours) {
            match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write))
                | EventKind::Modify(ModifyKind::Name(_))
                | EventKind::Remove(_) => {
                    self.noted().writing.remove(path);
                }
                EventKind::Access(_) => continue,
                EventKind::Modify(ModifyKind::Data(_)) if closes_are_told(path) => {
                    self.is_being_written(path);
                }
                EventKind::Create(CreateKind::File)
                    if closes_are_told(path) && is_new_file(path) =>
                {
                    self.is_being_written(path);
                }
                _ => {}
            }
            self.ring();
        }
    }

    fn is_being_written(&self, path: &Path) {
        let mut noted = self.noted();
        noted
            .writing
            .entry(path.to_owned())
            .or_insert_with(Instant::now);
    }
}

/// Only Linux says when a writer has closed a file. Other files than profiles may be open for ever.
fn closes_are_told(path: &Path) -> bool {
    cfg!(target_os = "linux") && is_profile(path)
}

fn is_profile(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "toml")
}

/// A link, symbolic or not, is made whole and never closed.
fn is_new_file(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.symlink_metadata()
        .is_ok_and(|file| file.is_file() && file.nlink() == 1)
}

/// A folder on its file system: path, device and inode. Another folder that is moved to the same path is another place.
type Place = (PathBuf, u64, u64);

fn place(folder: &Path) -> Option<Place> {
    use std::os::unix::fs::MetadataExt as _;
    let path = std::fs::canonicalize(folder).ok()?;
    let data = path.metadata().ok()?;
    Some((path, data.dev(), data.ino()))
}

/// Watches the folder, not its files: a file that is renamed into place, or a link that is swapped, is seen. Watches
/// where the folder lies, too, because it may be a link itself.
struct Watch {
    folder: PathBuf,
    /// What the folder's name stood for when it was watched.
    stood_for: Option<Place>,
    news: Arc<News>,
    watcher: Option<notify::RecommendedWatcher>,
}

impl Watch {
    fn of(folder: &Path, news: Arc<News>) -> Self {
        let mut watch = Self {
            // As the system tells of changes, whatever the setting's text is relative to.
            folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
            stood_for: None,
            news,
            watcher: None,
        };
        watch.follow();
        watch
    }

    /// Watches the folder that the name stands for now.
    fn follow(&mut self) {
        let stands_for = place(&self.folder);
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
                self.stood_for = Some(Place::default());
            }
        }
    }

    fn watcher(&self) -> notify::Result<notify::RecommendedWatcher> {
        let (news, folder) = (Arc::clone(&self.news), self.folder.clone());
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                if let Ok(event) = event {
                    news.hear(&folder, &event);
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

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, RenameMode};

    fn is_news(news: &News, folder: &Path, name: &str, kind: EventKind) -> bool {
        news.hear(folder, &Event::new(kind).add_path(folder.join(name)));
        news.take().is_some()
    }

    #[test]
    fn a_log_file_that_grows_beside_profiles_and_secrets_is_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["gatehouse.log", "secret", "staff.toml"] {
            std::fs::write(folder.join(name), "text").unwrap();
        }
        std::os::unix::fs::symlink(folder, folder.join("..data")).unwrap();
        let news = News::default();
        news.name([folder.join("secret")].iter());
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for kind in [written, closed] {
            assert!(!is_news(&news, folder, "gatehouse.log", kind));
            assert!(is_news(&news, folder, "secret", kind));
            assert!(is_news(&news, folder, "staff.toml", kind));
        }
        let swapped = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert!(
            is_news(&news, folder, "..data", swapped),
            "as Kubernetes does"
        );
        let gone = EventKind::Remove(notify::event::RemoveKind::File);
        assert!(is_news(&news, folder, "old.toml", gone));
    }
}
