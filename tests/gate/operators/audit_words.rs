//! The audit stream and its page say the same: every event, every field, every fixed word, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::harness::browser::Browser;
use crate::harness::records::{alone, audit, record};
use crate::harness::{Fault, Kind, Plan};

type Words = BTreeMap<String, BTreeSet<String>>;

/// The one file that writes to the stream.
const AUDIT: &str = "src/flow/audit.rs";

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Every file of the product with its text, without its tests.
fn product() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    let of = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        (name, text.to_owned())
    };
    found.into_iter().map(of).collect()
}

/// What stands between the bracket that `text` begins with and the one that closes it.
fn inside(text: &str) -> &str {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[1..at];
        }
    }
    panic!("a bracket is never closed: {text}");
}

/// The quoted texts of a piece of code.
fn quoted(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

/// The functions of the audit module: name, the event it writes, the event's fields.
fn events() -> Vec<(String, String, BTreeSet<String>)> {
    let text = read(AUDIT);
    let of = |function: &str| {
        let name = function.split('(').next().unwrap().trim().to_owned();
        let (_, rest) = function.split_once("target: \"audit\"")?;
        let (_, event) = rest.split_once("event = \"")?;
        let event = event.split('"').next().unwrap().to_owned();
        let written = inside(&function[function.find("!(").unwrap() + 1..]).to_owned();
        // Fields stand between target and message: `name = value`, or the name alone.
        let mut fields: BTreeSet<String> = written
            .split(',')
            .map(|field| field.split('=').next().unwrap().trim())
            .filter(|field| !field.contains(['"', ':']) && !field.is_empty())
            .map(str::to_owned)
            .collect();
        fields.remove("event");
        Some((name, event, fields))
    };
    text.split("pub fn ").skip(1).filter_map(of).collect()
}

/// What the code writes: fields of each event, and the words that callers choose.
fn written() -> Words {
    let mut words = Words::new();
    let (events, product) = (events(), product());
    for (function, event, fields) in &events {
        let known = words.entry(event.clone()).or_default();
        known.extend(fields.iter().cloned());
        for (file, text) in product.iter().filter(|(file, _)| file != AUDIT) {
            let call = format!("audit::{function}(");
            for (at, _) in text.match_indices(&call) {
                let arguments = inside(&text[at + call.len() - 1..]);
                for word in quoted(arguments) {
                    assert!(!word.contains(' '), "{file}: {word:?} is not a word");
                    known.insert(word.to_owned());
                }
            }
        }
    }
    words
}

/// What the page says: the words in code type of each row, but the event's own.
fn documented() -> Words {
    let page = read("docs/logging.md");
    let (_, stream) = page.split_once("## The audit stream").unwrap();
    let stream = stream.split("\n## ").next().unwrap();
    let mut words = Words::new();
    let rows = stream.lines().filter(|line| line.starts_with("| `"));
    for row in rows.skip(1) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let said: BTreeSet<String> = cells[3..]
            .iter()
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .map(str::to_owned)
            .collect();
        for event in cells[1].split('`').skip(1).step_by(2) {
            words.insert(event.to_owned(), said.clone());
        }
    }
    words
}

// proves: B171
#[test]
fn the_page_names_every_audit_event_field_and_word_and_no_other() {
    let (written, documented) = (written(), documented());
    assert!(written.len() >= 9, "{written:?}");
    let events = |words: &Words| words.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(
        events(&written),
        events(&documented),
        "code and docs/logging.md"
    );
    for (event, words) in &written {
        assert_eq!(
            words, &documented[event],
            "{event}: code and docs/logging.md"
        );
    }
}

#[test]
fn the_audit_stream_is_written_in_one_file() {
    for (file, text) in product() {
        let writes = text.contains("target: \"audit\"");
        assert!(
            !writes || file == AUDIT,
            "{file} writes to the audit stream itself"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_written_in_its_own_words_and_an_outage_or_a_lost_answer_is_none() {
    record();
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    gate.sim.fault(Fault::TokenStatus(500).times(1));
    assert!(browser.follow(&callback).await.status.is_server_error());
    // The code is spent: a repeat of the answer begins one new attempt.
    assert_eq!(browser.follow(&callback).await.status, 303);
    let refused = || audit(|line| line["event"] == "refused");
    if alone() {
        assert!(refused().is_empty(), "{:?}", refused());
    }
    for (fault, reason) in [
        (Fault::InvalidGrant, "invalid_grant"),
        (Fault::BadSignature, "answer_refused"),
    ] {
        let browser = Browser::new();
        let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
        gate.sim.fault(fault.times(1));
        assert!(!browser.follow(&callback).await.status.is_success());
        let refused = refused();
        let last = refused.last().unwrap()["reason"].as_str().unwrap();
        assert!(last.contains(reason), "{reason}: {last}");
    }
}
