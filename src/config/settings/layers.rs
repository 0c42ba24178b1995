//! Layers: defaults, the settings file, environment variables and flags, merged with the crate `config`.
//!
//! `config` converts types into one another and repeats values in its errors. So it only merges here. The strict reader of
//! the file checks the values, and so does `config::settings::reader`; neither repeats a secret.

use std::collections::BTreeMap;

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

use crate::config::report::nearest::nearest;
use crate::config::report::problem::Problem;
use crate::config::settings::file::SettingsFile;
use crate::config::toml_document::document::{Document, span_at};
use crate::config::toml_document::key_path::{Step, dotted};
use crate::config::toml_document::schema::Schema;

/// The name of the environment in `config`. Problems name the variable instead.
const ENVIRONMENT: &str = "the environment";

const PREFIX: &str = "GATEHOUSE_";

/// A settings file: its name in reports, and its text.
#[derive(Debug, Clone, Default)]
pub struct FileText {
    /// The name in reports.
    pub name: String,
    /// The content.
    pub text: String,
}

/// Everything that settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The settings file, if there is one.
    pub file: Option<FileText>,
    /// All environment variables. Only variables that begin with `GATEHOUSE_` are used.
    pub variables: BTreeMap<String, String>,
    /// Flags by the key they set: `listen` for `--listen`.
    pub flags: BTreeMap<String, String>,
}

/// The layer that a value comes from, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// No source sets the value.
    Default,
    /// The settings file.
    File,
    /// A variable.
    Environment,
    /// A flag.
    Flag,
}

/// The layers, merged.
pub(in crate::config) struct Layers<'s> {
    sources: &'s Sources,
    merged: Value,
    /// The content of the file alone, to tell its values from defaults.
    in_file: Value,
    pub(in crate::config) problems: Vec<Problem>,
}

impl<'s> Layers<'s> {
    /// Merges the sources. An unknown key or a value of the wrong type is a problem.
    pub(in crate::config) fn merge(sources: &'s Sources) -> Self {
        let mut problems = Vec::new();
        let mut builder = Config::builder();
        let mut in_file = Value::from(ValueKind::Nil);
        if let Some(file) = &sources.file {
            let mut document = Document::new(&file.name, &file.text);
            let read = document.read::<SettingsFile>();
            problems.extend(document.into_file_problems().into_problems());
            if read.is_some() {
                let source = File::from_str(&file.text, FileFormat::Toml);
                if let Ok(alone) = Config::builder().add_source(source.clone()).build() {
                    in_file = alone.cache;
                }
                builder = builder.add_source(source);
            }
        }
        let variables = ours(&sources.variables, &mut problems);
        let environment = Environment::with_prefix("GATEHOUSE")
            .prefix_separator("_")
            .separator("__")
            .ignore_empty(true)
            .source(Some(variables.into_iter().collect()));
        builder = builder.add_source(environment);
        for (key, value) in &sources.flags {
            // The keys are constants of the command line, which always parse.
            if let Ok(next) = builder.clone().set_override(key, value.as_str()) {
                builder = next;
            }
        }
        let merged = if let Ok(config) = builder.build() {
            config.cache
        } else {
            let right = "see docs/settings.md for the keys";
            problems.push(Problem::of("settings", "cannot be merged", right));
            Value::from(ValueKind::Nil)
        };
        Self {
            sources,
            merged,
            in_file,
            problems,
        }
    }

    /// The name of the settings file, if there is one.
    pub(in crate::config) fn file_name(&self) -> Option<&str> {
        self.sources.file.as_ref().map(|file| file.name.as_str())
    }

    /// The first of these variables that is set, with its value. They are no settings, but programs share them.
    pub(in crate::config) fn variable_of(
        &self,
        names: &[&'static str],
    ) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| {
            let value = self.sources.variables.get(*name)?;
            (!value.trim().is_empty()).then_some((*name, value.as_str()))
        })
    }

    /// The value of a dotted key.
    pub(in crate::config) fn value(&self, key: &str) -> Option<&ValueKind> {
        at(&self.merged, key).map(|value| &value.kind)
    }

    /// The layer that a key's value comes from.
    pub(in crate::config) fn layer(&self, key: &str) -> Layer {
        let from_environment =
            at(&self.merged, key).is_some_and(|value| value.origin() == Some(ENVIRONMENT));
        if self.sources.flags.contains_key(key) {
            Layer::Flag
        } else if from_environment {
            Layer::Environment
        } else if at(&self.in_file, key).is_some() {
            Layer::File
        } else {
            Layer::Default
        }
    }

    /// Adds a problem of a key's value, with the position of the value.
    pub(in crate::config) fn fault(
        &mut self,
        key: &str,
        what: impl Into<String>,
        right: impl Into<String>,
    ) {
        let (what, right) = (what.into(), right.into());
        let problem = match (self.layer(key), &self.sources.file) {
            (Layer::Flag, _) => Problem::of(flag(key), what, right),
            (Layer::Environment, _) => Problem::of(ENVIRONMENT, what, right).about(variable(key)),
            (Layer::File, Some(file)) => {
                let mut problem = Problem::of(file.name.clone(), what, right).about(key);
                problem.position = span_at(&file.text, key).map(|span| {
                    crate::config::report::file_problems::position(&file.text, span.start)
                });
                problem
            }
            _ => Problem::of("settings", what, right).about(key),
        };
        self.problems.push(problem);
    }
}

fn at<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    key.split('.')
        .try_fold(value, |value, step| match &value.kind {
            ValueKind::Table(table) => table.get(step),
            _ => None,
        })
}

/// `--admin-listen` for `admin_listen`.
pub(in crate::config) fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

/// `GATEHOUSE_STORE__MAX_CONNECTIONS` for `store.max_connections`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The variables that are settings. An unknown variable of ours is a problem, unless it has a form that Kubernetes sets in
/// every pod of a namespace for a service whose name begins with `gatehouse`.
fn ours(
    variables: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, String> {
    let schema = Schema::of::<SettingsFile>();
    let mut known = BTreeMap::new();
    for (name, value) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        // GATEHOUSE_CONFIG names the settings file itself; the command line reads it.
        if rest == "CONFIG" || value.is_empty() {
            continue;
        }
        let path: Vec<Step> = rest
            .to_lowercase()
            .split("__")
            .map(|step| Step::Key(step.to_owned()))
            .collect();
        if schema.is_leaf(&path) {
            known.insert(name.clone(), value.clone());
        } else if !is_kubernetes_service(rest) {
            problems.push(unknown(name, &dotted(&path), &schema));
        }
    }
    known
}

/// The problem of a variable that is no setting.
fn unknown(name: &str, key: &str, schema: &Schema) -> Problem {
    let all = schema.leaves();
    let right = match nearest(key, all.iter().map(String::as_str)) {
        Some(key) => format!("did you mean {}?", variable(key)),
        None => {
            "see docs/settings.md; variables of your own must not begin with GATEHOUSE_".to_owned()
        }
    };
    Problem::of(ENVIRONMENT, "is not a known setting", right).about(name)
}

/// Whether the rest of a name has a form that Kubernetes documents for services: `…SERVICE_HOST`,
/// `…SERVICE_PORT[_NAME]`, `…PORT` and `…PORT_N_PROTO[_PROTO|_PORT|_ADDR]`, after any service name.
fn is_kubernetes_service(rest: &str) -> bool {
    let words: Vec<&str> = rest.split('_').collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    (0..words.len()).any(|at| {
        let form = words.get(at..).unwrap_or_default();
        match form {
            ["SERVICE", "HOST"] | ["SERVICE", "PORT", ..] | ["PORT"] => true,
            ["PORT", number, "TCP" | "UDP" | "SCTP", last @ ..] => {
                is_number(number) && matches!(last, [] | ["PROTO" | "PORT" | "ADDR"])
            }
            _ => false,
        }
    })
}
