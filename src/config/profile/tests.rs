//! Profiles whose faults no file of `tests/profiles` can show.

use std::path::Path;

use crate::config::profile::conversion::{Converted, convert};
use crate::config::profile::profile_reader::ReadContext;
use crate::config::settings::options::DEFAULT_SESSION;
use crate::domain::credential::{Credential, SecretSource};
use crate::domain::profile::ProfileId;

fn read(folder: &Path, lines: &str, variable: &dyn Fn(&str) -> Option<String>) -> Converted {
    let text = format!(
        "kind = \"oidc\"\npublic_url = \"https://contoso.example\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"gatehouse\"\n{lines}\n"
    );
    let context = ReadContext {
        variable,
        session: DEFAULT_SESSION,
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
