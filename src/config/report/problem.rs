//! Problem: one fault in a file, a variable or a flag, with its place and what would be right.
//!
//! Owns no rule about what a fault is; every text in here may be shown to anybody who may read the log, so no
//! secret is ever put into one.

use std::path::Path;

use serde::Serialize;

/// Whether a problem stops what it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can be used, but probably not as meant.
    Warning,
}

/// A place in a text file, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The line that a problem is about, for terminals. Only lines that cannot hold a secret are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its end.
    pub text: String,
    /// Byte offset in `text` at which the fault begins.
    pub start: usize,
    /// Bytes that belong to the fault.
    pub length: usize,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it stops what it was found in.
    pub severity: Severity,
    /// The file, or what else the fault stands in: `the environment`, `--listen`.
    pub file: String,
    /// Where in the file, when it is a text file.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The key, dotted: `api[0].endpoint`. Empty when the fault is about the file as a whole.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub right: String,
    /// The line, when it may be shown.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Problem {
    /// An error about a whole file or another source.
    pub fn of(
        source: impl Into<String>,
        what: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            file: source.into(),
            position: None,
            key: String::new(),
            what: what.into(),
            right: right.into(),
            excerpt: None,
        }
    }

    /// The same about one key.
    #[must_use]
    pub fn about(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// The same as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Whether it stops what it was found in.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How a path is named in problems.
pub fn source_name(path: &Path) -> String {
    path.display().to_string()
}

/// The order of a report: by file, by place, then by key.
pub fn in_order(problems: &mut Vec<Problem>) {
    problems.sort_by(|left, right| {
        let order = |problem: &Problem| (problem.position, problem.severity);
        (&left.file, order(left), &left.key, &left.what).cmp(&(
            &right.file,
            order(right),
            &right.key,
            &right.what,
        ))
    });
    problems.dedup();
}

impl std::fmt::Display for Problem {
    /// One line: place, key, fault and remedy.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(position) = self.position {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; right would be: {}", self.what, self.right)
    }
}
