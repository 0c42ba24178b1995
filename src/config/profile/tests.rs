//! Profiles whose faults no file of `tests/profiles` can show.

use std::path::Path;

use crate::config::profile::conversion::{Converted, convert};
use crate::config::profile::profile_reader::ReadContext;
use crate::config::settings::options::DEFAULT_SESSION;
use crate::config::trust_boundary::NO_BOUNDARY;
use crate::domain::credential::{Credential, SecretSource};
use crate::domain::profile::{ProfileId, UNJUDGED};

fn read(folder: &Path, lines: &str, variable: &dyn Fn(&str) -> Option<String>) -> Converted {
    let text = format!(
        "kind = \"oidc\"\npublic_url = \"https://contoso.example\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"gatehouse\"\n{lines}\n"
    );
    let context = ReadContext {
        variable,
        session: DEFAULT_SESSION,
        boundary: &NO_BOUNDARY,
        templates: &UNJUDGED,
    };
    let id = ProfileId::parse("contoso").unwrap();
    convert(&id, "contoso.toml", &text, folder, context)
}

fn report(converted: &Converted) -> String {
    let lines = converted.problems.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_byte_order_mark_and_white_space_are_not_part_of_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "\u{feff} hunter2 \r\n").unwrap();
    let lines = "client_secret = { file = \"secret\" }";
    let profile = read(folder.path(), lines, &|_| None).profile.unwrap();
    let Credential::Secret { current, .. } = profile.client.credential else {
        unreachable!("a secret was given")
    };
    let SecretSource::File { loaded, .. } = current else {
        unreachable!("a file was given")
    };
    assert_eq!(loaded.expose(), "hunter2");
}

#[test]
fn a_duration_that_no_date_can_bear_is_refused() {
    for key in ["idle_timeout", "lifetime"] {
        let lines = format!("public_client = true\n[session]\n{key} = \"300000y\"");
        let converted = read(Path::new("."), &lines, &|_| None);
        assert!(converted.profile.is_none());
        assert!(report(&converted).contains("is too long"), "{key}");
    }
    let lines = "public_client = true\n[session]\nlifetime = \"36500d\"";
    let profile = read(Path::new("."), lines, &|_| None).profile.unwrap();
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    assert!(
        now.checked_add_signed(chrono::TimeDelta::from_std(profile.session.lifetime).unwrap())
            .is_some()
    );
}

#[test]
fn a_secret_where_the_name_of_a_variable_belongs_is_not_repeated() {
    let lines = |name: &str| format!("client_secret = {{ env = \"{name}\" }}");
    let unset = |name: &str| report(&read(Path::new("."), &lines(name), &|_| None));
    for secret in ["hunter2", "Q~8_hunter2.x", "HUNTER2"] {
        let report = unset(secret);
        assert!(report.contains("is not set"), "{report}");
        assert!(!report.contains(secret), "{report}");
    }
    assert!(unset("CONTOSO_SECRET").contains("\"CONTOSO_SECRET\" is not set"));
}

#[test]
fn a_profile_cannot_send_a_setting_of_gatehouse_to_its_authority() {
    let set = |_: &str| Some("the value".to_owned());
    for name in ["GATEHOUSE_KEYS", "GATEHOUSE_DATABASE_URL", "gatehouse_keys"] {
        for key in ["client_secret", "client_secret_next"] {
            let first = if key == "client_secret" {
                ""
            } else {
                "client_secret = { value = \"hunter2\" }\n"
            };
            let lines = format!("{first}{key} = {{ env = \"{name}\" }}");
            let converted = read(Path::new("."), &lines, &set);
            assert!(converted.profile.is_none());
            assert!(
                report(&converted).contains("a setting of gatehouse itself"),
                "{name}"
            );
        }
    }
    let lines = "client_secret = { env = \"CONTOSO_SECRET\" }";
    assert!(read(Path::new("."), lines, &set).profile.is_some());
}
