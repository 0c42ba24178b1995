//! `check` tells one truth: offline and online, as text, as JSON and as an exit code, each fault under its own name.

use std::sync::Arc;

use gatehouse::command::{self, Terminal};
use gatehouse::config::report::rendering::Looks;
use gatehouse::domain::clock::{Clock, FixedClock, SystemClock, Timestamp};
use gatehouse::seal::OsRandom;
use serde_json::Value;
use simulator::{Fault, Kind, Options, Simulator};
use tempfile::TempDir;

struct Said {
    code: u8,
    out: String,
    err: String,
}

fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn check(folder: &TempDir, clock: &Arc<dyn Clock>, more: &[&str]) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let profiles = folder.path().display().to_string();
    let mut arguments = vec!["gatehouse", "--profiles", &profiles, "check"];
    arguments.extend_from_slice(more);
    let mut terminal = Terminal {
        out: &mut out,
        err: &mut err,
        out_looks: Looks::Plain,
        answers: None,
        err_looks: Looks::Plain,
        variables: std::collections::BTreeMap::new(),
        clock: Arc::clone(clock),
        random: Arc::new(OsRandom),
    };
    let code = command::run(arguments.into_iter().map(Into::into), &mut terminal);
    Said {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

fn online() -> (Simulator, TempDir) {
    let sim = Simulator::start(Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "kind = \"entra-id\"\npublic_url = \"http://localhost:8080\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\n",
        sim.authority(Kind::EntraId),
        Kind::EntraId.client_id(),
        simulator::CLIENT_SECRET
    );
    std::fs::write(folder.path().join("staff.toml"), text).unwrap();
    (sim, folder)
}

/// The only failed question and its sentence, after text, JSON and exit code were found to agree on it.
fn only_fault(faults: &[Fault]) -> (String, String) {
    let (sim, folder) = online();
    for fault in faults {
        sim.fault(fault.clone());
    }
    let text = check(&folder, &system_clock(), &["--online"]);
    assert_eq!(text.code, 1, "{faults:?}: {}", text.out);
    assert!(text.out.contains("✗ staff"), "{}", text.out);
    assert!(
        text.out.contains("0 profiles good, 1 error,"),
        "{}",
        text.out
    );
    assert!(text.err.contains("staff.toml: online: "), "{}", text.err);
    let json = check(&folder, &system_clock(), &["--online", "--format", "json"]);
    assert_eq!(json.code, 1, "{faults:?}");
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["profiles"][0]["good"], false);
    let answers = json["profiles"][0]["online"].as_array().unwrap();
    let failed: Vec<&Value> = answers.iter().filter(|it| it["good"] == false).collect();
    assert_eq!(failed.len(), 1, "{faults:?}: {answers:?}");
    let text_of = |name: &str| failed[0][name].as_str().unwrap().to_owned();
    let problems = json["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let what = problems[0]["what"].as_str().unwrap();
    assert!(what.contains(&text_of("question")), "{what}");
    assert_eq!(problems[0]["right"], failed[0]["help"]);
    let said = format!("{}; {}", text_of("sentence"), text_of("help"));
    (text_of("question"), said)
}

#[test]
fn a_profile_whose_authority_agrees_is_good_everywhere() {
    let (_sim, folder) = online();
    let text = check(&folder, &system_clock(), &["--online"]);
    assert_eq!(text.code, 0, "{} {}", text.out, text.err);
    assert!(
        text.out.contains("✓ staff") && text.out.contains("1 profile good, 0 errors"),
        "{}",
        text.out
    );
    let json = check(&folder, &system_clock(), &["--online", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["profiles"][0]["good"], true);
    assert_eq!(json["problems"], serde_json::json!([]));
}

// proves: D9
#[test]
fn an_issuer_that_does_not_fit_is_told_as_that_with_both_names() {
    let (question, said) = only_fault(&[Fault::MetadataIssuerChanged]);
    assert_eq!(question, "issuer");
    assert!(
        said.contains("it names \"http") && said.contains("accepted is http"),
        "{said}"
    );
}

// proves: D9
#[test]
fn a_list_of_tenants_without_the_one_behind_the_domain_is_told() {
    let (_sim, folder) = online();
    let file = folder.path().join("staff.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let by_domain = text.replace(simulator::CONTOSO, "contoso.onmicrosoft.com");
    assert_ne!(text, by_domain);
    let check_with = |tenants: &str| {
        let route = format!("[[route]]\npath = \"/\"\nallow = {{ tenants = [{tenants}] }}\n");
        std::fs::write(&file, format!("{by_domain}{route}")).unwrap();
        let offline = check(&folder, &system_clock(), &[]);
        assert_eq!(offline.code, 0, "not known yet: {}", offline.out);
        check(&folder, &system_clock(), &["--online"])
    };
    let (own, other) = (simulator::CONTOSO, simulator::FABRIKAM);
    let good = check_with(&format!("\"{own}\""));
    assert_eq!(good.code, 0, "{}", good.out);
    let bad = check_with(&format!("\"{own}\", \"{other}\""));
    assert_eq!(bad.code, 1, "{}", bad.out);
    let told = format!("allow.tenants names {other}, but the authority is the tenant {own}");
    assert!(bad.out.contains(&told), "{}", bad.out);
}

#[test]
fn keys_that_are_gone_or_empty_are_told_as_keys() {
    for fault in [Fault::KeysDown, Fault::KeysEmpty, Fault::KeysHtml] {
        assert_eq!(only_fault(&[fault]).0, "keys");
    }
}

// proves: D9
#[test]
fn a_refused_credential_gets_the_help_of_its_code() {
    for (code, words) in [
        (7_000_215, "the id of a secret"),
        (7_000_222, "has expired"),
        (700_016, "client_id"),
        (50_011, "redirect URI"),
        (1_002_012, "scope"),
    ] {
        let (question, said) = only_fault(&[Fault::TokenError {
            error: "invalid_client".to_owned(),
            code,
            suberror: None,
            description: String::new(),
        }]);
        assert_eq!(question, "credential");
        assert!(said.contains(words), "{code}: {said}");
        let secret = said.contains("the id of a secret");
        assert_eq!(secret, code == 7_000_215, "{code}: {said}");
    }
}

// proves: D9
#[test]
fn a_page_in_the_place_of_a_token_response_is_no_acceptance() {
    let (question, said) = only_fault(&[Fault::TokenHtml]);
    assert_eq!(question, "credential");
    assert!(said.contains("another server answers"), "{said}");
}

// proves: D9
#[test]
fn a_profile_whose_only_certificate_has_ended_is_not_called_good() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles/secrets");
    let text = format!(
        "kind = \"entra-id\"\npublic_url = \"https://c.example\"\nauthority = \"https://login.microsoftonline.com/contoso.onmicrosoft.com\"\nclient_id = \"c\"\nclient_certificate = {{ file = {:?} }}\n",
        secrets.join("old.pem")
    );
    std::fs::write(folder.path().join("c.toml"), text).unwrap();
    let later: Timestamp = "2127-01-01T00:00:00Z".parse().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(later));
    let said = check(&folder, &clock, &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        said.out.contains("✗ c (") && !said.out.contains('✓'),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("0 profiles good, 1 error"),
        "{}",
        said.out
    );
    let json = check(&folder, &clock, &["--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["profiles"][0]["good"], false);
}

#[test]
fn a_reader_who_has_had_enough_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for nth in 0..50 {
        let text = format!(
            "kind = \"oidc\"\npublic_url = \"http://localhost:{}\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\npublic_client = true\n",
            20_000 + nth
        );
        std::fs::write(folder.path().join(format!("p{nth}.toml")), text).unwrap();
    }
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(["check", "--profiles"])
        .arg(folder.path())
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(done.stderr).unwrap(), "");
}
