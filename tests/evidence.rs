//! What `docs/from-the-samples.md`, `docs/security.md` and the `// proves:` lines of tests claim: each named test and file exists, each
//! behaviour of the samples has a row, and each claim stands above a test.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document() -> String {
    fs::read_to_string(root().join("docs/from-the-samples.md")).unwrap()
}

/// The text of every Rust file, with its path.
fn sources() -> Vec<(PathBuf, String)> {
    let mut open = ["src", "tests", "crates"]
        .map(|folder| root().join(folder))
        .to_vec();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The name of the test that a line begins: a function, or a row of a macro that makes functions.
fn test_name(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = match line.split_once("fn ") {
        Some((before, rest)) if !before.contains('/') => rest.split(['(', '<']).next()?,
        _ => line.split_once(": ")?.0,
    };
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    (name.contains('_') && name.chars().all(plain)).then_some(name)
}

/// The parts of the document that name evidence: last cells of tables that end with "shown by", and sentences that
/// begin with "Shown by".
fn evidence(document: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for paragraph in document.split("\n\n") {
        let mut in_table = false;
        if let Some((_, sentence)) = paragraph.split_once("Shown by") {
            parts.push(sentence.replace('\n', " "));
        }
        for row in paragraph.lines().filter(|line| line.starts_with("| ")) {
            let cell = row.trim_end_matches('|').rsplit_once('|').unwrap().1.trim();
            if cell == "shown by" {
                in_table = true;
            } else if in_table && cell != "---" {
                parts.push(cell.to_owned());
            }
        }
    }
    parts
}

/// What a part names that does not exist: a path, or a test.
fn wrong<'a>(part: &'a str, tests: &BTreeSet<&str>) -> Vec<&'a str> {
    let named = part.split('`').skip(1).step_by(2);
    let is_there = |name: &&str| {
        let is_path = name.contains('/');
        (is_path && root().join(name).exists()) || tests.contains(name)
    };
    named.filter(|name| !is_there(name)).collect()
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let sources = sources();
    let lines = sources.iter().flat_map(|(_, text)| text.lines());
    let tests: BTreeSet<&str> = lines.filter_map(test_name).collect();
    for (name, least) in [("docs/from-the-samples.md", 70), ("docs/security.md", 40)] {
        let document = fs::read_to_string(root().join(name)).unwrap();
        let parts = evidence(&document);
        let count = parts.len();
        assert!(count > least, "{name}: {count} parts: the tables are read");
        let wrong: Vec<&str> = parts.iter().flat_map(|part| wrong(part, &tests)).collect();
        assert!(wrong.is_empty(), "{name} names {wrong:?}");
    }
}

#[test]
fn every_check_of_the_security_page_names_a_test() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    for part in evidence(&page) {
        assert!(part.contains('`'), "a row names no test: {part:?}");
    }
}

#[test]
fn the_migration_guide_has_a_row_for_each_behaviour_and_each_case() {
    let document = document();
    for (letter, last, width) in [('W', 30, 2), ('F', 14, 2), ('T', 21, 1)] {
        for number in 1..=last {
            let begins = format!("| {letter}{number:0width$} |");
            assert!(document.contains(&begins), "no row {begins}");
        }
    }
}

/// Lines that say what is proved and stand above no test.
fn stray(path: &Path, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("// proves: ") {
            let mut below = lines.iter().skip(index + 1);
            let item = below.find(|line| !line.starts_with("#[") && !line.starts_with("//"));
            if item.is_none_or(|item| test_name(item).is_none()) {
                found.push(format!("{}:{}", path.display(), index + 1));
            }
        }
    }
    found
}

#[test]
fn every_claim_stands_above_a_test() {
    let sources = sources();
    let found: Vec<String> = sources
        .iter()
        .flat_map(|(path, text)| stray(path, text))
        .collect();
    assert!(found.is_empty(), "no test below {found:?}");
}

#[test]
fn wrong_evidence_is_found() {
    let tests = BTreeSet::from(["a_test"]);
    assert!(wrong("`a_test`, same, `tests/evidence.rs`", &tests).is_empty());
    assert_eq!(wrong("`another_test` (new)", &tests), ["another_test"]);
    assert_eq!(
        wrong("`tests/no-such-file.rs`", &tests),
        ["tests/no-such-file.rs"]
    );
    let table = "| row | shown by |\n|---|---|\n| T1 | `a` |\n\nText. Shown by `b`,\n`c`.";
    assert_eq!(evidence(table), ["`a`", " `b`, `c`."]);
    let claim = "    // proves: A1\n    ";
    let is_stray = |below: &str| !stray(Path::new("a.rs"), &format!("{claim}{below}")).is_empty();
    assert!(!is_stray("#[test]\n    fn a_test() {"));
    assert!(!is_stray("a_row_of_a_macro: Kind::B2c;"));
    assert!(is_stray("let a = 1;"));
}

/// The documents that people read: the README and everything below `docs`.
fn documents() -> Vec<(PathBuf, String)> {
    let mut open = vec![root().join("docs"), root().join("README.md")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = fs::read_dir(&path).unwrap();
            open.extend(inside.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "md") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The targets of the links of a document, without those of code blocks and of other sites.
fn links(text: &str) -> Vec<String> {
    let outside_code: String = text.split("```").step_by(2).collect();
    outside_code
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(str::to_owned)
        .collect()
}

/// The anchors of a document's headings, as mdBook and GitHub make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let outside_code: String = text.split("```").step_by(2).collect();
    let headings = outside_code.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_of_the_documents_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for (path, text) in documents() {
        for target in links(&text) {
            seen += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let place = path.parent().unwrap().join(file);
            let place = if file.is_empty() { path.clone() } else { place };
            let known = anchor.is_empty()
                || fs::read_to_string(&place).is_ok_and(|text| anchors(&text).contains(anchor));
            if !place.exists() || !known {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(seen > 50, "the links are found");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_of_the_documents_is_in_the_books_contents() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = links(&summary)
        .iter()
        .map(|target| root().join("docs").join(target))
        .collect();
    let missing: Vec<_> = documents()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.starts_with(root().join("docs")) && !path.ends_with("SUMMARY.md"))
        .filter(|path| !listed.contains(path))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/SUMMARY.md does not name {missing:#?}"
    );
}
