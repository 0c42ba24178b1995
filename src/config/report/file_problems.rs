//! FileProblems: the faults of a file, each with its place and, where no secret can stand in it, its line.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::report::problem::{Excerpt, Position, Problem};

/// Keys whose values, or parts of them, are secrets: lines with them are never shown.
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

/// The faults of a file while its written shape is turned into domain values.
#[derive(Debug)]
pub struct FileProblems<'t> {
    pub(in crate::config) name: String,
    pub(in crate::config) text: &'t str,
    pub(in crate::config) problems: Vec<Problem>,
    /// Keys that were there and faulty, or were probably meant: they are not reported as missing too.
    pub(in crate::config) faulty: BTreeSet<String>,
}

impl FileProblems<'_> {
    /// Line and column of a span.
    pub fn position_of(&self, span: &Range<usize>) -> Position {
        position(self.text, span.start)
    }

    /// A fault at a place of the file. The line is shown unless the key is a secret's.
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

    /// The same as a warning.
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

    /// A key that must be there and is not; silent when it was there with a fault of its own.
    pub fn missing(&mut self, key: &str, right: impl Into<String>) {
        if !self.was_faulty(key) {
            let problem = Problem::of(self.name.clone(), "is missing", right).about(key);
            self.problems.push(problem);
        }
    }

    /// A list without items: a list has no place of its own in the written shape.
    pub fn empty_list(&mut self, key: &str, right: impl Into<String>) {
        let problem = Problem::of(self.name.clone(), "is an empty list", right).about(key);
        self.problems.push(problem);
    }

    /// Whether the key, or one below it, was there with a fault.
    pub fn was_faulty(&self, key: &str) -> bool {
        self.faulty.iter().any(|faulty| is_below(faulty, key))
    }

    /// Whether the key, or one below it, is in the report already.
    pub fn mentions(&self, key: &str) -> bool {
        self.was_faulty(key) || self.problems.iter().any(|found| is_below(&found.key, key))
    }

    /// Whether nothing found so far stops the file from being used.
    pub fn is_clean(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }

    /// Everything found.
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

/// Whether `key` is `ancestor` or stands below it.
fn is_below(key: &str, ancestor: &str) -> bool {
    key.strip_prefix(ancestor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Line and column of a byte offset.
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

/// The line of a span that lies within one line of bearable length.
fn excerpt(text: &str, span: &Range<usize>) -> Option<Excerpt> {
    let start = text
        .get(..span.start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    let inside = span.end <= start + line.len() && line.len() <= 300;
    // An address may hold a password before its @.
    let hidden = line.contains("://") && line.contains('@');
    (inside && !hidden && !line.chars().any(char::is_control)).then(|| Excerpt {
        text: line.to_owned(),
        start: span.start - start,
        length: span.len(),
    })
}
