//! What a profile may not use of the process, and how `profile_secrets` confines each profile to its own secrets.

use std::path::Path;

use gatehouse::config::profile::profile_reader::ReadContext;
use gatehouse::config::report::rendering::{Looks, text};
use gatehouse::config::{FileText, Loaded, Settings, Sources, load_folder};
use gatehouse::domain::profile::UNJUDGED;
use tempfile::TempDir;

const HEAD: &str =
    "kind = \"oidc\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\n";

/// A folder with `gatehouse.toml`, secrets, and the profile `contoso-staff` with these lines.
fn load(folder: &TempDir, more: &str, lines: &str) -> Loaded {
    let at = |path: &str| folder.path().join(path);
    for path in ["profiles", "secrets/contoso-staff", "secrets/contoso"] {
        std::fs::create_dir_all(at(path)).unwrap();
    }
    for path in [
        "keys",
        "database-url",
        "gatehouse.db",
        "gatehouse.db.key",
        "gatehouse.toml",
        "foreign",
        "profiles/other.toml",
        "secrets/contoso-staff/secret",
        "secrets/contoso/secret",
    ] {
        std::fs::write(at(path), "a secret text").unwrap();
    }
    std::fs::write(at("profiles/other.toml"), "x = 1").unwrap();
    let profile = format!("{HEAD}public_url = \"https://contoso.example\"\n{lines}\n");
    std::fs::write(at("profiles/contoso-staff.toml"), profile).unwrap();
    let root = folder.path().display();
    let settings = format!("database_url = \"sqlite://{root}/gatehouse.db\"\n{more}\n");
    let sources = Sources {
        file: Some(FileText {
            name: at("gatehouse.toml").display().to_string(),
            text: settings.replace("ROOT", &root.to_string()),
        }),
        ..Sources::default()
    };
    let settings = Settings::offline(&sources).unwrap();
    let variable = |name: &str| (!name.is_empty()).then(|| "value of a variable".to_owned());
    let context = ReadContext {
        variable: &variable,
        session: settings.session,
        boundary: &settings.boundary,
        templates: &UNJUDGED,
    };
    load_folder(&at("profiles"), context).unwrap()
}

fn report(loaded: &Loaded) -> String {
    let broken = loaded.broken.iter().flat_map(|broken| &broken.problems);
    let of_profile: Vec<_> = broken
        .filter(|problem| problem.file.contains("contoso-staff"))
        .cloned()
        .collect();
    text(&of_profile, Looks::Plain)
}

fn assert_refused(more: &str, lines: &str, what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let report = report(&load(&folder, more, lines));
    assert!(report.contains(what), "{lines}: {report}");
    assert!(!report.contains("a secret text"), "{report}");
}

fn assert_accepted(more: &str, lines: &str) {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load(&folder, more, lines);
    assert_eq!(report(&loaded), "", "{lines}");
}

#[test]
fn a_file_of_gatehouse_itself_is_no_secret_of_a_profile() {
    let settings = "keys_file = \"ROOT/keys\"";
    for file in [
        "../keys",
        "../gatehouse.db",
        "../gatehouse.db.key",
        "../gatehouse.toml",
        "other.toml",
        "contoso-staff.toml",
        "/proc/self/environ",
    ] {
        for lines in [
            format!("client_secret = {{ file = {file:?} }}"),
            format!("client_assertion = {{ file = {file:?} }}"),
            format!("client_certificate = {{ file = {file:?} }}"),
        ] {
            assert_refused(settings, &lines, "is a file of gatehouse itself");
        }
    }
    let next = "client_secret = { value = \"x\" }\nclient_secret_next = { file = \"../keys\" }";
    assert_refused(settings, next, "is a file of gatehouse itself");
    let settings = "database_url_file = \"ROOT/database-url\"";
    let lines = "client_secret = { file = \"../database-url\" }";
    assert_refused(settings, lines, "is a file of gatehouse itself");
    assert_accepted("", "client_secret = { file = \"../foreign\" }");
}

#[test]
fn a_listener_of_gatehouse_itself_is_no_api_of_a_profile() {
    let api = |endpoint: &str| {
        format!("public_client = true\n[[api]]\nname = \"a\"\nendpoint = \"{endpoint}\"")
    };
    let own = "is a listener of gatehouse itself";
    assert_refused("", &api("http://127.0.0.1:8081/sessions"), own);
    assert_refused("", &api("http://localhost:8080/"), own);
    let moved = "admin_listen = \"0.0.0.0:9000\"";
    assert_refused(moved, &api("http://[::1]:9000/sessions"), own);
    assert_accepted(moved, &api("http://127.0.0.1:8081/me"));
    assert_accepted("", &api("https://api.contoso.example/me"));
}

#[test]
fn with_profile_secrets_each_profile_has_its_own_variables_and_files_only() {
    let settings = "profile_secrets = \"ROOT/secrets\"";
    for lines in [
        "client_secret = { env = \"CONTOSO_STAFF__SECRET\" }",
        "client_secret = { file = \"../secrets/contoso-staff/secret\" }",
        "client_secret = { value = \"x\" }",
        "client_assertion = { file = \"../secrets/contoso-staff/not-yet\" }",
    ] {
        assert_accepted(settings, lines);
    }
    for lines in [
        "client_secret = { env = \"FABRIKAM__SECRET\" }",
        "client_secret = { env = \"CONTOSO__SECRET\" }",
        "client_secret = { env = \"CONTOSO_STAFF_SECRET\" }",
        "client_secret = { env = \"PATH\" }",
    ] {
        assert_refused(settings, lines, "is not a variable of this profile");
        assert_accepted("", lines);
    }
    for lines in [
        "client_secret = { file = \"../secrets/contoso/secret\" }",
        "client_secret = { file = \"../secrets/contoso-staff/../contoso/secret\" }",
        "client_assertion = { file = \"../secrets/contoso/not-yet\" }",
        "client_secret = { file = \"../foreign\" }",
    ] {
        assert_refused(settings, lines, "is not a file of this profile");
    }
    let named = Path::new("secrets").join("contoso-staff");
    let folder = tempfile::tempdir().unwrap();
    let lines = "client_secret = { file = \"../foreign\" }";
    let report = report(&load(&folder, settings, lines));
    assert!(
        report.contains("a file below") && report.contains(named.to_str().unwrap()),
        "{report}"
    );
}

#[test]
fn with_profile_secrets_no_profile_uses_the_identity_of_the_deployment() {
    for word in ["managed-identity", "workload-identity"] {
        let lines = format!("client_assertion = \"{word}\"");
        let what = "uses the identity of the whole deployment";
        assert_refused("profile_secrets = \"ROOT/secrets\"", &lines, what);
    }
}
