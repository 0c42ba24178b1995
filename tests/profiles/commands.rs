//! The binary as an operator runs it: exit codes, what goes where, what is never overwritten or shown.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const PROFILE: &str = "kind = \"oidc\"\npublic_url = \"http://localhost:8080\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\nclient_secret = { value = \"hunter2-must-not-show\" }\n";

/// A working directory of its own for each test.
struct WorkingFolder(TempDir);

impl WorkingFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Answer::from(output)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_so_on_standard_error() {
    let folder = WorkingFolder::new();
    for arguments in [
        &["serve", "--listn", "x"][..],
        &["nonsense"],
        &[],
        &["init", "entra", "staff"],
        &["init", "entra-id", "No_Id"],
        &["explain"],
        &["sessions", "end"],
        &["sessions", "end", "--person", "4711"],
        &["sessions", "end", "--all", "--profile", "staff"],
        &[
            "sessions",
            "list",
            "--profile",
            "staff",
            "--person",
            "4711",
            "--sid",
            "x",
        ],
        &["check", "--format", "xml"],
    ] {
        let answer = folder.run(arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
        assert!(
            !answer.err.is_empty() && answer.out.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = WorkingFolder::new();
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["check", "--help"],
        &["explain", "--help"],
        &["init", "--help"],
        &["import", "--help"],
        &["sessions", "list", "--help"],
        &["sessions", "end", "--help"],
        &["keys", "new", "--help"],
        &["migrate", "--help"],
    ] {
        let answer = folder.run(arguments);
        assert_eq!(answer.code, 0, "{arguments:?}");
        assert!(
            answer.out.contains("Example:"),
            "{arguments:?}: {}",
            answer.out
        );
    }
}

#[test]
fn init_writes_the_template_and_refuses_to_overwrite() {
    let folder = WorkingFolder::new();
    let answer = folder.run(&["init", "b2c", "customers", "--profiles", "tenants"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer.out.contains("tenants/customers.toml") && answer.out.contains("client_id"),
        "{}",
        answer.out
    );
    folder.write("tenants/customers.toml", "mine");
    let answer = folder.run(&["init", "b2c", "customers", "--profiles", "tenants"]);
    assert_eq!(answer.code, 1);
    assert!(answer.err.contains("exists already"), "{}", answer.err);
    assert_eq!(folder.read("tenants/customers.toml"), "mine");
    let answer = folder.run(&["init", "b2c", "admin", "--profiles", "tenants"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("this id is reserved"), "{}", answer.err);
}

#[test]
fn check_fails_with_1_and_lists_every_problem_of_every_file() {
    let folder = WorkingFolder::new();
    folder.write("profiles/good.toml", PROFILE);
    folder.write("profiles/a.toml", "kind = \"oidc\"\nunknown = 1\n");
    folder.write("profiles/b.toml", "kind = 5\n");
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, 1);
    for part in [
        "profiles/a.toml:2:1: unknown",
        "profiles/a.toml: public_url: is missing",
        "profiles/b.toml:1:8: kind",
    ] {
        assert!(answer.err.contains(part), "{part} in {}", answer.err);
    }
    assert!(
        answer.out.contains("✓ good (oidc) http://localhost:8080"),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("1 profile good, "), "{}", answer.out);
}

#[test]
fn check_prints_exactly_what_to_register() {
    let folder = WorkingFolder::new();
    folder.write("profiles/good.toml", PROFILE);
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for address in [
        "http://localhost:8080/auth/redirect",
        "http://localhost:8080/",
        "http://localhost:8080/auth/front_channel_logout",
        "http://localhost:8080/auth/back_channel_logout",
    ] {
        assert!(
            answer
                .out
                .lines()
                .any(|line| line.ends_with(&format!(" {address}"))),
            "{address} in {}",
            answer.out
        );
    }
    let answer = folder.run(&["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(
        json["profiles"][0]["register"]["redirect_uri"],
        "http://localhost:8080/auth/redirect"
    );
    assert_eq!(json["problems"], serde_json::json!([]));
}

#[test]
fn check_in_json_holds_the_problems_and_still_fails() {
    let folder = WorkingFolder::new();
    folder.write("profiles/a.toml", "kind = 5\n");
    let answer = folder.run(&["check", "--format", "json"]);
    assert_eq!(answer.code, 1);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let kind = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["key"] == "kind")
        .unwrap();
    assert_eq!((&kind["line"], &kind["column"]), (&1.into(), &8.into()));
    assert!(answer.err.is_empty(), "{}", answer.err);
}

#[test]
fn check_tells_the_problems_of_the_settings_too() {
    let folder = WorkingFolder::new();
    folder.write("profiles/good.toml", PROFILE);
    folder.write("gatehouse.toml", "lisen = \"x\"\n");
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer.err.contains("gatehouse.toml:1:1: lisen"),
        "{}",
        answer.err
    );
}

#[test]
fn check_of_two_files_with_one_name_tells_both() {
    let folder = WorkingFolder::new();
    folder.write("one/a.toml", PROFILE);
    folder.write("two/a.toml", &PROFILE.replace("8080", "8081"));
    let answer = folder.run(&["check", "one/a.toml", "two/a.toml"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer
            .err
            .contains("two/a.toml: is the same profile id as one/a.toml"),
        "{}",
        answer.err
    );
}

#[test]
fn check_tells_how_long_certificates_live_and_that_a_token_file_is_not_there() {
    let folder = WorkingFolder::new();
    let secrets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles/secrets");
    let base = "kind = \"entra-id\"\npublic_url = \"https://c.example\"\nauthority = \"https://login.microsoftonline.com/contoso.onmicrosoft.com\"\nclient_id = \"c\"\n";
    let pem = secrets.join("old.pem");
    folder.write(
        "profiles/c.toml",
        &format!("{base}client_certificate = {{ file = {pem:?} }}\n"),
    );
    let token = base.replace("c.example", "t.example");
    folder.write(
        "profiles/t.toml",
        &format!("{token}client_assertion = {{ file = \"nowhere\" }}\n"),
    );
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer.out.contains("valid from") && answer.out.contains("1 in the chain"),
        "{}",
        answer.out
    );
    assert!(
        answer
            .err
            .contains("warning: profiles/t.toml: client_assertion: the token file"),
        "{}",
        answer.err
    );
}

#[test]
fn explain_shows_what_is_in_effect_and_masks_secrets() {
    let folder = WorkingFolder::new();
    folder.write("profiles/staff.toml", PROFILE);
    let answer = folder.run(&["explain", "staff"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer.out.contains("\"[redacted]\"  # line 5"),
        "{}",
        answer.out
    );
    assert!(!answer.out.contains("hunter2"), "{}", answer.out);
    let has = |key: &str, rest: &str| {
        answer
            .out
            .lines()
            .any(|line| line.starts_with(key) && line.ends_with(rest))
    };
    assert!(
        has("redirect_path", "= \"/auth/redirect\"  # default"),
        "{}",
        answer.out
    );
    assert!(has("public_url", "# line 2"), "{}", answer.out);
    assert!(
        has(
            "accepted issuer",
            "\"https://id.contoso.example\"  # derived"
        ),
        "{}",
        answer.out
    );
    let answer = folder.run(&["explain", "staff", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["profile"], "staff");
    assert!(!answer.out.contains("hunter2"));
}

#[test]
fn explain_of_a_profile_that_is_not_there_or_broken_fails_with_the_reason() {
    let folder = WorkingFolder::new();
    folder.write("profiles/broken.toml", "kind = 5\n");
    let answer = folder.run(&["explain", "nobody"]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""));
    assert!(
        answer.err.contains("there is no profile nobody"),
        "{}",
        answer.err
    );
    let answer = folder.run(&["explain", "broken"]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""));
    assert!(
        answer.err.contains("broken.toml:1:8: kind"),
        "{}",
        answer.err
    );
}

#[test]
fn a_missing_profiles_folder_or_settings_file_is_one_clear_error() {
    let folder = WorkingFolder::new();
    for arguments in [
        &["check"][..],
        &["--config", "nowhere.toml", "check"],
        &["--config", "nowhere.toml", "serve"],
    ] {
        let answer = folder.run(arguments);
        assert_eq!(answer.code, 1, "{arguments:?}");
        assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
        assert!(answer.err.starts_with("error: "), "{}", answer.err);
    }
}

#[test]
fn bad_settings_stop_serve_before_anything_is_begun() {
    let folder = WorkingFolder::new();
    let variables = [
        ("GATEHOUSE_DATABASE_URL", "postgres://u:hunter2@db/x"),
        ("GATEHOUSE_LISTN", "x"),
    ];
    let answer = folder.run_with(&["serve", "--listen", "nowhere"], &variables);
    assert_eq!(answer.code, 1);
    for part in [
        "--listen: \"nowhere\"",
        "GATEHOUSE_LISTN",
        "keys: is missing",
    ] {
        assert!(answer.err.contains(part), "{part} in {}", answer.err);
    }
    assert!(!answer.err.contains("hunter2"), "{}", answer.err);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn keys_new_prints_a_key_that_the_settings_take() {
    let folder = WorkingFolder::new();
    let (one, two) = (folder.run(&["keys", "new"]), folder.run(&["keys", "new"]));
    assert_eq!(one.code, 0);
    assert_ne!(one.out, two.out);
    let sources = gatehouse::config::Sources {
        variables: [("GATEHOUSE_KEYS".to_owned(), one.out.trim().to_owned())].into(),
        ..Default::default()
    };
    assert_eq!(
        gatehouse::config::Settings::read(&sources)
            .unwrap()
            .keys
            .len(),
        1
    );
}

#[test]
fn output_that_is_not_a_terminal_has_no_colour() {
    let folder = WorkingFolder::new();
    folder.write("profiles/a.toml", "kind = 5\n");
    folder.write("profiles/good.toml", PROFILE);
    let answer = folder.run(&["check"]);
    assert!(!answer.out.contains('\u{1b}') && !answer.err.contains('\u{1b}'));
}
