//! Keeps the house in order: imports go down only, no two files need each other, nothing grows too long, and words mean
//! one thing. `docs/architecture.md` has the map.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod circles;
mod mentions;
mod modules;
mod product;
mod rooms;
mod sample;
mod sizes;
mod source;
mod vocabulary;
mod words;

use std::path::Path;

/// Rules that the sources do not keep yet. Their findings are printed and fail nothing.
const NOT_YET: &[&str] = &[];

/// One place that breaks a rule.
pub struct Finding {
    rule: &'static str,
    place: String,
    /// What is wrong.
    pub text: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn new(rule: &'static str, file: &Path, line: usize, text: String) -> Self {
        let place = format!("{}:{line}", source::shown(file));
        Self { rule, place, text }
    }
}

/// Fails with all findings, but for those of rules that are [`NOT_YET`] kept.
fn check(findings: &[Finding]) {
    let line = |finding: &Finding| format!("{}, {}: {}", finding.rule, finding.place, finding.text);
    let (known, new): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|finding| NOT_YET.contains(&finding.rule));
    for finding in known {
        eprintln!("{}", line(finding));
    }
    let new: Vec<String> = new.into_iter().map(line).collect();
    assert!(new.is_empty(), "{}", new.join("\n"));
}
