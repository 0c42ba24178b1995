//! `Problem`: an error or warning about a file, a variable or a flag, with its position and what would be right.
//!
//! It does not know what is wrong and what is right. Problems are shown in logs, so no text contains a secret.

use std::path::Path;

use serde::Serialize;

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but probably not as intended.
    Warning,
}

/// A position in a text file. Line and column are counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The line that a problem is about, for terminals. Only a line that cannot contain a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its end.
    pub text: String,
    /// The byte offset in `text` at which the problem begins.
    pub start: usize,
    /// The length of the problem in bytes.
    pub length: usize,
}

/// An error or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How serious the problem is.
    pub severity: Severity,
    /// The source: a file, `the environment` or a flag such as `--listen`.
    pub file: String,
    /// The position in the file.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The dotted key: `api[0].endpoint`. Empty for a problem of the whole file.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub right: String,
    /// The line, if it may be shown.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Problem {
    /// An error about a file or another source.
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

    /// How serious the problem is.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The name of a file in problems.
pub fn source_name(path: &Path) -> String {
    path.display().to_string()
}

/// Sorts problems for a report, by file, position and key, and removes repetitions.
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
    /// One line: position, key, what is wrong and what would be right.
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
