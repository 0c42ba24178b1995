//! The reader of one profile file: its context, and the problems found so far.
//!
//! The methods that read the parts of a profile stand in one file for each part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::content_hash::ContentHash;
use crate::config::report::file_problems::FileProblems;
use crate::config::trust_boundary::TrustBoundary;
use crate::domain::profile::{ProfileId, SessionLimits, TemplateCompiler};

/// What a profile is read against besides its own file.
#[derive(Clone, Copy)]
pub struct ReadContext<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The session limits of a profile without a `[session]` table.
    pub session: SessionLimits,
    /// What no profile may use.
    pub boundary: &'a TrustBoundary,
    /// What judges a profile's own templates.
    pub templates: &'a dyn TemplateCompiler,
}

/// Turns the written shape of one profile file into domain values.
pub(super) struct ProfileReader<'r, 't> {
    pub(super) id: &'r ProfileId,
    /// The problems found so far.
    pub(super) problems: FileProblems<'t>,
    /// The folder that relative paths are relative to.
    pub(super) folder: &'r Path,
    pub(super) context: ReadContext<'r>,
    /// The files that the profile names and that are read again while it serves.
    pub(super) named_files: Vec<PathBuf>,
    /// The contents of those that the profile holds. A file that is being written may have another one a moment later.
    pub(super) held_contents: BTreeMap<PathBuf, Option<ContentHash>>,
}

impl ProfileReader<'_, '_> {
    /// A file that the profile names, and what it held when it was read; `None` if it could not be read.
    pub(super) fn names_file(&mut self, path: &Path, content: Option<&[u8]>) {
        self.named_files.push(path.to_owned());
        self.held_contents
            .insert(path.to_owned(), content.map(ContentHash::of));
    }
}
