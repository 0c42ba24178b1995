//! Every kind and every credential, accepted.

use gatehouse::config::load_files;
use gatehouse::config::report::rendering::{Looks, text};
use gatehouse::domain::authority::Kind;
use gatehouse::domain::credential::Credential;

use crate::harness::{data, expect, folder, surroundings};

#[test]
fn every_good_file_is_accepted_without_a_remark() {
    let loaded = folder("good");
    let problems = loaded.problems();
    assert!(problems.is_empty(), "{problems:#?}");
    let kinds: std::collections::HashSet<_> = loaded
        .profiles
        .iter()
        .map(|it| it.authority.kind())
        .collect();
    assert_eq!(
        kinds.len(),
        Kind::ALL.len(),
        "there is a good file for every kind"
    );
}

#[test]
fn every_doubtful_file_serves_and_gives_exactly_the_report_beside_it() {
    let mut seen = 0;
    for entry in std::fs::read_dir(data("doubtful")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|end| end == "toml") {
            let loaded = load_files(std::slice::from_ref(&file), surroundings());
            assert_eq!(loaded.profiles.len(), 1, "{} serves", file.display());
            let report = text(&loaded.problems(), Looks::Plain);
            expect(&file.with_extension("expected"), &report);
            seen += 1;
        }
    }
    assert!(seen >= 2, "the test data are there");
}

#[test]
fn every_credential_is_among_the_good_files() {
    let loaded = folder("good");
    let credentials: Vec<_> = loaded
        .profiles
        .iter()
        .map(|it| &it.client.credential)
        .collect();
    let any = |wanted: fn(&Credential) -> bool| credentials.iter().any(|it| wanted(it));
    assert!(any(|it| matches!(
        it,
        Credential::Secret { next: None, .. }
    )));
    assert!(any(|it| matches!(
        it,
        Credential::Secret { next: Some(_), .. }
    )));
    assert!(any(
        |it| matches!(it, Credential::Certificate { certificates, send_chain: true } if certificates.len() == 2)
    ));
    assert!(any(
        |it| matches!(it, Credential::FederatedToken(path) if path.ends_with("token"))
    ));
    assert!(any(
        |it| matches!(it, Credential::FederatedToken(path) if path.ends_with("azure-identity-token"))
    ));
    assert!(any(
        |it| matches!(it, Credential::ManagedIdentity { identity: Some(_), audience } if audience.ends_with("China"))
    ));
    assert!(any(|it| matches!(it, Credential::Public)));
}
