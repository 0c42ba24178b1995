//! Imports go down only: what each folder of `src` may import of ours, and which crates only some folders may name.

use std::fs;

use crate::modules::Modules;
use crate::source::{code, product_files, room, root};
use crate::{Finding, check};

/// Each folder (or file) of `src` and what it may import of ours.
const MAY_IMPORT: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("measure", &["domain"]),
    ("seal", &["domain"]),
    ("config", &["domain"]),
    ("http", &["domain", "measure"]),
    ("oidc", &["domain", "measure", "http", "seal"]),
    ("store", &["domain", "measure", "seal"]),
    (
        "flow",
        &["domain", "measure", "seal", "http", "oidc", "store"],
    ),
    ("proxy", &["domain", "measure", "seal", "http"]),
    ("web", &["domain", "measure", "seal", "flow", "proxy"]),
    ("telemetry", &["domain", "measure", "http"]),
    (
        "app",
        &[
            "domain",
            "measure",
            "seal",
            "config",
            "http",
            "oidc",
            "store",
            "flow",
            "proxy",
            "web",
            "telemetry",
        ],
    ),
    // Reads profiles and settings as the server does, and hands them to `app` and `demo`. `oidc` for `check --online`,
    // `flow` and `store` for `sessions` and `migrate`.
    (
        "command",
        &[
            "app",
            "config",
            "domain",
            "seal",
            "demo",
            "telemetry",
            "oidc",
            "store",
            "flow",
        ],
    ),
    // Servers with profiles of their own, in the process of the simulator. `store` for an outage on purpose.
    (
        "demo",
        &["app", "config", "domain", "seal", "store", "telemetry"],
    ),
    ("main", &["command"]),
];

/// Crates that only these folders may name.
const EXCLUSIVELY: [(&str, &[&str]); 7] = [
    ("openidconnect", &["oidc"]),
    ("jsonwebtoken", &["oidc"]),
    ("sqlx", &["store"]),
    ("tera", &["web"]),
    ("actix_web", &["web", "app", "demo"]),
    ("actix_session", &["web"]),
    ("simulator", &["demo", "command"]),
];

/// Imports that go up or aside. `name` is what the crate is called in the paths of `modules`.
fn wrong_imports(modules: &Modules, name: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (module, mention) in modules.mentions() {
        let room = match module.path.first() {
            Some(first) => first.as_str(),
            None if name == "gatehouse" => "main",
            None => continue,
        };
        let path = match module.path_from_root(mention) {
            Some(path) if name == "crate" => path,
            None if mention.segments[0] == name => mention.segments[1..].to_vec(),
            _ => continue,
        };
        let Some(other) = path.first() else { continue };
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| *known == room) else {
            let text = format!("src/{room} has no row in MAY_IMPORT of tests/layers/rooms.rs");
            found.push(Finding::new("imports", &module.file, mention.line, text));
            continue;
        };
        let rule = match room {
            "main" => "imports of main",
            "web" => "imports of web",
            _ => "imports",
        };
        let is_room = MAY_IMPORT.iter().any(|(known, _)| known == other);
        if is_room && other != room && !allowed.contains(&other.as_str()) {
            let text = format!(
                "{room} may import {allowed:?}, not {}",
                mention.segments.join("::")
            );
            found.push(Finding::new(rule, &module.file, mention.line, text));
        }
    }
    found
}

#[test]
fn imports_go_down_only() {
    let library = Modules::read(&root().join("src/lib.rs"));
    let mut found = wrong_imports(&library, "crate");
    let binary = Modules::read(&root().join("src/main.rs"));
    found.extend(wrong_imports(&binary, "gatehouse"));
    check(&found);
}

#[test]
fn an_import_that_goes_up_is_found() {
    use crate::sample::sample;
    let up = |text| {
        let files = [
            ("lib.rs", "mod domain; mod web;"),
            ("domain.rs", text),
            ("web.rs", "use crate::domain::D;"),
        ];
        wrong_imports(&sample(&files), "crate").len()
    };
    assert_eq!(up("pub struct D;"), 0);
    assert_eq!(up("use crate::web::W;"), 1);
    assert_eq!(up("use super::{web::W};"), 1);
    assert_eq!(up("fn f() { crate::web::w() }"), 1);
    assert_eq!(up("fn f() { info!(\"{}\", crate::web::w()) }"), 1);
    assert_eq!(up("#[cfg(test)] mod tests { use crate::web::W; }"), 0);
    let main = sample(&[("lib.rs", "use gatehouse::{command, web::W};")]);
    assert_eq!(wrong_imports(&main, "gatehouse").len(), 1);
    let stranger = sample(&[
        ("lib.rs", "mod domain; mod attic;"),
        ("domain.rs", ""),
        ("attic.rs", "use crate::domain::D;"),
    ]);
    assert_eq!(wrong_imports(&stranger, "crate").len(), 1);
}

/// Crates that a piece of code names and its room may not.
fn wrong_crates(room: &str, code: &str) -> Vec<&'static str> {
    let names = |name: &str| {
        let path = format!("{name}::");
        let mut at = code.match_indices(&path);
        let alone = |before: &str| !before.ends_with(|it: char| it.is_alphanumeric() || it == '_');
        at.any(|(start, _)| alone(&code[..start])) || code.contains(&format!("use {name};"))
    };
    let wrong = EXCLUSIVELY
        .iter()
        .filter(|(name, rooms)| names(name) && !rooms.contains(&room));
    wrong.map(|(name, _)| *name).collect()
}

#[test]
fn some_crates_stay_in_their_room() {
    let mut found = Vec::new();
    for path in product_files() {
        let code = code(&fs::read_to_string(&path).unwrap());
        for name in wrong_crates(&room(&path), &code) {
            let text = format!("names {name}, which belongs to other folders");
            found.push(Finding::new("crates", &path, 1, text));
        }
    }
    check(&found);
    assert_eq!(wrong_crates("flow", "use sqlx::Row;"), ["sqlx"]);
    assert!(wrong_crates("store", "use sqlx::Row;").is_empty());
}
