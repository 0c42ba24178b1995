//! `check` from the command line to its output.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::dispatch::{FAILURE, SUCCESS, run};
use crate::command::terminal::Terminal;
use crate::config::report::rendering::Looks;
use crate::domain::clock::SystemClock;
use crate::seal::OsRandom;

/// Runs `check` for a folder: the exit code, and standard output and standard error together.
fn check(folder: &Path) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = {
        let mut terminal = Terminal {
            out: &mut out,
            err: &mut err,
            out_looks: Looks::Plain,
            answers: None,
            err_looks: Looks::Plain,
            variables: BTreeMap::new(),
            clock: std::sync::Arc::new(SystemClock),
            random: std::sync::Arc::new(OsRandom),
        };
        let folder = folder.as_os_str().to_owned();
        let arguments = ["gatehouse", "check", "--profiles"].map(Into::into);
        run(arguments.into_iter().chain([folder]), &mut terminal)
    };
    out.extend(err);
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn a_folder_without_profiles_fails_and_names_init() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = check(folder.path());
    assert_eq!(code, FAILURE, "{text}");
    assert!(text.contains("contains no profile"), "{text}");
    assert!(text.contains("gatehouse init"), "{text}");
}

#[test]
fn the_issuer_of_a_plain_provider_is_shown_as_the_profile_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let profile = "kind = \"oidc\"\npublic_url = \"https://contoso.example\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"gatehouse\"\npublic_client = true\n";
    std::fs::write(folder.path().join("contoso.toml"), profile).unwrap();
    let (code, text) = check(folder.path());
    assert_eq!(code, SUCCESS, "{text}");
    assert!(
        text.contains("register at https://id.contoso.example:\n"),
        "{text}"
    );
}

#[test]
fn what_to_register_for_a_route_that_takes_tokens_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let profile = "kind = \"entra-id\"\npublic_url = \"https://contoso.example\"\nauthority = \"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47\"\nclient_id = \"6731de76-14a6-49ae-97bc-6eba6914391e\"\npublic_client = true\n[[route]]\npath = \"/mcp\"\naccept_bearer = { audience = \"api://orders\", scopes = [\"Orders.Read\"], roles = [\"Orders.Read.All\"] }\n";
    std::fs::write(folder.path().join("contoso.toml"), profile).unwrap();
    let (code, text) = check(folder.path());
    assert_eq!(code, SUCCESS, "{text}");
    for said in [
        "identifier URI (Application ID URI) api://orders",
        "api://orders/Orders.Read",
        "app roles Orders.Read.All",
        "must be https://contoso.example/mcp",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
}
