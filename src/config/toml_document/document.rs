//! Document: a TOML text read strictly into a written shape, with every fault and its place.
//!
//! serde stops at its first fault. Here the entry at fault is noted, taken out and the rest read again, until the
//! rest is good: so every unknown key and every wrong type of a file stands in one report. Which keys there are,
//! and what they want, comes from the JSON Schema of the shape, so that report, schema and reader cannot differ.
//! Texts of this module never hold a value of the file: it may be a secret.

use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::report::file_problems::{FileProblems, position};
use crate::config::report::nearest::nearest;
use crate::config::report::problem::{Position, Problem};
use crate::config::toml_document::key_path::{Step, dotted};
use crate::config::toml_document::schema::Schema;

/// A text file with the faults found in it so far.
#[derive(Debug)]
pub struct Document<'t> {
    name: String,
    text: &'t str,
    problems: Vec<Problem>,
    /// Keys that were there and faulty, or were probably meant: they are not reported as missing too.
    faulty: BTreeSet<String>,
}

impl<'t> Document<'t> {
    /// A text under the name that reports give it.
    pub fn new(name: impl Into<String>, text: &'t str) -> Self {
        Self {
            name: name.into(),
            text,
            problems: Vec::new(),
            faulty: BTreeSet::new(),
        }
    }

    /// Reads the text as far as it can be read. `None` when it is no TOML at all.
    pub fn read<T: DeserializeOwned + JsonSchema>(&mut self) -> Option<T> {
        let (mut root, faults) = DeTable::parse_recoverable(self.text);
        if !faults.is_empty() {
            for fault in faults {
                self.syntax(&fault);
            }
            return None;
        }
        loop {
            let fault = match T::deserialize(toml::de::Deserializer::from(root.clone())) {
                Ok(read) => return Some(read),
                Err(fault) => fault,
            };
            let Some(entry) = fault.span().and_then(|span| find(root.get_ref(), &span)) else {
                // Without a place there is nothing to take out; the rest stays unread.
                self.whole("cannot be read as a profile or settings file");
                return None;
            };
            self.entry::<T>(&entry, root.get_ref());
            if !take_out(root.get_mut(), &entry.path) {
                return None;
            }
        }
    }

    /// The problems found, and the keys that need not be reported as missing.
    pub fn into_file_problems(self) -> FileProblems<'t> {
        FileProblems {
            name: self.name,
            text: self.text,
            problems: self.problems,
            faulty: self.faulty,
        }
    }

    fn whole(&mut self, what: &str) {
        self.problems.push(Problem::of(
            self.name.clone(),
            what,
            "see docs/profiles.md and docs/settings.md for the keys",
        ));
    }

    /// A syntax fault; its line is not shown because it is not known what stands on it.
    fn syntax(&mut self, fault: &toml::de::Error) {
        let at = fault.span().map_or(0, |span| span.start);
        let mut problem = Problem::of(
            self.name.clone(),
            format!("is not TOML: {}", fault.message()),
            "key = \"text in quotes\", [table], [[list of tables]]; see https://toml.io",
        );
        problem.position = Some(position(self.text, at));
        self.problems.push(problem);
    }

    /// An unknown key or a wrong type.
    fn entry<T: JsonSchema>(&mut self, entry: &TableEntry, root: &DeTable<'_>) {
        let schema = Schema::of::<T>();
        let path = existing(&schema, &entry.path);
        let key = dotted(path);
        let (parent, name) = parent_and_name(path);
        let mut problem = if schema.has(path) {
            let found = value_at(root, path).map_or("something else", kind_of);
            let (wanted, example) = schema.wanted(path);
            self.faulty.insert(key.clone());
            let what = format!("is {found}, but must be {wanted}");
            Problem::of(self.name.clone(), what, format!("such as {example}"))
        } else {
            let known = schema.keys(parent);
            let meant = nearest(name, known.iter().map(String::as_str));
            let right = match meant {
                Some(meant) => {
                    let mut path = parent.to_vec();
                    path.push(Step::Key(meant.to_owned()));
                    self.faulty.insert(dotted(&path));
                    format!("did you mean {meant}?")
                }
                None if known.len() > 12 => "see docs/profiles.md and docs/settings.md".to_owned(),
                None => format!("known here: {}", known.join(", ")),
            };
            Problem::of(self.name.clone(), "is not a known key", right)
        };
        problem.key = key;
        problem.position = Some(position(self.text, entry.span.start));
        self.problems.push(problem);
    }
}

/// An entry at fault.
struct TableEntry {
    path: Vec<Step>,
    span: Range<usize>,
}

/// The path without items of what should not be a list: then the list is the fault.
fn existing<'p>(schema: &Schema, mut path: &'p [Step]) -> &'p [Step] {
    while let Some((Step::Item(_), list)) = path.split_last() {
        if schema.has(path) {
            break;
        }
        path = list;
    }
    path
}

fn parent_and_name(path: &[Step]) -> (&[Step], &str) {
    match path.split_last() {
        Some((Step::Key(name), parent)) => (parent, name),
        _ => (path, ""),
    }
}

/// The smallest entry whose key or value covers `span`.
fn find(table: &DeTable<'_>, span: &Range<usize>) -> Option<TableEntry> {
    let mut best: Option<TableEntry> = None;
    let covers = |whole: &Range<usize>| whole.start <= span.start && span.end <= whole.end;
    visit(table, &mut Vec::new(), &mut |path, key, value| {
        for candidate in [key, value].into_iter().flatten() {
            let smaller = best
                .as_ref()
                .is_none_or(|best| candidate.len() <= best.span.len());
            if covers(&candidate) && smaller {
                best = Some(TableEntry {
                    path: path.to_vec(),
                    span: candidate,
                });
            }
        }
    });
    best
}

type Visitor<'v> = dyn FnMut(&[Step], Option<Range<usize>>, Option<Range<usize>>) + 'v;

fn visit(table: &DeTable<'_>, path: &mut Vec<Step>, see: &mut Visitor<'_>) {
    for (key, value) in table {
        path.push(Step::Key(key.get_ref().to_string()));
        see(path, Some(key.span()), Some(value.span()));
        visit_value(value.get_ref(), path, see);
        path.pop();
    }
}

fn visit_value(value: &DeValue<'_>, path: &mut Vec<Step>, see: &mut Visitor<'_>) {
    match value {
        DeValue::Table(table) => visit(table, path, see),
        DeValue::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(Step::Item(at));
                see(path, None, Some(item.span()));
                visit_value(item.get_ref(), path, see);
                path.pop();
            }
        }
        _ => {}
    }
}

fn value_at<'a, 't>(table: &'a DeTable<'t>, path: &[Step]) -> Option<&'a DeValue<'t>> {
    let (Step::Key(first), rest) = path.split_first()? else {
        return None;
    };
    let mut value: &Spanned<DeValue<'t>> = table.get(first.as_str())?;
    for step in rest {
        value = match (value.get_ref(), step) {
            (DeValue::Table(table), Step::Key(key)) => table.get(key.as_str())?,
            (DeValue::Array(items), Step::Item(at)) => items.get(*at)?,
            _ => return None,
        };
    }
    Some(value.get_ref())
}

/// Takes the innermost table entry of `path` out. A fault inside a list takes the list's entry with it: the
/// other items keep their numbers in reports.
fn take_out(table: &mut DeTable<'_>, path: &[Step]) -> bool {
    let Some((Step::Key(first), rest)) = path.split_first() else {
        return false;
    };
    let below = match (table.get_mut(first.as_str()), rest) {
        (Some(value), [_, ..]) => take_out_of_value(value.get_mut(), rest),
        _ => false,
    };
    below || table.remove(first.as_str()).is_some()
}

fn take_out_of_value(value: &mut DeValue<'_>, path: &[Step]) -> bool {
    match (value, path.split_first()) {
        (DeValue::Table(table), Some((Step::Key(_), _))) => take_out(table, path),
        (DeValue::Array(items), Some((Step::Item(at), rest))) if !rest.is_empty() => items
            .get_mut(*at)
            .is_some_and(|item| take_out_of_value(item.get_mut(), rest)),
        _ => false,
    }
}

/// Where the value of a dotted key, such as `api[0].name`, stands.
pub fn span_at(text: &str, key: &str) -> Option<Range<usize>> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found: Option<&Spanned<DeValue<'_>>> = None;
    for step in key.split(['.', '[']) {
        let item = step
            .strip_suffix(']')
            .and_then(|at| at.parse::<usize>().ok());
        found = match (found.map(Spanned::get_ref), item) {
            (None, _) => root.get_ref().get(step),
            (Some(DeValue::Table(table)), None) => table.get(step),
            (Some(DeValue::Array(items)), Some(at)) => items.get(at),
            _ => None,
        };
        found?;
    }
    found.map(Spanned::span)
}

/// Line and column of a key's value, when the text says it.
pub fn position_of_key(text: &str, key: &str) -> Option<Position> {
    span_at(text, key).map(|span| position(text, span.start))
}

/// The text of a dotted key, if its value is text.
pub fn value_of_key(text: &str, key: &str) -> Option<String> {
    let root: toml::Table = text.parse().ok()?;
    let (last, tables) = {
        let mut steps: Vec<&str> = key.split('.').collect();
        (steps.pop()?, steps)
    };
    let table = tables
        .into_iter()
        .try_fold(&root, |table, step| table.get(step)?.as_table())?;
    table.get(last)?.as_str().map(str::to_owned)
}

/// What a value is, in words.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
