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
