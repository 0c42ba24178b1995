//! Keeps the word of `docs/from-the-samples.md`: every test, module and file that it names exists, and it has a row for
//! each behaviour of the samples.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// Where a test stands when no file is named.
const GATE: &str = "tests/gate";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document() -> String {
    fs::read_to_string(root().join("docs/from-the-samples.md")).unwrap()
}

/// The Rust files at a path: itself, or all below it.
fn files(path: &Path) -> Vec<PathBuf> {
    let path = root().join(path);
    if path.is_file() {
        return vec![path];
    }
    let Ok(entries) = fs::read_dir(&path) else {
        return Vec::new();
    };
    let below = entries.map(|entry| entry.unwrap().path());
    below
        .flat_map(|path| files(&path))
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect()
}

/// Names of the tests of a file: functions behind a test attribute, and rows of macros that make tests of them.
fn tests(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let mut marked = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| marked) {
            found.extend(rest.split('(').next().map(str::to_owned));
            marked = false;
        } else if let Some((name, _)) = line.split_once(": ")
            && name.contains('_')
            && is_name(name)
            && line.ends_with(';')
        {
            found.push(name.to_owned());
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    let allowed =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    !text.is_empty() && text.chars().all(allowed)
}

/// The parts of the document that name evidence: last cells of tables that end with "shown by", and sentences that
/// begin with "Shown by".
fn evidence(document: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for paragraph in document.split("\n\n") {
        let mut in_table = false;
        if let Some((_, sentence)) = paragraph.split_once("Shown by\n") {
            parts.push(sentence.replace('\n', " "));
        } else if let Some((_, sentence)) = paragraph.split_once("Shown by ") {
            parts.push(sentence.replace('\n', " "));
        }
        for row in paragraph
            .lines()
            .filter(|line| line.starts_with("| ") || line.starts_with("|-"))
        {
            let cell = row.trim_end_matches('|').rsplit_once('|').unwrap().1.trim();
            match cell {
                "shown by" => in_table = true,
                _ if row.starts_with("|-") => {}
                _ if in_table => parts.push(cell.to_owned()),
                _ => {}
            }
        }
    }
    parts
}

/// What a part names wrongly. `scope` is where its tests are looked for: the file named last, else the gate.
fn wrong(part: &str) -> Vec<String> {
    let mut scope = PathBuf::from(GATE);
    let mut wrong = Vec::new();
    let mut pieces = part.split('`').skip(1);
    while let (Some(named), after) = (pieces.next(), pieces.next().unwrap_or("")) {
        if named.contains('/') {
            scope = PathBuf::from(named);
            if !root().join(named).exists() {
                wrong.push(format!("{named} does not exist"));
            }
            continue;
        }
        let (place, name) = match named.rsplit_once("::") {
            Some((module, name)) => (Path::new(GATE).join(format!("{module}.rs")), name),
            None => (scope.clone(), named),
        };
        let there: Vec<String> = files(&place).iter().flat_map(|file| tests(file)).collect();
        let count = match (name, name.strip_suffix('…')) {
            ("*", _) => usize::from(!there.is_empty() || makes_tests(&place)),
            (_, Some(front)) => there.iter().filter(|test| test.starts_with(front)).count(),
            (name, None) => there.iter().filter(|test| *test == name).count(),
        };
        let said = after
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.split(')').next());
        let expected = said.and_then(|word| NUMBERS.iter().position(|number| *number == word));
        if count == 0 || expected.is_some_and(|expected| expected != count) {
            wrong.push(format!("{named}: {count} tests in {}", place.display()));
        }
    }
    wrong
}

const NUMBERS: [&str; 8] = [
    "none", "one", "two", "three", "four", "five", "six", "seven",
];

/// A module whose macro makes its tests of no names of their own.
fn makes_tests(place: &Path) -> bool {
    fs::read_to_string(root().join(place)).is_ok_and(|text| text.contains("macro_rules!"))
}

#[test]
fn every_test_that_the_migration_guide_names_exists() {
    let parts = evidence(&document());
    assert!(
        parts.len() > 70,
        "{} parts: the tables are read",
        parts.len()
    );
    let wrong: Vec<String> = parts.iter().flat_map(|part| wrong(part)).collect();
    assert!(
        wrong.is_empty(),
        "docs/from-the-samples.md:\n{}",
        wrong.join("\n")
    );
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

#[test]
fn the_reader_of_evidence_notices_what_is_wrong() {
    for right in [
        "`consent::w13_…` (two)",
        "`scenarios::*`",
        "`tests/evidence.rs`: `the_reader_of_evidence_notices_what_is_wrong`",
        "same, —",
    ] {
        let found = wrong(right);
        assert!(
            found.is_empty() || right.contains("b18"),
            "{right}: {found:?}"
        );
    }
    for broken in [
        "`consent::w13_…` (three)",
        "`consent::no_such_test`",
        "`no_such_module::*`",
        "`no_such_test_…`",
        "`tests/no-such-file.rs`: `the_reader_of_evidence_notices_what_is_wrong`",
    ] {
        assert!(!wrong(broken).is_empty(), "{broken}");
    }
    let table = "| row | shown by |\n|---|---|\n| T1 | `a` |\n\nText. Shown by `b`,\n`c`.";
    assert_eq!(evidence(table), ["`a`", "`b`, `c`."]);
}
