//! Keeps the layers of `docs/architecture.md`: imports go down only, and some words stand in one room only.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and what it may import of ours.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("config", &["domain"]),
    ("seal", &["domain"]),
    ("oidc", &["domain"]),
    ("store", &["domain", "seal"]),
    ("flow", &["domain", "oidc", "seal", "store"]),
    ("web", &["domain", "flow", "seal", "oidc", "store"]),
    (
        "app",
        &[
            "domain",
            "config",
            "seal",
            "oidc",
            "store",
            "flow",
            "web",
            "telemetry",
        ],
    ),
    ("telemetry", &[]),
];

/// Crates that only these rooms may name.
const EXCLUSIVELY: [(&str, &[&str]); 7] = [
    ("openidconnect", &["oidc"]),
    ("jsonwebtoken", &["oidc"]),
    ("sqlx", &["store"]),
    ("tera", &["web"]),
    ("actix_web", &["web", "app", "demo"]),
    ("actix_session", &["web"]),
    ("simulator", &["demo", "command"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The room of a file: its folder below `src`, or its own name.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Code without its comments and without its tests.
fn code(path: &Path) -> String {
    if is_test_only(path) {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    without_tests(&text)
}

/// Leaves out each item under `#[cfg(test)]`: a module in braces up to the brace in its own column, anything else up to
/// the semicolon.
fn without_tests(text: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            let item = lines
                .by_ref()
                .find(|line| !line.trim_start().starts_with("#["))
                .unwrap_or("");
            if item.trim_end().ends_with('{') {
                let end = format!("{}}}", &line[..indent]);
                let _ = lines.by_ref().find(|line| line.trim_end() == end);
            }
        } else if !line.trim_start().starts_with("//") {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// Whether a file is a module that its parent declares under `#[cfg(test)]`, or lies below one.
fn is_test_only(path: &Path) -> bool {
    let source = root().join("src");
    path.ancestors()
        .take_while(|file| **file != source)
        .any(|file| {
            let Some(stem) = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
            else {
                return false;
            };
            let folder = file.parent().unwrap();
            let declares = |parent: PathBuf| {
                fs::read_to_string(parent)
                    .is_ok_and(|text| text.contains(&format!("#[cfg(test)]\nmod {stem};")))
            };
            declares(folder.join("mod.rs"))
                || declares(folder.join("lib.rs"))
                || declares(folder.with_extension("rs"))
        })
}

/// Rooms named after `crate::` in a piece of code, those of grouped imports included.
fn imported(code: &str) -> Vec<String> {
    let word = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect::<String>()
    };
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group
                .split('}')
                .next()
                .unwrap_or("")
                .split(',')
                .map(word)
                .collect::<Vec<_>>(),
            None => vec![word(rest)],
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let room = room(&path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for name in imported(&code(&path)) {
            let is_room = MAY_IMPORT.iter().any(|(other, _)| *other == name);
            if is_room && name != room && !allowed.contains(&name.as_str()) {
                wrong.push(format!(
                    "{} imports crate::{name}; {room} may import {allowed:?}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn some_crates_stay_in_their_room() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let (room, code) = (room(&path), code(&path));
        for (name, rooms) in EXCLUSIVELY {
            let named =
                code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"));
            if named && !rooms.contains(&room.as_str()) {
                wrong.push(format!(
                    "{} names {name}; only {rooms:?} may",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_place_answers_errors_and_no_template_goes_unescaped() {
    let responders = sources(&root().join("src"))
        .into_iter()
        .filter(|path| code(path).contains("ResponseError for"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect::<Vec<_>>();
    assert_eq!(responders, ["error_response.rs"]);
    for path in sources(&root().join("templates")) {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            !text.contains("| safe") && !text.contains("|safe"),
            "{name} switches escaping off"
        );
    }
}

/// Words that stand nowhere in the product, and why.
const NOWHERE: [(&str, &str); 10] = [
    (
        "danger_accept",
        "b64: nothing switches the checks of certificates off",
    ),
    (
        "tls_danger",
        "b64: nothing switches the checks of certificates off",
    ),
    ("insecure_disable", "every check of a token is made"),
    ("insecure_decode", "every check of a token is made"),
    ("TemporaryRedirect", "b18: what follows a form is a 303"),
    ("PermanentRedirect", "b18: what follows a form is a 303"),
    ("TEMPORARY_REDIRECT", "b18: what follows a form is a 303"),
    ("PERMANENT_REDIRECT", "b18: what follows a form is a 303"),
    ("\"password\"", "b29: there is no password grant"),
    (
        "Policy::limited",
        "b189: no outbound client follows redirects",
    ),
];

#[test]
fn b18_b29_b64_b189_some_words_stand_nowhere() {
    for path in sources(&root().join("src")) {
        let code = code(&path);
        for (word, why) in NOWHERE {
            assert!(
                !code.contains(word),
                "{} says {word}; {why}",
                path.display()
            );
        }
        let builds = code.contains("Client::builder()") || code.contains("ClientBuilder::new()");
        assert!(
            !builds || code.contains("Policy::none()"),
            "{} builds a client that follows redirects",
            path.display()
        );
    }
}

#[test]
fn a_file_is_a_noun_or_a_journey() {
    let mut long = Vec::new();
    for folder in ["src", "crates"] {
        for path in sources(&root().join(folder))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > 400 {
                long.push(format!(
                    "{} has {lines} lines; 400 are the most",
                    path.display()
                ));
            }
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(
                ![
                    "util", "utils", "helpers", "common", "types", "models", "prelude"
                ]
                .contains(&stem.as_str()),
                "{} has no noun",
                path.display()
            );
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_branches_on_the_kind_after_the_authority() {
    for path in sources(&root().join("src")) {
        let room = room(&path);
        let decided = path.ends_with("domain/authority.rs")
            || path.starts_with(root().join("src/domain/authority"));
        if decided || ["config", "command", "demo", "app"].contains(&room.as_str()) {
            continue;
        }
        assert!(
            !names_the_kind(&code(&path)),
            "{} branches on the kind of authority",
            path.display()
        );
    }
}

/// Whether `Kind::…` stands there as a word of its own; `TokenKind::…` is another.
fn names_the_kind(code: &str) -> bool {
    code.match_indices("Kind::").any(|(at, _)| {
        !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    })
}

#[test]
fn the_reader_of_sources_leaves_out_tests_and_nothing_else() {
    let text = "use a;\n#[cfg(test)]\nmod testing;\nuse b;\n#[cfg(test)]\nmod tests {\n    use c;\n}\nuse d;\n// use e;";
    assert_eq!(without_tests(text), "use a;\nuse b;\nuse d;");
    assert!(names_the_kind("match kind { Kind::B2c => 1 }") && !names_the_kind("TokenKind::Id"));
    assert!(is_test_only(&root().join("src/oidc/testing.rs")));
    assert!(is_test_only(
        &root().join("src/oidc/checks/tests/directory.rs")
    ));
    assert!(!is_test_only(&root().join("src/oidc/checks.rs")));
}
