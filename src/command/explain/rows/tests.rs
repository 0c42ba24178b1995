//! Every key that a profile can set has a row.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::settings::options::DEFAULT_SESSION;
use crate::config::trust_boundary::NO_BOUNDARY;
use crate::config::{Loaded, ProfileFile, Schema, Step, load_files, load_folder};
use crate::domain::profile::UNJUDGED;

const CONTEXT: ReadContext<'static> = ReadContext {
    variable: &|_| Some("from a variable".to_owned()),
    session: DEFAULT_SESSION,
    boundary: &NO_BOUNDARY,
    templates: &UNJUDGED,
};

/// Sets the keys that no file of `tests/profiles/good` sets.
const REST: &str = r#"
kind          = "external-id-custom-domain"
public_url    = "https://rest.contoso.example"
authority     = "https://login.contoso.example/contoso.onmicrosoft.com/v2.0"
tenant_id     = "72f988bf-86f1-41af-91ab-2d7cd011db47"
issuer        = "https://login.contoso.example/v2.0"
client_id     = "6731de76-14a6-49ae-97bc-6eba6914391e"
public_client = true
login_hint    = "ada@contoso.example"

[[api]]
name     = "orders"
endpoint = "https://orders.contoso.example/me"
scopes   = ["api://orders/Orders.Read"]

[[route]]
path      = "/orders"
upstream  = "https://orders.contoso.example"
token_for = "orders"
identity_headers = { "Remote-User" = "email" }
"#;

fn keys(loaded: &Loaded, keys: &mut BTreeSet<String>) {
    for profile in &loaded.profiles {
        let named = |file: &&std::path::PathBuf| {
            file.file_stem()
                .is_some_and(|stem| stem == profile.id.as_str())
        };
        let file = loaded.profile_files.keys().find(named).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        // `api[1].name` is `api.name` in the schema.
        keys.extend(
            rows(profile, &text)
                .into_iter()
                .map(|row| without_indices(&row.key)),
        );
    }
}

fn without_indices(key: &str) -> String {
    let parts = key
        .split('[')
        .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    parts.collect()
}

/// The dotted keys of all values of a profile file, those of lists of tables included.
fn gather(schema: &Schema, path: &mut Vec<Step>, leaves: &mut Vec<String>) {
    for key in schema.keys(path) {
        let length = path.len();
        path.push(Step::Key(key));
        if schema.is_leaf(path) {
            path.push(Step::Item(0));
        }
        if schema.keys(path).is_empty() {
            let keys = path.iter().filter_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Item(_) => None,
            });
            leaves.push(keys.collect::<Vec<_>>().join("."));
        } else {
            gather(schema, path, leaves);
        }
        path.truncate(length);
    }
}

#[test]
fn explain_shows_every_key_that_a_profile_can_set() {
    let mut shown = BTreeSet::new();
    keys(
        &load_folder(Path::new("tests/profiles/good"), CONTEXT).unwrap(),
        &mut shown,
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rest.toml");
    std::fs::write(&file, REST).unwrap();
    keys(&load_files(&[file], CONTEXT), &mut shown);
    // The table of a secret or certificate is one row.
    let is_shown = |key: &str| {
        let root = key.split('.').next().unwrap_or(key);
        let below = format!("{key}.");
        shown.contains(key)
            || (root.starts_with("client_") && shown.contains(root))
            || shown.iter().any(|row| row.starts_with(&below))
    };
    let mut leaves = Vec::new();
    gather(&Schema::of::<ProfileFile>(), &mut Vec::new(), &mut leaves);
    assert!(leaves.contains(&"api.name".to_owned()), "{leaves:?}");
    let missing: Vec<_> = leaves.iter().filter(|key| !is_shown(key)).collect();
    assert!(missing.is_empty(), "no row in explain: {missing:?}");
}
