//! The reader of one profile file: its context, and the problems found so far.
//!
//! The methods that read the parts of a profile stand in one file for each part.

use std::path::{Path, PathBuf};

use crate::config::report::file_problems::FileProblems;
use crate::config::trust_boundary::TrustBoundary;
use crate::domain::profile::{ProfileId, SessionLimits};

/// What a profile is read against besides its own file.
#[derive(Clone, Copy)]
pub struct ReadContext<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The session limits of a profile without a `[session]` table.
    pub session: SessionLimits,
    /// What no profile may use.
    pub boundary: &'a TrustBoundary,
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
}
