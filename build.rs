//! Records the commit and the features of a build for `--version`. Needs neither the network nor git: a build from an
//! archive takes the commit from `BUILD_COMMIT`, or from the file that `git archive` fills in.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=BUILD_COMMIT");
    let commit = given().or_else(archived).or_else(from_git);
    let commit = commit.unwrap_or_else(|| "unknown".to_owned());
    println!("cargo:rustc-env=BUILD_COMMIT={commit}");
    println!("cargo:rustc-env=BUILD_FEATURES={}", features());
}

fn given() -> Option<String> {
    env::var("BUILD_COMMIT").ok().filter(|text| is_commit(text))
}

/// The commit that `git archive` wrote into the file (.gitattributes: export-subst).
fn archived() -> Option<String> {
    println!("cargo:rerun-if-changed=archived-commit");
    let text = std::fs::read_to_string("archived-commit").ok()?;
    Some(text.trim().to_owned()).filter(|text| is_commit(text))
}

/// The commit of the work tree. A development build does not follow it: each commit would compile the crate again.
fn from_git() -> Option<String> {
    if env::var("PROFILE").ok()? != "release" || !Path::new(".git").exists() {
        return None;
    }
    for file in ["HEAD", "index", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let suffix = if changed.is_empty() { "" } else { "-changed" };
    Some(format!("{commit}{suffix}"))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn is_commit(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (7..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// The features of this build, `default` left out.
fn features() -> String {
    let mut names: Vec<String> = env::vars()
        .filter_map(|(name, _)| name.strip_prefix("CARGO_FEATURE_").map(str::to_lowercase))
        .filter(|name| name != "default")
        .collect();
    names.sort();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(" ")
    }
}
