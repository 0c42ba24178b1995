//! Who passes with a token, at every kind of authority, and who does not.

use super::{ask, challenge, gate_of, with_token};
use crate::harness::access_tokens::{audience, taking_tokens};
use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, TestGatehouse};

// proves: B146
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_program_passes_with_a_token_of_our_api_at_every_kind() {
    for kind in Kind::ALL {
        let gate = gate_of(kind, &taking_tokens(kind)).await;
        let token = gate.persons_token(kind, "ada", "Orders.Read").await;
        for _ in 0..2 {
            let passed = with_token(&gate, kind, "/orders?year=2026", &token).await;
            assert_eq!(
                passed.status,
                200,
                "{kind:?}: {} {}",
                passed.text,
                challenge(&passed)
            );
            assert!(passed.header("x-auth-subject").is_some());
            assert!(passed.sets_cookies().is_empty());
        }
        let refused = with_token(&gate, kind, "/", &format!("{token}x")).await;
        assert_eq!(refused.status, 401, "{kind:?}");
    }
}

// proves: B27
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_without_a_person_passes_with_its_role_and_only_where_a_role_is_named() {
    for kind in [Kind::EntraId, Kind::ExternalId, Kind::B2c] {
        let scope_only = format!(
            "{}\n[[route]]\npath = \"/people\"\naccept_bearer = {{ audience = \"{}\", scopes = [\"Orders.Read\"] }}",
            taking_tokens(kind),
            audience(kind)
        );
        let gate = gate_of(kind, &scope_only).await;
        let token = gate.programs_token(kind).await;
        let passed = with_token(&gate, kind, "/orders", &token).await;
        assert_eq!(
            passed.status,
            200,
            "{kind:?}: {} {}",
            passed.text,
            challenge(&passed)
        );
        let refused = with_token(&gate, kind, "/people/1", &token).await;
        assert_eq!(refused.status, 403, "{kind:?}");
        assert!(
            challenge(&refused).contains("error=\"insufficient_scope\""),
            "{}",
            challenge(&refused)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_the_older_version_count_too() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &taking_tokens(kind)).await;
    let person = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", "any"),
    ];
    let program = [("grant_type", "client_credentials")];
    for grant in [&person[..], &program[..]] {
        let token = gate.v1_token(grant).await;
        let passed = with_token(&gate, kind, "/", &token).await;
        assert_eq!(
            passed.status,
            200,
            "{grant:?}: {} {}",
            passed.text,
            challenge(&passed)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_of_the_route_judges_the_person_of_a_token() {
    let kind = Kind::EntraId;
    let route = taking_tokens(kind).replace(
        "path = \"/\"",
        "path = \"/\"\nallow = { email_domains = [\"nowhere.example\"] }",
    );
    let gate = gate_of(kind, &route).await;
    let token = gate.persons_token(kind, "ada", "Orders.Read").await;
    let refused = with_token(&gate, kind, "/", &token).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(refused.json()["error"], "not_allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_without_credentials_gets_the_challenge_and_a_person_signs_in() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &taking_tokens(kind)).await;
    for accept in [
        "*/*",
        "application/json, text/event-stream",
        "application/json",
    ] {
        let refused = ask(
            &gate,
            &Browser::new(),
            kind,
            "/mcp?x=1",
            &[("accept", accept)],
        )
        .await;
        assert_eq!(refused.status, 401, "{accept}");
        assert!(refused.header("location").is_none());
        let origin = gate.origin(kind);
        assert_eq!(
            challenge(&refused),
            format!(
                "Bearer realm=\"entra-id\", scope=\"api://orders/Orders.Read\", resource_metadata=\"{origin}/.well-known/oauth-protected-resource/mcp\""
            )
        );
        assert!(refused.json()["sign_in_url"].is_string());
    }
    let person = [("accept", "text/html"), ("sec-fetch-mode", "navigate")];
    let navigation = ask(&gate, &Browser::new(), kind, "/mcp", &person).await;
    assert_eq!(navigation.status, 303, "{}", navigation.text);
    let browser = gate.browser_of(kind, "ada").await;
    let passed = ask(&gate, &browser, kind, "/mcp", &person).await;
    assert_eq!(
        passed.status, 200,
        "a session passes as ever: {}",
        passed.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_that_takes_no_tokens_does_not_read_them() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, "[[route]]\npath = \"/\"").await;
    let token = gate.persons_token(kind, "ada", "Orders.Read").await;
    let refused = with_token(&gate, kind, "/", &token).await;
    assert_eq!(refused.status, 303, "nobody is signed in: {}", refused.text);
    let script = [
        ("authorization", "Bearer anything at all"),
        ("accept", "application/json"),
    ];
    let refused = ask(&gate, &Browser::new(), kind, "/", &script).await;
    assert_eq!(refused.status, 401);
    assert!(
        !challenge(&refused).starts_with("Bearer"),
        "{}",
        challenge(&refused)
    );
    let browser = gate.browser_of(kind, "ada").await;
    let passed = ask(&gate, &browser, kind, "/", &script).await;
    assert_eq!(
        passed.status, 200,
        "the application's own header: {}",
        passed.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_keys_are_away_a_token_is_unknown_and_not_wrong() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &taking_tokens(kind)).await;
    let token = gate.persons_token(kind, "ada", "Orders.Read").await;
    gate.sim.fault(Fault::KeysDown);
    let unknown = with_token(&gate, kind, "/", &token).await;
    assert_eq!(unknown.status, 503, "{}", unknown.text);
    assert!(unknown.header("retry-after").is_some());
    assert!(unknown.header("www-authenticate").is_none());
    gate.sim.clear_faults();
    gate.turn(10);
    let passed = with_token(&gate, kind, "/", &token).await;
    assert_eq!(passed.status, 200, "{}", passed.text);
    gate.sim.fault(Fault::KeysDown);
    let known = with_token(&gate, kind, "/", &token).await;
    assert_eq!(known.status, 200, "the last good keys still count");
}

/// Takes tokens of this audience from people in this group.
fn for_group(audience: &str, group: &str) -> String {
    format!(
        "[[route]]\npath = \"/\"\nallow = {{ groups = [\"{group}\"] }}\naccept_bearer = {{ audience = \"{audience}\", scopes = [\"Orders.Read\"] }}"
    )
}

/// A group of the person whose token leaves groups out.
pub(super) const LISTED: &str = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";

/// A token of a person in this group and 299 others, more than fit, for an API that the application of the profile exposes.
pub(super) async fn token_without_groups(gate: &TestGatehouse, group: &str) -> String {
    let kind = Kind::EntraId;
    let mut clients = gate.sim.clients().into_iter();
    let mut own = clients.find(|it| it.id == kind.client_id()).unwrap();
    own.identifier_uris = vec!["api://gate".to_owned()];
    own.scopes = vec!["Orders.Read".to_owned()];
    gate.sim.register(own);
    let others = (2..=300).map(|nth| format!("{nth:08x}-0000-4000-8000-000000000000"));
    let many: Vec<String> = std::iter::once(group.to_owned()).chain(others).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    gate.sim.set_person_groups("gus", &many);
    gate.token_for(kind, "gus", "openid api://gate/Orders.Read")
        .await
}

// proves: B205
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_a_token_leaves_out_are_read_on_behalf_of_the_person() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, "").await;
    let token = token_without_groups(&gate, LISTED).await;
    for (wanted, expected) in [(LISTED, 200), ("11111111-0b0e-4d52-9d6c-2f0d1b8f1f11", 403)] {
        gate.edit(kind, |text| {
            let (profile, _) = text.split_once("[[route]]").unwrap_or((&text, ""));
            format!("{profile}\n{}", for_group(kind.client_id(), wanted))
        });
        let asked = gate.sim.count(Endpoint::GraphGroups);
        for _ in 0..3 {
            let answer = with_token(&gate, kind, "/", &token).await;
            assert_eq!(answer.status, expected, "{wanted}: {}", answer.text);
        }
        let calls = gate.sim.count(Endpoint::GraphGroups) - asked;
        assert!(calls <= 1, "{calls}");
    }
}

// proves: B205, D17
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_cannot_be_read_are_unknown_and_not_none() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &for_group("api://orders", LISTED)).await;
    // Another application's API: nobody exchanges its token for us.
    let token = gate.persons_token(kind, "gus", "Orders.Read").await;
    for _ in 0..2 {
        let unknown = with_token(&gate, kind, "/", &token).await;
        assert_eq!(unknown.status, 503, "{}", unknown.text);
        assert!(unknown.header("retry-after").is_some());
    }
    let few = gate.persons_token(kind, "ada", "Orders.Read").await;
    let refused = with_token(&gate, kind, "/", &few).await;
    assert_eq!(
        refused.status, 403,
        "a token with all groups is judged: {}",
        refused.text
    );
}
