//! What a proxy's own check demands besides, of callers with tokens.

use super::callers::{LISTED, token_without_groups};
use super::gate_of;
use crate::harness::access_tokens::taking_tokens;
use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, TestGatehouse};

const KIND: Kind = Kind::EntraId;

/// Asks as nginx does, with a query of its own.
async fn ask(gate: &TestGatehouse, query: &str, token: &str) -> Page {
    let check = gate.url(KIND, &format!("/auth/check{query}"));
    let original = gate.url(KIND, "/orders?allow_roles=Nobody.Has.This");
    let authorization = format!("Bearer {token}");
    let headers = [
        ("x-original-url", original.as_str()),
        ("x-original-method", "GET"),
        ("authorization", authorization.as_str()),
    ];
    Browser::new().get_with(check, &headers).await
}

/// The answer, and that a refusal names nobody.
async fn judged(gate: &TestGatehouse, query: &str, token: &str, expected: u16) {
    let answer = ask(gate, query, token).await;
    assert_eq!(answer.status, expected, "{query}: {}", answer.text);
    let named = answer.header("x-auth-subject").is_some();
    assert_eq!(named, expected == 200, "{query}");
    if expected == 403 {
        assert_eq!(answer.json()["error"], "not_allowed", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_passes_a_check_that_demands_its_role_and_no_other() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let program = gate.programs_token(KIND).await;
    for (query, expected) in [
        ("", 200),
        ("?allow_roles=Orders.Read.All", 200),
        ("?allow_roles=Other,Orders.Read.All", 200),
        ("?allow_roles=Admin", 403),
        ("?allow_roles=", 403),
        ("?allow_roles=Orders.Read.All&allow_groups=any", 403),
        ("?allow_groups=any", 403),
        ("?allow_emails=ada@contoso.example", 403),
        ("?allow_email_domains=contoso.example", 403),
    ] {
        judged(&gate, query, &program, expected).await;
    }
    let twice = "?allow_roles=Orders.Read.All&allow_roles=Admin";
    assert_eq!(ask(&gate, twice, &program).await.status, 400);
    assert_eq!(ask(&gate, "?allow_role=x", &program).await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_program_is_judged_by_groups_that_its_token_leaves_out() {
    let route = format!(
        "[[route]]\npath = \"/\"\naccept_bearer = {{ audience = \"{}\", scopes = [\"Orders.Read\"] }}",
        KIND.client_id()
    );
    let gate = gate_of(KIND, &route).await;
    let person = token_without_groups(&gate, LISTED).await;
    let other = "11111111-0b0e-4d52-9d6c-2f0d1b8f1f11";
    judged(&gate, "", &person, 200).await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 0, "nothing asks");
    judged(&gate, &format!("?allow_groups={LISTED}"), &person, 200).await;
    judged(
        &gate,
        &format!("?allow_groups={other},{LISTED}"),
        &person,
        200,
    )
    .await;
    judged(&gate, &format!("?allow_groups={other}"), &person, 403).await;
    judged(
        &gate,
        &format!("?allow_groups={LISTED}&allow_roles=Admin"),
        &person,
        403,
    )
    .await;
    judged(&gate, "?allow_roles=Admin", &person, 403).await;
}
