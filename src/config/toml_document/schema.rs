//! The JSON Schema of a written shape: for editors, for the reference pages, and for reports.

use schemars::JsonSchema;
use serde_json::Value;

use crate::config::toml_document::key_path::{Step, dotted};

/// The schema of a written shape.
#[derive(Debug)]
pub struct Schema(Value);

impl Schema {
    /// The schema of a type, draft 2020-12.
    pub fn of<T: JsonSchema>() -> Self {
        Self(schemars::schema_for!(T).to_value())
    }

    /// The document itself.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// Whether the shape has this path.
    pub fn has(&self, path: &[Step]) -> bool {
        !self.at(path).is_empty()
    }

    /// The keys of the table at `path`.
    pub fn keys(&self, path: &[Step]) -> Vec<String> {
        let properties = self
            .at(path)
            .into_iter()
            .filter_map(|node| node.get("properties")?.as_object());
        properties
            .flat_map(|properties| properties.keys().cloned())
            .collect()
    }

    /// Whether the path leads to a value and not only to a table of further keys.
    pub fn is_leaf(&self, path: &[Step]) -> bool {
        self.has(path) && self.keys(path).is_empty()
    }

    /// Every dotted key that leads to a value, items of lists left out.
    pub fn leaves(&self) -> Vec<String> {
        let mut leaves = Vec::new();
        self.gather(&mut Vec::new(), &mut leaves);
        leaves
    }

    fn gather(&self, path: &mut Vec<Step>, leaves: &mut Vec<String>) {
        for key in self.keys(path) {
            path.push(Step::Key(key));
            if self.is_leaf(path) {
                leaves.push(dotted(path));
            } else {
                self.gather(path, leaves);
            }
            path.pop();
        }
    }

    /// What the value at `path` must be, in words, and an example as it is written.
    pub fn wanted(&self, path: &[Step]) -> (String, String) {
        let nodes = self.at(path);
        let mut words: Vec<&str> = Vec::new();
        for node in &nodes {
            if let Some(word) = word_for(node)
                && !words.contains(&word)
            {
                words.push(word);
            }
        }
        // An item of a list has no example of its own; the list's serves.
        let owner = path
            .iter()
            .rposition(|step| matches!(step, Step::Key(_)))
            .and_then(|at| Some((path.get(..=at)?, path.get(at)?)));
        let example = owner.and_then(|(path, step)| {
            let Step::Key(key) = step else { return None };
            Some(match self.example(path) {
                Some(example) => format!("{key} = {}", in_toml(&example)),
                None if words.contains(&"a list") => format!("[[{key}]]"),
                None => format!("[{key}]"),
            })
        });
        (words.join(" or "), example.unwrap_or_default())
    }

    /// The first example of the key at `path`.
    pub fn example(&self, path: &[Step]) -> Option<Value> {
        let examples = self.raw(path)?.get("examples")?.as_array()?;
        examples.first().cloned()
    }

    /// What the key at `path` means, in one paragraph.
    pub fn description(&self, path: &[Step]) -> Option<String> {
        let text = self.raw(path)?.get("description")?.as_str()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The node of a path without following its references.
    fn raw(&self, path: &[Step]) -> Option<&Value> {
        let (last, parent) = path.split_last()?;
        let Step::Key(key) = last else { return None };
        self.at(parent)
            .into_iter()
            .find_map(|node| node.get("properties")?.get(key))
    }

    /// Every form that the value at `path` may have, references followed.
    fn at(&self, path: &[Step]) -> Vec<&Value> {
        let mut nodes = self.forms(&self.0);
        for step in path {
            let next = nodes.into_iter().filter_map(|node| match step {
                Step::Key(key) => node
                    .get("properties")
                    .and_then(|properties| properties.get(key))
                    .or_else(|| {
                        node.get("additionalProperties")
                            .filter(|any| any.is_object())
                    }),
                Step::Item(_) => node.get("items"),
            });
            nodes = next.flat_map(|node| self.forms(node)).collect();
        }
        nodes
    }

    /// A node with its reference or its alternatives resolved.
    fn forms<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        if let Some(target) = node.get("$ref").and_then(Value::as_str) {
            let target = target.trim_start_matches('#');
            return self
                .0
                .pointer(target)
                .map(|node| self.forms(node))
                .unwrap_or_default();
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(forms) = node.get(word).and_then(Value::as_array) {
                return forms.iter().flat_map(|form| self.forms(form)).collect();
            }
        }
        vec![node]
    }
}

/// The word for a node's type; `null` is only how a schema says "may be left out".
fn word_for(node: &Value) -> Option<&'static str> {
    let named = |name: &str| match name {
        "string" => Some("text in quotes"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "boolean" => Some("true or false"),
        "array" => Some("a list"),
        "object" => Some("a table"),
        _ => None,
    };
    match node.get("type")? {
        Value::String(name) => named(name),
        Value::Array(several) => several.iter().filter_map(Value::as_str).find_map(named),
        _ => None,
    }
}

/// A JSON value as TOML writes it in one line.
pub fn in_toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(in_toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key} = {}", in_toml(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        plain => plain.to_string(),
    }
}
