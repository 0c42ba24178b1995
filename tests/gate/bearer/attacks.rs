//! Attacks with tokens, each refused for what it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{ask, challenge, gate_of, with_token};
use crate::harness::access_tokens::taking_tokens;
use crate::harness::browser::Browser;
use crate::harness::{Kind, add_profile, socket};

const KIND: Kind = Kind::EntraId;

// proves: B97, B146
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_use_or_form_is_an_invalid_token() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let tokens = gate.tokens_of(KIND, "ada", "Orders.Read").await;
    let good = tokens["access_token"].as_str().unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let id_token = tokens["id_token"].as_str().unwrap().to_owned();
    for (attack, token) in [
        ("an ID token", id_token),
        ("no signature", format!("{none}.{body}.")),
        (
            "none with a signature",
            format!("{none}.{body}.{signature}"),
        ),
        (
            "tampered claims",
            format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode("{}")),
        ),
        ("no token", "abc".to_owned()),
        (
            "a huge token",
            format!("{head}.{}.{signature}", "A".repeat(66_000)),
        ),
    ] {
        let refused = with_token(&gate, KIND, "/orders", &token).await;
        assert_eq!(refused.status, 401, "{attack}: {}", refused.text);
        let told = challenge(&refused);
        assert!(told.contains("error=\"invalid_token\""), "{attack}: {told}");
        assert!(told.contains("resource_metadata="), "{attack}: {told}");
        assert!(!refused.text.contains(body), "{attack}");
        assert!(refused.header("x-auth-subject").is_none(), "{attack}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_after_its_time_or_without_the_scope_does_not_pass() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let token = gate.persons_token(KIND, "ada", "Orders.Read").await;
    assert_eq!(with_token(&gate, KIND, "/", &token).await.status, 200);
    gate.turn(3_600 + 301);
    let expired = with_token(&gate, KIND, "/", &token).await;
    assert_eq!(expired.status, 401);
    assert!(
        challenge(&expired).contains("exp is"),
        "{}",
        challenge(&expired)
    );
    let other = gate.persons_token(KIND, "ada", "Orders.Write").await;
    let refused = with_token(&gate, KIND, "/", &other).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let told = challenge(&refused);
    assert!(told.contains("error=\"insufficient_scope\""), "{told}");
    assert!(
        told.contains("scope=\"api://orders/Orders.Read\""),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_another_api_or_of_another_profile_is_nothing_here() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let route = taking_tokens(KIND);
    let elsewhere = format!("http://entra.localhost:{}/elsewhere", gate.port);
    add_profile(&gate, "elsewhere", &elsewhere, &route);
    let theirs = gate.persons_token(Kind::Oidc, "ada", "Orders.Read").await;
    let ours = gate.persons_token(KIND, "ada", "Orders.Read").await;
    let passed = with_token(&gate, KIND, "/elsewhere/x", &theirs).await;
    assert_eq!(passed.status, 200, "{}", passed.text);
    let refused = with_token(&gate, KIND, "/orders", &theirs).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(
        challenge(&refused).contains("iss is not"),
        "{}",
        challenge(&refused)
    );
    let refused = with_token(&gate, KIND, "/elsewhere/x", &ours).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_with_two_callers_is_refused() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let token = gate.persons_token(KIND, "ada", "Orders.Read").await;
    let bearer = format!("Bearer {token}");
    let browser = gate.browser_of(KIND, "grace").await;
    let both = ask(
        &gate,
        &browser,
        KIND,
        "/",
        &[("authorization", bearer.as_str())],
    )
    .await;
    assert_eq!(both.status, 400, "{}", both.text);
    assert!(
        challenge(&both).contains("error=\"invalid_request\""),
        "{}",
        challenge(&both)
    );
    let head = format!(
        "GET /auth/check HTTP/1.1\r\nhost: {0}\r\nx-forwarded-method: GET\r\nx-forwarded-proto: http\r\nx-forwarded-host: {0}\r\nx-forwarded-uri: /\r\n",
        gate.origin(KIND).trim_start_matches("http://")
    );
    for second in [bearer.as_str(), "Bearer x", "Basic x"] {
        let twice = format!("{head}authorization: {bearer}\r\nauthorization: {second}\r\n\r\n");
        let answer = socket::send(gate.port, twice.as_bytes()).await;
        assert_eq!(socket::status(&answer), 400, "{answer}");
    }
    let list = format!("{bearer}, {bearer}");
    for header in [list.as_str(), "Bearer", "Bearer a b"] {
        let refused = ask(
            &gate,
            &Browser::new(),
            KIND,
            "/",
            &[("authorization", header)],
        )
        .await;
        assert_eq!(refused.status, 400, "{header}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scheme_counts_in_any_case_and_a_token_in_the_address_counts_nowhere() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let token = gate.persons_token(KIND, "ada", "Orders.Read").await;
    for scheme in ["bearer", "BEARER", "BeArEr"] {
        let header = format!("{scheme} {token}");
        let passed = ask(
            &gate,
            &Browser::new(),
            KIND,
            "/",
            &[("authorization", &header)],
        )
        .await;
        assert_eq!(passed.status, 200, "{scheme}");
    }
    let in_query = format!("/orders?access_token={token}");
    let refused = ask(&gate, &Browser::new(), KIND, &in_query, &[]).await;
    assert_eq!(refused.status, 401);
    assert!(
        !challenge(&refused).contains(&token),
        "the challenge repeats no query"
    );
    let basic = [("authorization", "Basic YWRhOmFkYQ==")];
    let refused = ask(&gate, &Browser::new(), KIND, "/", &basic).await;
    assert_eq!(refused.status, 401);
    assert!(challenge(&refused).starts_with("Bearer "));
}
