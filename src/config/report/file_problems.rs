//! The problems of one file, each with its position and, unless the line may contain a secret, its line.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::report::problem::{Excerpt, Position, Problem};

/// Keys whose values may contain secrets. Lines with these keys are never shown.
const SECRET_KEYS: [&str; 8] = [
    "client_secret",
    "client_secret_next",
    "client_certificate",
    "client_assertion",
    "keys",
    "keys_file",
    "database_url",
    "database_url_file",
];

/// The problems of a file that were found so far.
#[derive(Debug)]
pub struct FileProblems<'t> {
    pub(in crate::config) name: String,
    pub(in crate::config) text: &'t str,
    pub(in crate::config) problems: Vec<Problem>,
    /// Keys that were faulty or misspelt. They are not reported as missing as well.
    pub(in crate::config) faulty: BTreeSet<String>,
}

impl FileProblems<'_> {
    /// The line and column of a span.
    pub fn position_of(&self, span: &Range<usize>) -> Position {
        position(self.text, span.start)
    }

    /// Adds an error. The line is shown unless the key is a secret.
    pub fn error(
        &mut self,
        key: &str,
        span: &Range<usize>,
        what: impl Into<String>,
        right: impl Into<String>,
    ) {
        let problem = self.located(key, span, what, right);
        self.problems.push(problem);
    }

    /// Adds a warning.
    pub fn warning(
        &mut self,
        key: &str,
        span: &Range<usize>,
        what: impl Into<String>,
        right: impl Into<String>,
    ) {
        let problem = self.located(key, span, what, right).as_warning();
        self.problems.push(problem);
    }

    /// Adds a problem of another file that this one names.
    pub fn of_named_file(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds the error of a missing key, unless the key was faulty or misspelt.
    pub fn missing(&mut self, key: &str, right: impl Into<String>) {
        if !self.was_faulty(key) {
            let problem = Problem::of(self.name.clone(), "is missing", right).about(key);
            self.problems.push(problem);
        }
    }

    /// Adds the error of an empty list. A list has no position in the written shape.
    pub fn empty_list(&mut self, key: &str, right: impl Into<String>) {
        let problem = Problem::of(self.name.clone(), "is an empty list", right).about(key);
        self.problems.push(problem);
    }

    /// Whether the key, or a key below it, was faulty or misspelt.
    pub fn was_faulty(&self, key: &str) -> bool {
        self.faulty.iter().any(|faulty| is_below(faulty, key))
    }

    /// Whether the report has a problem of the key or of a key below it.
    pub fn mentions(&self, key: &str) -> bool {
        self.was_faulty(key) || self.problems.iter().any(|found| is_below(&found.key, key))
    }

    /// Whether no error was found so far.
    pub fn is_clean(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }

    /// All problems.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn located(
        &self,
        key: &str,
        span: &Range<usize>,
        what: impl Into<String>,
        right: impl Into<String>,
    ) -> Problem {
        let mut problem = Problem::of(self.name.clone(), what, right).about(key);
        problem.position = Some(position(self.text, span.start));
        let root = key.split(['.', '[']).next().unwrap_or_default();
        if !SECRET_KEYS.contains(&root) {
            problem.excerpt = excerpt(self.text, span);
        }
        problem
    }
}

/// Whether `key` is `ancestor` or below it.
fn is_below(key: &str, ancestor: &str) -> bool {
    key.strip_prefix(ancestor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The line and column of a byte offset.
pub fn position(text: &str, offset: usize) -> Position {
    let head: String = text
        .char_indices()
        .take_while(|(at, _)| *at < offset)
        .map(|(_, letter)| letter)
        .collect();
    let line_start = head.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: head.matches('\n').count() + 1,
        column: head
            .get(line_start..)
            .map_or(0, |line| line.chars().count())
            + 1,
    }
}

/// The line of a span, if the span is within one line that is not too long.
fn excerpt(text: &str, span: &Range<usize>) -> Option<Excerpt> {
    let start = text
        .get(..span.start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    let inside = span.end <= start + line.len() && line.len() <= 300;
    // An address may contain a password before its @.
    let hidden = line.contains("://") && line.contains('@');
    (inside && !hidden && !line.chars().any(char::is_control)).then(|| Excerpt {
        text: line.to_owned(),
        start: span.start - start,
        length: span.len(),
    })
}
