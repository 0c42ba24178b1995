//! Some things stand in one place of the product, and some nowhere.

use std::fs;

use crate::source::{code, files, product_files, room, root, shown};

#[test]
fn one_place_answers_errors_and_no_template_goes_unescaped() {
    let responders: Vec<String> = product_files()
        .iter()
        .filter(|path| code(&fs::read_to_string(path).unwrap()).contains("ResponseError for"))
        .map(|path| shown(path))
        .collect();
    assert_eq!(responders.len(), 1, "{responders:?}");
    assert!(responders[0].starts_with("src/web/error"), "{responders:?}");
    for path in files("templates", None) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            !text.contains("| safe") && !text.contains("|safe"),
            "{} switches escaping off",
            shown(&path)
        );
    }
}

/// Words that stand nowhere in the product, and why.
const NOWHERE: [(&str, &str); 10] = [
    (
        "danger_accept",
        "B64: nothing switches the checks of certificates off",
    ),
    (
        "tls_danger",
        "B64: nothing switches the checks of certificates off",
    ),
    ("insecure_disable", "every check of a token is made"),
    ("insecure_decode", "every check of a token is made"),
    ("TemporaryRedirect", "B18: what follows a form is a 303"),
    ("PermanentRedirect", "B18: what follows a form is a 303"),
    ("TEMPORARY_REDIRECT", "B18: what follows a form is a 303"),
    ("PERMANENT_REDIRECT", "B18: what follows a form is a 303"),
    ("\"password\"", "B29: there is no password grant"),
    (
        "Policy::limited",
        "B189: no outbound client follows redirects",
    ),
];

/// What a piece of code says and must not.
fn forbidden(code: &str) -> Vec<String> {
    let words = NOWHERE.iter().filter(|(word, _)| code.contains(word));
    let mut found: Vec<String> = words.map(|(word, why)| format!("{word}; {why}")).collect();
    let builds = code.contains("Client::builder()") || code.contains("ClientBuilder::new()");
    if builds && !code.contains("Policy::none()") {
        found.push("a client that follows redirects".to_owned());
    }
    found
}

// proves: B18, B29, B64, B189
#[test]
fn some_words_stand_nowhere() {
    for path in product_files() {
        let found = forbidden(&code(&fs::read_to_string(&path).unwrap()));
        assert!(found.is_empty(), "{} says {found:?}", shown(&path));
    }
    assert_eq!(forbidden("Client::builder().build()").len(), 1);
    assert_eq!(
        forbidden("builder.tls_danger_accept_invalid_certs(true)").len(),
        2
    );
}

#[test]
fn nothing_branches_on_the_kind_after_the_authority() {
    for path in product_files() {
        let room = room(&path);
        let decided = path.starts_with(root().join("src/domain/authority"));
        if decided || ["config", "command", "demo", "app"].contains(&room.as_str()) {
            continue;
        }
        assert!(
            !names_the_kind(&code(&fs::read_to_string(&path).unwrap())),
            "{} branches on the kind of authority",
            shown(&path)
        );
    }
    assert!(names_the_kind("match kind { Kind::B2c => 1 }") && !names_the_kind("TokenKind::Id"));
}

/// Whether `Kind::…` stands there as a word of its own; `TokenKind::…` is another.
fn names_the_kind(code: &str) -> bool {
    code.match_indices("Kind::").any(|(at, _)| {
        !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    })
}
