//! Reported changes of the profiles folder: which events count, and when the files that changed are whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{Event, EventKind};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

/// Files that change together are read together: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(20);
/// A file that is being written is read when its writer closes it, or after this time: half a file can be a good one
/// that lets everybody in.
const WRITING: Duration = Duration::from_secs(1);

/// Changes that were reported and not read yet.
#[derive(Debug, Default)]
pub struct ProfileChanges {
    reported: Notify,
    unread: Mutex<Unread>,
    /// Files and folders that profiles name, such as secrets, pictures and templates.
    named: Mutex<BTreeSet<PathBuf>>,
}

#[derive(Debug, Default)]
struct Unread {
    /// When the first of them was reported.
    since: Option<Instant>,
    /// Files that are being written, and since when.
    writing: BTreeMap<PathBuf, Instant>,
}

impl ProfileChanges {
    /// Reports a change: the folder will be read.
    pub fn report(&self) {
        self.unread().since.get_or_insert_with(Instant::now);
        self.reported.notify_one();
    }

    pub(in crate::app) async fn reported(&self) {
        self.reported.notified().await;
    }

    /// Waits until files have settled and nobody is writing one.
    pub(in crate::app) async fn settled(&self) {
        sleep(SETTLE).await;
        while let Some(until) = self.written_at_the_latest() {
            tokio::select! {
                () = self.reported() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    fn written_at_the_latest(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut unread = self.unread();
        unread.writing.retain(|_, since| *since + WRITING > now);
        unread.writing.values().max().map(|since| *since + WRITING)
    }

    pub(in crate::app) fn take(&self) -> Option<Instant> {
        self.unread().since.take()
    }

    fn unread(&self) -> MutexGuard<'_, Unread> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files and folders that profiles name from now on.
    pub(in crate::app) fn name_files<'a>(&self, files: impl Iterator<Item = &'a PathBuf>) {
        let absolute = |file: &PathBuf| std::path::absolute(file).unwrap_or_else(|_| file.clone());
        *self.named() = files.map(absolute).collect();
    }

    /// The folders below `folder` that profiles name, or in which files are that they name.
    pub(in crate::app) fn named_folders(&self, folder: &Path) -> BTreeSet<PathBuf> {
        let named = self.named();
        let folders = named.iter().filter_map(|path| {
            let is_folder = path.is_dir();
            let there = if is_folder { path } else { path.parent()? };
            (there != folder && there.starts_with(folder)).then(|| there.to_owned())
        });
        folders.collect()
    }

    fn named(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Profiles, files that they name, and links or folders that may lead to either. A log file that grows beside them
    /// does not count, or its own lines about the change would never end.
    fn concerns(&self, path: &Path) -> bool {
        let is_named = {
            let named = self.named();
            // A new file in a folder that a profile names counts, too.
            named.contains(path) || path.parent().is_some_and(|folder| named.contains(folder))
        };
        is_profile(path) || is_named || path.symlink_metadata().is_ok_and(|there| !there.is_file())
    }

    /// Takes in an event of the system about `folder`.
    pub(in crate::app) fn take_in(&self, folder: &Path, event: &Event) {
        let ours = |path: &&PathBuf| path.starts_with(folder) && self.concerns(path);
        for path in event.paths.iter().filter(ours) {
            match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write))
                | EventKind::Modify(ModifyKind::Name(_))
                | EventKind::Remove(_) => {
                    self.unread().writing.remove(path);
                }
                EventKind::Access(_) => continue,
                EventKind::Modify(ModifyKind::Data(_)) if closes_are_reported(path) => {
                    self.is_being_written(path);
                }
                EventKind::Create(CreateKind::File)
                    if closes_are_reported(path) && is_new_file(path) =>
                {
                    self.is_being_written(path);
                }
                _ => {}
            }
            self.report();
        }
    }

    fn is_being_written(&self, path: &Path) {
        let mut unread = self.unread();
        unread
            .writing
            .entry(path.to_owned())
            .or_insert_with(Instant::now);
    }
}

/// Only Linux says when a writer has closed a file. Other files than profiles may be open for ever.
fn closes_are_reported(path: &Path) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, RenameMode};

    fn counts(changes: &ProfileChanges, folder: &Path, name: &str, kind: EventKind) -> bool {
        changes.take_in(folder, &Event::new(kind).add_path(folder.join(name)));
        changes.take().is_some()
    }

    #[test]
    fn a_log_file_that_grows_beside_profiles_and_secrets_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["gatehouse.log", "secret", "staff.toml"] {
            std::fs::write(folder.join(name), "text").unwrap();
        }
        std::os::unix::fs::symlink(folder, folder.join("..data")).unwrap();
        let changes = ProfileChanges::default();
        changes.name_files([folder.join("secret")].iter());
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for kind in [written, closed] {
            assert!(!counts(&changes, folder, "gatehouse.log", kind));
            assert!(counts(&changes, folder, "secret", kind));
            assert!(counts(&changes, folder, "staff.toml", kind));
        }
        let swapped = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert!(
            counts(&changes, folder, "..data", swapped),
            "as Kubernetes does"
        );
        let gone = EventKind::Remove(notify::event::RemoveKind::File);
        assert!(counts(&changes, folder, "old.toml", gone));
    }
}
