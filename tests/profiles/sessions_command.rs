//! `sessions list` and `sessions end` in a folder with an empty database.

use std::process::{Command, Output};

use tempfile::TempDir;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn the_list_is_the_admin_listeners_object_and_one_session_ends_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let migrated = run(&folder, &["migrate"]);
    assert!(migrated.status.success(), "{migrated:?}");
    let listed = run(&folder, &["sessions", "list", "--format", "json"]);
    assert!(listed.status.success(), "{listed:?}");
    let json: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(json, serde_json::json!({ "sessions": [] }));
    let ended = run(&folder, &["sessions", "end", "--id", ID]);
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(
        String::from_utf8(ended.stdout).unwrap(),
        "0 sessions ended\n"
    );
    let audit = String::from_utf8(ended.stderr).unwrap();
    assert!(audit.contains(ID) && audit.contains("operator"), "{audit}");
}

fn files(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path()).unwrap().count()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn listing_and_ending_create_neither_a_database_nor_a_key() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["sessions", "list"][..],
        &["sessions", "end", "--all", "--yes"],
    ] {
        let answer = run(&folder, arguments);
        assert_eq!(answer.status.code(), Some(1), "{answer:?}");
        let error = text(answer.stderr);
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(
            error.contains("there is no database at gatehouse.db"),
            "{error}"
        );
    }
    assert_eq!(files(&folder), 0);
    std::fs::write(folder.path().join("gatehouse.db"), "").unwrap();
    let error = text(run(&folder, &["sessions", "list"]).stderr);
    assert!(
        error.contains("there is no key at gatehouse.db.key"),
        "{error}"
    );
    assert_eq!(files(&folder), 1);
}

#[test]
fn an_empty_database_is_told_in_one_sentence_without_sql() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&folder, &["migrate"]).status.success());
    std::fs::write(folder.path().join("gatehouse.db"), "").unwrap();
    let answer = run(&folder, &["sessions", "list"]);
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
    let error = text(answer.stderr);
    assert!(
        error.contains("run `gatehouse migrate`") && !error.contains("no such table"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn to_end_sessions_without_a_choice_never_suggests_to_end_all() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run(&folder, &["sessions", "end"]);
    assert_eq!(answer.status.code(), Some(2), "{answer:?}");
    let error = text(answer.stderr);
    assert!(
        error.contains("--profile") && error.contains("--id"),
        "{error}"
    );
    assert!(!error.contains("--all"), "{error}");
}

#[test]
fn migrate_says_which_steps_it_took_and_when_there_was_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let first = text(run(&folder, &["migrate"]).stdout);
    assert!(
        first.starts_with("took step 1: create sessions\n"),
        "{first}"
    );
    assert!(first.contains("the schema is up to date now"), "{first}");
    let second = text(run(&folder, &["migrate"]).stdout);
    assert!(
        second.starts_with("the schema was up to date already"),
        "{second}"
    );
}

#[test]
fn escape_sequences_of_arguments_and_files_never_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "a\u{1b}[2J\u{9b}2J";
    let profiles = folder.path().join("profiles");
    std::fs::create_dir(&profiles).unwrap();
    std::fs::write(
        profiles.join("staff.toml"),
        format!("kind = \"x{hostile}\"\n"),
    )
    .unwrap();
    std::fs::write(folder.path().join("env"), format!("AUTHORITY={hostile}\n")).unwrap();
    for arguments in [
        &["check"][..],
        &["explain", "staff"],
        &["check", "--format", "json"],
        &["import", "env", "imported"],
        &["explain", hostile],
        &["check", hostile],
    ] {
        let answer = run(&folder, arguments);
        let all = text([answer.stdout, answer.stderr].concat());
        let odd = |letter: char| letter.is_control() && letter != '\n';
        assert!(!all.is_empty() && !all.contains(odd), "{all:?}");
    }
}

#[test]
fn an_id_stands_alone_and_has_the_form_of_one() {
    let folder = tempfile::tempdir().unwrap();
    for more in [
        &["--id", "one"][..],
        &["--id", ID, "--all"],
        &["--id", ID, "--profile", "staff"],
    ] {
        let arguments: Vec<_> = ["sessions", "end"].iter().chain(more).copied().collect();
        let answer = run(&folder, &arguments);
        assert_eq!(answer.status.code(), Some(2), "{more:?}: {answer:?}");
    }
}

#[test]
fn ending_every_session_is_confirmed_first() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&folder, &["migrate"]).status.success());
    let answer = run(&folder, &["sessions", "end", "--all"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(answer.stderr).contains("add --yes"));
    let answer = run(
        &folder,
        &["sessions", "end", "--all", "--yes", "--format", "json"],
    );
    assert_eq!(text(answer.stdout).trim(), "{\"ended\":0}");
}

#[test]
fn an_account_is_named_beside_its_profile_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&folder, &["migrate"]).status.success());
    let account = ["--account", "ada@contoso.example"];
    let with = |more: &[&'static str]| {
        let all = [&["sessions", "end"][..], &account, more].concat();
        run(&folder, &all).status.code()
    };
    assert_eq!(with(&["--profile", "staff"]), Some(0));
    for wrong in [
        &[][..],
        &["--profile", "staff", "--person", "4711"],
        &["--profile", "staff", "--sid", "1"],
        &["--id", ID],
    ] {
        assert_eq!(with(wrong), Some(2), "{wrong:?}");
    }
}
