//! Completions, manual pages and the version: what packagers take from the binary.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

fn out(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_shell_has_completions_that_know_the_flags() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(&["completions", shell]);
        for word in ["healthcheck", "admin-listen", "sessions"] {
            assert!(script.contains(word), "{word} in {shell}");
        }
    }
    assert_eq!(run(&["completions", "cmd"]).status.code(), Some(2));
}

#[test]
fn bash_takes_the_completion_script() {
    let script = out(&["completions", "bash"]);
    let checked = Command::new("bash").args(["-n", "-c", &script]).status();
    assert!(checked.unwrap().success());
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let said = out(&["man", pages.to_str().unwrap()]);
    assert!(said.contains("man1"), "{said}");
    for name in [
        "gatehouse",
        "gatehouse-serve",
        "gatehouse-check",
        "gatehouse-sessions-end",
        "gatehouse-healthcheck",
        "gatehouse-migrate",
    ] {
        let page = std::fs::read_to_string(pages.join(format!("{name}.1"))).unwrap();
        assert!(
            page.contains(".TH ") && page.contains(".SH SYNOPSIS"),
            "{name}"
        );
    }
}

#[test]
fn the_version_tells_commit_and_features() {
    let version = out(&["--version"]);
    let expected = format!("gatehouse {} (commit ", env!("CARGO_PKG_VERSION"));
    assert!(version.starts_with(&expected), "{version}");
    assert!(version.contains(", features: "), "{version}");
}
