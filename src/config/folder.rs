//! The profiles folder: every file of it, read at one moment.
//!
//! A pure function of the folder and the context, so that a reload is the same call again. One bad file never
//! takes a good one with it. Watching, and when to read again, is not decided here.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use crate::config::conflicts;
use crate::config::profile::conversion::convert;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::report::problem::{Position, Problem, in_order, source_name};
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::profiles::Profiles;
use crate::domain::public_url::PublicUrl;

/// Bytes; a profile is a page of text.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Ids that would be mistaken for our own addresses or words.
const RESERVED_IDS: [&str; 17] = [
    "health",
    "healthz",
    "livez",
    "readyz",
    "metrics",
    "static",
    "assets",
    "sign-in",
    "sign-out",
    "login",
    "logout",
    "callback",
    "well-known",
    "admin",
    "auth",
    "api",
    "all",
];

/// SHA-256 of a file's content: tells an edited file from a touched one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of a content.
    pub fn of(content: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let hash = digest(&SHA256, content);
        for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = self.0.iter().take(6);
        head.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A file that cannot be used.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// The profile's id, when the file's name is one.
    pub id: Option<ProfileId>,
    /// Its address, when that could be read: it answers 503.
    pub public_url: Option<PublicUrl>,
    /// Why.
    pub problems: Vec<Problem>,
}

/// Everything that a folder held at one moment.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Profiles that can serve, by id.
    pub profiles: Vec<Arc<Profile>>,
    /// Files that cannot be used.
    pub broken: Vec<Broken>,
    /// What is doubtful about the good ones.
    pub warnings: Vec<Problem>,
    /// The profile files with their contents' hashes; none for a file that could not be read.
    pub profile_files: BTreeMap<PathBuf, Option<ContentHash>>,
    /// Secrets and certificates that profiles name, likewise.
    pub watched_files: BTreeMap<PathBuf, Option<ContentHash>>,
    /// For each profile the hash of its file and of all that it names: two versions that are the same read the same.
    pub versions: BTreeMap<ProfileId, ContentHash>,
}

/// Why a folder could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("the profiles folder {path:?} cannot be read: {source}")]
pub struct FolderError {
    /// The folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Profiles after a reload.
#[derive(Debug)]
pub struct Settled {
    /// What serves from now on.
    pub profiles: Profiles,
    /// Profiles whose file is broken and whose last good version goes on.
    pub kept: Vec<ProfileId>,
}

/// One file with its fate, before files are compared with one another.
pub(super) struct Candidate {
    pub(super) file: PathBuf,
    pub(super) id: Option<ProfileId>,
    pub(super) profile: Option<Profile>,
    pub(super) public_url: Option<PublicUrl>,
    pub(super) public_url_position: Option<Position>,
    pub(super) problems: Vec<Problem>,
}

impl Candidate {
    pub(super) fn name(&self) -> String {
        source_name(&self.file)
    }
}

/// Reads every profile of a folder: files that end in `.toml` and do not begin with a dot, links followed,
/// subfolders left alone.
///
/// # Errors
/// The folder is missing or cannot be read.
pub fn load_folder(folder: &Path, context: ReadContext<'_>) -> Result<Loaded, FolderError> {
    let failed = |source| FolderError {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy());
        let profile = name.is_some_and(|name| name.ends_with(".toml") && !name.starts_with('.'));
        if profile && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(load_files(&files, context))
}

/// Reads these files, whatever folders they are in.
pub fn load_files(files: &[PathBuf], context: ReadContext<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut candidates: Vec<Candidate> = files
        .iter()
        .map(|file| read(file, context, &mut loaded))
        .collect();
    conflicts::find(&mut candidates);
    for candidate in candidates {
        let Candidate {
            file,
            id,
            profile,
            public_url,
            problems,
            ..
        } = candidate;
        match profile {
            Some(profile) if !problems.iter().any(Problem::is_error) => {
                loaded.profiles.push(Arc::new(profile));
                loaded.warnings.extend(problems);
            }
            _ => loaded.broken.push(Broken {
                file,
                id,
                public_url,
                problems,
            }),
        }
    }
    loaded
        .profiles
        .sort_by(|left, right| left.id.cmp(&right.id));
    loaded
}

fn read(file: &Path, context: ReadContext<'_>, loaded: &mut Loaded) -> Candidate {
    let mut candidate = Candidate {
        file: file.to_owned(),
        id: None,
        profile: None,
        public_url: None,
        public_url_position: None,
        problems: Vec::new(),
    };
    let name = candidate.name();
    candidate.id = id_of(file, &mut candidate.problems);
    let bytes = read_limited(file);
    let hash = bytes.as_ref().ok().map(|bytes| ContentHash::of(bytes));
    loaded.profile_files.insert(file.to_owned(), hash);
    let text = bytes
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned()));
    let text = match text {
        Ok(text) => text,
        Err(what) => {
            let right = "a text file in TOML that gatehouse may read";
            candidate.problems.push(Problem::of(name, what, right));
            return candidate;
        }
    };
    // A file without a good name is still read: all its faults belong into one report.
    let stand_in = || ProfileId::parse("unnamed");
    let Some(id) = candidate.id.clone().or_else(stand_in) else {
        return candidate;
    };
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let converted = convert(&id, &name, &text, folder, context);
    let mut version = Vec::from(ContentHash::of(text.as_bytes()).0);
    for path in converted.files {
        let hash = std::fs::read(&path)
            .ok()
            .map(|bytes| ContentHash::of(&bytes));
        version.extend(ContentHash::of(path.as_os_str().as_encoded_bytes()).0);
        version.extend(hash.map_or([0; 32], |hash| hash.0));
        loaded.watched_files.insert(path, hash);
    }
    if let Some(id) = &candidate.id {
        let version = ContentHash::of(&version);
        loaded.versions.insert(id.clone(), version);
    }
    candidate.problems.extend(converted.problems);
    candidate.profile = converted.profile.filter(|_| candidate.id.is_some());
    candidate.public_url = converted.public_url;
    candidate.public_url_position = converted.public_url_position;
    candidate
}

fn read_limited(file: &Path) -> Result<Vec<u8>, String> {
    let said = |fault: io::Error| match fault.kind() {
        io::ErrorKind::NotFound => "is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        kind => format!("cannot be read: {kind}"),
    };
    let size = std::fs::metadata(file).map_err(said)?.len();
    if size > LARGEST_FILE {
        return Err("is larger than 1 MB".to_owned());
    }
    std::fs::read(file).map_err(said)
}

/// Whether no profile may have this id.
pub fn is_reserved(id: &ProfileId) -> bool {
    RESERVED_IDS.contains(&id.as_str())
}

/// The id that a file's name gives.
fn id_of(file: &Path, problems: &mut Vec<Problem>) -> Option<ProfileId> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let source = source_name(file);
    let id = ProfileId::parse(&stem);
    if id.is_none() {
        problems.push(Problem::of(
            source,
            "the file's name is not a profile id",
            "lower-case letters, digits and hyphens, at most 63, before .toml",
        ));
    } else if id.as_ref().is_some_and(is_reserved) {
        let what = format!("{stem:?} is a reserved name");
        problems.push(Problem::of(source, what, "another name for the file"));
        return None;
    }
    id
}

impl Loaded {
    /// Every problem of every file once, in the order of a report; warnings among them.
    pub fn problems(&self) -> Vec<Problem> {
        let broken = self.broken.iter().flat_map(|broken| &broken.problems);
        let mut all: Vec<_> = broken.chain(&self.warnings).cloned().collect();
        in_order(&mut all);
        all
    }

    /// Puts these profiles in the place of `previous` ones: a broken file keeps its last good version, unless
    /// another profile has taken its address; a file that is gone takes its profile with it.
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
            let mut taken = serving.iter().map(|profile| &profile.public_url);
            if !taken.any(|url| same_address(url, &last_good.public_url)) {
                serving.push(Arc::clone(last_good));
                kept.push(id.clone());
            }
        }
        serving.sort_by(|left, right| left.id.cmp(&right.id));
        let answering: Vec<_> = serving.iter().map(|profile| &profile.public_url).collect();
        let mut closed: Vec<(ProfileId, PublicUrl)> = Vec::new();
        for broken in &self.broken {
            let (Some(id), Some(url)) = (&broken.id, &broken.public_url) else {
                continue;
            };
            let free = !answering.iter().any(|other| same_address(other, url))
                && !closed.iter().any(|(_, other)| same_address(other, url));
            if free && !kept.contains(id) {
                closed.push((id.clone(), url.clone()));
            }
        }
        Settled {
            profiles: Profiles::new(serving, closed),
            kept,
        }
    }
}

/// Whether two profiles would answer the same requests: the scheme does not tell them apart.
pub(super) fn same_address(left: &PublicUrl, right: &PublicUrl) -> bool {
    left.authority() == right.authority() && left.prefix() == right.prefix()
}
