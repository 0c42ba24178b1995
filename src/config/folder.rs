//! The profiles folder: all its files, read at one moment.
//!
//! The result depends on the folder and the context alone, so a reload is the same call again. A broken file never
//! affects another file. This module does not watch the folder and does not decide when to read it again.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::candidate::Candidate;
use crate::config::conflicts;
use crate::config::content_hash::ContentHash;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::report::problem::{Problem, in_order};
use crate::config::unread_files;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::profiles::Profiles;
use crate::domain::public_url::PublicUrl;

/// A file that cannot be used.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// The profile's id, when the file's name is one.
    pub id: Option<ProfileId>,
    /// Its address, if the address could be read. Requests for it are answered with 503.
    pub public_url: Option<PublicUrl>,
    /// Its further hosts, as far as they could be read; answered likewise.
    pub hosts: Vec<PublicUrl>,
    /// Why the file cannot be used.
    pub problems: Vec<Problem>,
}

/// Everything that a folder held at one moment.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Profiles that can serve, ordered by id.
    pub profiles: Vec<Arc<Profile>>,
    /// Files that cannot be used.
    pub broken: Vec<Broken>,
    /// Warnings about the profiles that can serve, and about files that are not read.
    pub warnings: Vec<Problem>,
    /// The profile files with the hashes of their contents; `None` for a file that could not be read.
    pub profile_files: BTreeMap<PathBuf, Option<ContentHash>>,
    /// The files that profiles name (secrets, certificates), with the hashes of their contents.
    pub watched_files: BTreeMap<PathBuf, Option<ContentHash>>,
    /// For each profile the hash of its file and of all files that it names. Equal versions give equal profiles.
    pub versions: BTreeMap<ProfileId, ContentHash>,
}

/// The profiles folder could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("the profiles folder {path:?} cannot be read: {source}")]
pub struct FolderError {
    /// The folder.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

/// Profiles after a reload.
#[derive(Debug)]
pub struct Settled {
    /// The profiles that serve from now on.
    pub profiles: Profiles,
    /// Profiles whose file is broken and whose last good version keeps serving.
    pub kept: Vec<ProfileId>,
}

/// Reads every profile of a folder: the files whose names end in `.toml` and do not begin with a dot. Links are
/// followed, subfolders are not read.
///
/// # Errors
/// The folder is missing or cannot be read.
pub fn load_folder(folder: &Path, context: ReadContext<'_>) -> Result<Loaded, FolderError> {
    let failed = |source| FolderError {
        path: folder.to_owned(),
        source,
    };
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy());
        let profile = name.is_some_and(|name| name.ends_with(".toml") && !name.starts_with('.'));
        if path.is_dir() {
            continue;
        }
        if profile {
            files.push(path);
        } else {
            unread.extend(unread_files::warning(&path));
        }
    }
    files.sort();
    let mut loaded = load_files(&files, context);
    loaded.warnings.extend(unread);
    Ok(loaded)
}

/// Reads these profile files, whatever folders they are in.
pub fn load_files(files: &[PathBuf], context: ReadContext<'_>) -> Loaded {
    let mut candidates: Vec<Candidate> = files
        .iter()
        .map(|file| Candidate::read(file, context))
        .collect();
    conflicts::find(&mut candidates);
    let mut loaded = Loaded::default();
    for candidate in candidates {
        loaded.take(candidate);
    }
    loaded
        .profiles
        .sort_by(|left, right| left.id.cmp(&right.id));
    loaded
}

impl Loaded {
    fn take(&mut self, candidate: Candidate) {
        if let (Some(id), Some(version)) = (&candidate.id, candidate.version) {
            self.versions.insert(id.clone(), version);
        }
        self.profile_files
            .insert(candidate.file.clone(), candidate.content);
        self.watched_files.extend(candidate.named_files);
        match candidate.profile {
            Some(profile) if !candidate.problems.iter().any(Problem::is_error) => {
                self.profiles.push(Arc::new(profile));
                self.warnings.extend(candidate.problems);
            }
            _ => self.broken.push(Broken {
                file: candidate.file,
                id: candidate.id,
                public_url: candidate.public_url,
                hosts: candidate.hosts,
                problems: candidate.problems,
            }),
        }
    }

    /// All problems and warnings of all files, in the order of a report and without repetitions.
    pub fn problems(&self) -> Vec<Problem> {
        let broken = self.broken.iter().flat_map(|broken| &broken.problems);
        let mut all: Vec<_> = broken.chain(&self.warnings).cloned().collect();
        in_order(&mut all);
        all
    }

    /// Decides which profiles serve after a reload. The last good version of a broken file keeps serving, unless another
    /// profile has taken its address. A profile whose file is gone is removed.
    pub fn settle(&self, previous: &Profiles) -> Settled {
        let mut serving = self.profiles.clone();
        let mut kept = Vec::new();
        let before: BTreeMap<_, _> = previous
            .serving()
            .iter()
            .map(|profile| (&profile.id, profile))
            .collect();
        for id in self.broken.iter().filter_map(|broken| broken.id.as_ref()) {
            let Some(last_good) = before.get(id) else {
                continue;
            };
            let is_taken = |url: &PublicUrl| {
                let mut taken = serving.iter().flat_map(|profile| profile.addresses());
                taken.any(|other| other.has_same_address(url))
            };
            if !last_good.addresses().any(is_taken) {
                serving.push(Arc::clone(last_good));
                kept.push(id.clone());
            }
        }
        serving.sort_by(|left, right| left.id.cmp(&right.id));
        let answering: Vec<_> = serving.iter().flat_map(|it| it.addresses()).collect();
        let mut closed: Vec<(ProfileId, PublicUrl)> = Vec::new();
        for broken in &self.broken {
            let Some(id) = broken.id.as_ref().filter(|id| !kept.contains(id)) else {
                continue;
            };
            for url in broken.public_url.iter().chain(&broken.hosts) {
                let free = !answering.iter().any(|other| other.has_same_address(url))
                    && !closed.iter().any(|(_, other)| other.has_same_address(url));
                if free {
                    closed.push((id.clone(), url.clone()));
                }
            }
        }
        Settled {
            profiles: Profiles::new(serving, closed),
            kept,
        }
    }
}
