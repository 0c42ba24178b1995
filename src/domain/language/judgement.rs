//! What is wrong with a catalogue that somebody else wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fluent_bundle::FluentResource;

use crate::domain::language::catalogue::CatalogueSource;
use crate::domain::language::catalogues::Catalogues;
use crate::domain::language::variables::parts;

/// One problem of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogueProblem {
    /// The text is not Fluent.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        what: String,
    },
    /// No page has this message.
    UnknownMessage(String),
    /// The message has no such attribute.
    UnknownAttribute(String),
    /// The message has no such variable.
    UnknownVariable {
        /// The message or attribute.
        message: String,
        /// The variable.
        variable: String,
        /// Those that it has.
        known: Vec<String>,
    },
}

impl std::fmt::Display for CatalogueProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax { line, what } => write!(f, "line {line}: {what}"),
            Self::UnknownMessage(id) => write!(f, "there is no message {id:?}"),
            Self::UnknownAttribute(id) => write!(f, "there is no attribute {id:?}"),
            Self::UnknownVariable {
                message,
                variable,
                known,
            } if known.is_empty() => {
                write!(
                    f,
                    "{message:?} has no variable, and here it has ${variable}"
                )
            }
            Self::UnknownVariable {
                message,
                variable,
                known,
            } => write!(
                f,
                "{message:?} has no variable ${variable}; it has ${}",
                known.join(", $")
            ),
        }
    }
}

/// Reads the text of a catalogue and compares it with the English one.
///
/// # Errors
/// Everything that is wrong with it. Messages that are missing are no error: the English ones stand in.
pub fn judge(text: &str) -> Result<CatalogueSource, Vec<CatalogueProblem>> {
    let source = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let syntax = |error: fluent_syntax::parser::ParserError| {
            let before = text.get(..error.pos.start).unwrap_or(text);
            CatalogueProblem::Syntax {
                line: before.matches('\n').count() + 1,
                what: error.kind.to_string(),
            }
        };
        errors.into_iter().map(syntax).collect::<Vec<_>>()
    })?;
    let catalogues = Catalogues::built_in();
    let english: BTreeMap<String, BTreeSet<&str>> = catalogues
        .english()
        .sources()
        .iter()
        .flat_map(|(_, source)| parts(source))
        .collect();
    let mut problems = Vec::new();
    for (part, variables) in parts(&source) {
        let Some(known) = english.get(&part) else {
            problems.push(if part.contains('.') {
                CatalogueProblem::UnknownAttribute(part)
            } else {
                CatalogueProblem::UnknownMessage(part)
            });
            continue;
        };
        for variable in variables.difference(known) {
            problems.push(CatalogueProblem::UnknownVariable {
                message: part.clone(),
                variable: (*variable).to_owned(),
                known: known.iter().map(|known| (*known).to_owned()).collect(),
            });
        }
    }
    if problems.is_empty() {
        Ok(Arc::new(source))
    } else {
        Err(problems)
    }
}

/// The messages and attributes of the English catalogue that these texts do not have.
pub fn missing_messages(sources: &[CatalogueSource]) -> Vec<String> {
    let catalogues = Catalogues::built_in();
    let mut missing: BTreeSet<String> = catalogues
        .english()
        .sources()
        .iter()
        .flat_map(|(_, source)| parts(source).into_keys())
        .collect();
    for part in sources.iter().flat_map(|source| parts(source).into_keys()) {
        missing.remove(&part);
    }
    missing.into_iter().collect()
}
