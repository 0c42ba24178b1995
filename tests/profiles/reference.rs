//! The schema and the reference pages are made from the written shapes and do not drift from them.

use std::path::Path;

use gatehouse::config::{ProfileFile, Schema, SettingsFile, Step, in_toml, variable};
use gatehouse::domain::authority::Kind;
use gatehouse::domain::profile::{Accent, ResponseMode};
use schemars::JsonSchema;
use serde_json::Value;

use crate::harness::expect;

const BEGIN: &str = "<!-- reference: made from the source by tests/profiles/reference.rs, UPDATE=1 rewrites it -->\n";
const END: &str = "<!-- end of the reference -->\n";

#[test]
fn the_schema_for_editors_is_that_of_the_reader() {
    let schema = Schema::of::<ProfileFile>().into_value();
    let text = format!("{schema:#}\n");
    expect(Path::new("docs/profile.schema.json"), &text);
}

#[test]
fn the_reference_of_profiles_has_every_key() {
    page::<ProfileFile>("docs/profiles.md", |_| None);
}

#[test]
fn the_reference_of_settings_has_every_key_and_its_variable() {
    page::<SettingsFile>("docs/settings.md", |key| Some(variable(key)));
}

#[test]
fn the_words_of_the_schema_are_those_of_the_domain() {
    let schema = Schema::of::<ProfileFile>().into_value();
    let words = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).and_then(Value::as_array).unwrap();
        list.iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(words("/properties/kind/enum"), Kind::ALL.map(Kind::as_str));
    let accent = schema.pointer("/$defs/BrandingTable/properties/accent/pattern");
    let accent = accent.and_then(Value::as_str).unwrap();
    let accents = Accent::ALL.map(Accent::as_str);
    assert!(accent.contains(&accents.join("|")), "{accent}");
    let modes = [ResponseMode::Query, ResponseMode::FormPost].map(ResponseMode::as_str);
    assert_eq!(words("/properties/response_mode/enum"), modes);
}

#[test]
fn every_key_has_a_description_with_its_default_or_says_that_it_is_required() {
    for (schema, keys) in [
        (
            Schema::of::<ProfileFile>(),
            Schema::of::<ProfileFile>().leaves(),
        ),
        (
            Schema::of::<SettingsFile>(),
            Schema::of::<SettingsFile>().leaves(),
        ),
    ] {
        for key in keys.iter().filter(|key| {
            !key.contains("client_secret")
                && !key.contains("client_cert")
                && !key.contains("client_assert")
        }) {
            let path = path(key);
            let text = schema.description(&path).unwrap_or_default();
            assert!(
                text.contains("Default") || text.contains("equired"),
                "{key}: {text}"
            );
        }
    }
}

/// The part of a page between its markers is the table of keys.
fn page<T: JsonSchema>(file: &str, variable_of: fn(&str) -> Option<String>) {
    let old = std::fs::read_to_string(file).unwrap();
    let (head, rest) = old.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let schema = Schema::of::<T>();
    let mut reference = String::new();
    keys(&schema, &mut Vec::new(), variable_of, &mut reference);
    let new = format!("{head}{BEGIN}\n{reference}{END}{tail}");
    expect(Path::new(file), &new);
}

/// The keys of a table, in the order of the source, and the tables below it.
fn keys(
    schema: &Schema,
    path: &mut Vec<Step>,
    variable_of: fn(&str) -> Option<String>,
    out: &mut String,
) {
    for key in schema.keys(path) {
        path.push(Step::Key(key));
        let dotted = dotted(path);
        let (wanted, _) = schema.wanted(path);
        let text = schema.description(path).unwrap_or_default();
        for piece in ["### `", &dotted, "`\n\n", &text, "\n\n"] {
            out.push_str(piece);
        }
        let mut facts = vec![format!("Type: {wanted}.")];
        facts.extend(schema.example(path).map(|example| {
            let name = dotted.rsplit('.').next().unwrap();
            format!("Example: `{name} = {}`.", in_toml(&example))
        }));
        if schema.is_leaf(path) {
            facts.extend(variable_of(&dotted).map(|name| format!("Variable: `{name}`.")));
        }
        out.push_str(&facts.join(" "));
        out.push_str("\n\n");
        keys(schema, path, variable_of, out);
        let item = Step::Item(0);
        path.push(item);
        keys(schema, path, variable_of, out);
        path.pop();
        path.pop();
    }
}

fn path(dotted: &str) -> Vec<Step> {
    dotted
        .split('.')
        .map(|key| Step::Key(key.to_owned()))
        .collect()
}

/// A list of tables is written without an index: `api.name`.
fn dotted(path: &[Step]) -> String {
    let keys = path.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Item(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}

#[test]
fn the_reserved_ids_of_the_page_are_those_that_are_refused() {
    let page = std::fs::read_to_string("docs/profiles.md").unwrap();
    let (_, list) = page.split_once("These ids are reserved").unwrap();
    let (list, _) = list.split_once(".\n").unwrap();
    let ids: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(ids.len(), 17);
    let folder = tempfile::tempdir().unwrap();
    for id in ids {
        let file = folder.path().join(format!("{id}.toml"));
        std::fs::write(&file, "").unwrap();
        let loaded = gatehouse::config::load_files(&[file], crate::harness::surroundings());
        let reserved = |problem: &gatehouse::config::Problem| problem.what.contains("reserved");
        assert!(loaded.problems().iter().any(reserved), "{id}");
    }
}
