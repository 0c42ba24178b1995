//! One profile file as it was read, before files are compared with one another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::content_hash::ContentHash;
use crate::config::profile::conversion::{Converted, convert};
use crate::config::profile::profile_reader::ReadContext;
use crate::config::report::problem::{Position, Problem, source_name};
use crate::config::text_file::{FileFault, read_bounded};
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::public_url::PublicUrl;

/// Bytes. A profile is a page of text.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Ids that would be mistaken for addresses or words of gatehouse.
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

/// One profile file as it was read.
pub(super) struct Candidate {
    pub(super) file: PathBuf,
    /// The profile's id, when the file's name is one.
    pub(super) id: Option<ProfileId>,
    pub(super) profile: Option<Profile>,
    pub(super) public_url: Option<PublicUrl>,
    pub(super) public_url_position: Option<Position>,
    pub(super) hosts: Vec<PublicUrl>,
    pub(super) hosts_position: Option<Position>,
    pub(super) problems: Vec<Problem>,
    /// The hash of the file's content; `None` when the file could not be read.
    pub(super) content: Option<ContentHash>,
    /// The files that the profile names, with the hashes of their contents.
    pub(super) named_files: BTreeMap<PathBuf, Option<ContentHash>>,
    /// The hash of the file and of all files that it names.
    pub(super) version: Option<ContentHash>,
}

impl Candidate {
    /// Reads a profile file and everything that it names. A file without a usable name is read too, so that all its
    /// problems stand in one report.
    pub(super) fn read(file: &Path, context: ReadContext<'_>) -> Self {
        let mut candidate = Self {
            file: file.to_owned(),
            id: None,
            profile: None,
            public_url: None,
            public_url_position: None,
            hosts: Vec::new(),
            hosts_position: None,
            problems: Vec::new(),
            content: None,
            named_files: BTreeMap::new(),
            version: None,
        };
        candidate.id = id_of(file, &mut candidate.problems);
        let bytes = read_bounded(file, LARGEST_FILE);
        candidate.content = bytes.as_ref().ok().map(|bytes| ContentHash::of(bytes));
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| FileFault::NotText));
        let text = match text {
            Ok(text) => text,
            Err(fault) => {
                let what = fault.to_string();
                let right = "a text file in TOML that gatehouse may read";
                candidate
                    .problems
                    .push(Problem::of(candidate.name(), what, right));
                return candidate;
            }
        };
        let stand_in = || ProfileId::parse("unnamed");
        let Some(id) = candidate.id.clone().or_else(stand_in) else {
            return candidate;
        };
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        let converted = convert(&id, &candidate.name(), &text, folder, context);
        candidate.take(converted, &text);
        candidate
    }

    fn take(&mut self, converted: Converted, text: &str) {
        let mut version = Vec::from(ContentHash::of(text.as_bytes()).bytes());
        for path in converted.named_files {
            let held = converted.held_contents.get(&path).copied();
            let hash = held.unwrap_or_else(|| {
                let bytes = read_bounded(&path, LARGEST_FILE).ok()?;
                Some(ContentHash::of(&bytes))
            });
            version.extend(ContentHash::of(path.as_os_str().as_encoded_bytes()).bytes());
            version.extend(hash.map_or([0; 32], ContentHash::bytes));
            self.named_files.insert(path, hash);
        }
        self.version = Some(ContentHash::of(&version));
        self.problems.extend(converted.problems);
        self.profile = converted.profile.filter(|_| self.id.is_some());
        self.public_url = converted.public_url;
        self.public_url_position = converted.public_url_position;
        self.hosts = converted.hosts;
        self.hosts_position = converted.hosts_position;
    }

    /// The name of the file in reports.
    pub(super) fn name(&self) -> String {
        source_name(&self.file)
    }
}

/// Whether an id is reserved: it would be mistaken for an address or a word of gatehouse.
pub fn is_reserved(id: &ProfileId) -> bool {
    RESERVED_IDS.contains(&id.as_str())
}

/// The profile id that the name of a file gives.
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
