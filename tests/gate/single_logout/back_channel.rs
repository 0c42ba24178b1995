//! An authority says by a signed token that somebody signed out there (the back channel).

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, TestGatehouse, beginning, host};
use serde_json::json;
use simulator::{LogoutSignature, LogoutToken};

const OIDC: Kind = Kind::Oidc;

// proves: A42, B112, B113
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_logout_token_ends_the_session() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let other = gate.browser_of(OIDC, "grace").await;
    let mut token = gate.right_logout_token();
    token.set.insert("unknown".to_owned(), json!({"x": 1}));
    let answer = gate.post_logout_token(&gate.sim.logout_token(&token)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (200, Some("no-store"))
    );
    assert!(!gate.is_signed_in(&browser, OIDC).await);
    assert!(gate.is_signed_in(&other, OIDC).await);
    let cookie = browser.cookie(host(OIDC), "gatehouse");
    assert!(
        cookie.is_some(),
        "the cookie is still there and opens nothing"
    );
}

// proves: B114
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_with_only_sub_ends_all_of_the_persons_sessions() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let (phone, other) = (Browser::new(), Browser::new());
    gate.sign_in(&phone, OIDC, "ada").await;
    gate.sign_in(&other, OIDC, "grace").await;
    let token = LogoutToken {
        sid: None,
        ..gate.right_logout_token()
    };
    assert_eq!(
        gate.post_logout_token(&gate.sim.logout_token(&token))
            .await
            .status,
        200
    );
    assert!(!gate.is_signed_in(&browser, OIDC).await && !gate.is_signed_in(&phone, OIDC).await);
    assert!(gate.is_signed_in(&other, OIDC).await);
}

// proves: B115
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sid_of_another_person_ends_nothing() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let token = LogoutToken {
        sub: gate.sim.subject(OIDC, "grace", OIDC.client_id()),
        ..gate.right_logout_token()
    };
    assert_eq!(
        gate.post_logout_token(&gate.sim.logout_token(&token))
            .await
            .status,
        400
    );
    assert!(gate.is_signed_in(&browser, OIDC).await);
}

/// A right token with another value, or none, for one of its claims.
fn with_claim(gate: &TestGatehouse, name: &str, value: Option<serde_json::Value>) -> LogoutToken {
    let mut token = gate.right_logout_token();
    match value {
        Some(value) => drop(token.set.insert(name.to_owned(), value)),
        None => token.remove.push(name.to_owned()),
    }
    token
}

/// Claims that break a rule.
fn with_wrong_claims(gate: &TestGatehouse) -> Vec<(&'static str, LogoutToken)> {
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let other = json!({"http://schemas.openid.net/event/other": {}});
    let now = beginning().timestamp();
    let claims = [
        ("A44 no events", "events", None),
        ("B119 events as text", "events", Some(json!(event))),
        ("B119 events as a list", "events", Some(json!([event]))),
        ("B119 no object", "events", Some(json!({event: true}))),
        ("A48 another event", "events", Some(other)),
        ("A45 B119 a nonce", "nonce", Some(json!("n"))),
        ("A47 another audience", "aud", Some(json!("somebody-else"))),
        (
            "A49 another issuer",
            "iss",
            Some(json!("https://evil.example")),
        ),
        ("B117 no iat", "iat", None),
        ("B117 iat to come", "iat", Some(json!(now + 3_600))),
        ("B117 no exp", "exp", None),
        ("B117 exp past", "exp", Some(json!(now - 600))),
        ("B117 exp far away", "exp", Some(json!(now + 90_000))),
        ("B117 no jti", "jti", None),
    ];
    let token = |(why, name, value)| (why, with_claim(gate, name, value));
    claims.into_iter().map(token).collect()
}

/// Everything that is wrong with a logout token, each by itself.
fn forged(gate: &TestGatehouse) -> Vec<(&'static str, LogoutToken)> {
    let signed = |signature| LogoutToken {
        signature,
        ..gate.right_logout_token()
    };
    let mut typed = gate.right_logout_token();
    typed.header.insert("typ".to_owned(), json!("at+jwt"));
    let nobodys = LogoutToken {
        sub: None,
        sid: None,
        ..gate.right_logout_token()
    };
    let other = signed(LogoutSignature::OtherAlgorithm);
    let mut tokens = with_wrong_claims(gate);
    tokens.extend([
        ("A43 alg none", signed(LogoutSignature::None)),
        ("A46 B116 another algorithm", other),
        ("B116 hmac with the secret", signed(LogoutSignature::Hs256)),
        ("B116 an unknown key", signed(LogoutSignature::UnknownKey)),
        (
            "B116 a broken signature",
            signed(LogoutSignature::Corrupted),
        ),
        ("B116 an ID token's type", typed),
        ("B119 names nobody", nobodys),
    ]);
    tokens
}

// proves: A43, A44, A45, A46, A47, A48, A49, B116, B117, B119, B122, B152
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_token_that_breaks_a_rule_ends_nothing() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    for (why, token) in forged(&gate) {
        let answer = gate.post_logout_token(&gate.sim.logout_token(&token)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("cache-control")),
            (400, Some("no-store")),
            "{why}: {}",
            answer.text
        );
        let error = answer.json();
        let members: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(members, ["error", "error_description"], "{why}");
        assert!(gate.is_signed_in(&browser, OIDC).await, "{why}");
    }
    assert_eq!(
        gate.post_logout_token(&gate.sim.logout_token(&gate.right_logout_token()))
            .await
            .status,
        200,
        "the right one still counts"
    );
}

// proves: B112
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_one_form_with_one_token_is_a_logout_request() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let url = gate.url(OIDC, "/auth/back_channel_logout");
    let token = gate.sim.logout_token(&gate.right_logout_token());
    let stranger = Browser::new();
    assert_eq!(stranger.get(&url).await.status, 405);
    assert_eq!(
        stranger
            .post(&url, &[("logout_token", &token), ("logout_token", &token)])
            .await
            .status,
        400
    );
    assert_eq!(stranger.post(&url, &[("token", &token)]).await.status, 400);
    let client = crate::harness::browser::client();
    let json = client
        .post(&url)
        .json(&json!({"logout_token": token}))
        .send()
        .await
        .unwrap();
    assert!(
        matches!(json.status().as_u16(), 400 | 415),
        "{}",
        json.status()
    );
    let huge = "x".repeat(64 * 1024);
    assert!(matches!(
        stranger
            .post(&url, &[("logout_token", &huge)])
            .await
            .status
            .as_u16(),
        400 | 413
    ));
    assert!(gate.is_signed_in(&browser, OIDC).await);
}

// proves: B118, B152
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_token_works_once_on_all_replicas() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let replica = gate.replica().await;
    let token = gate.sim.logout_token(&LogoutToken {
        sid: None,
        ..gate.right_logout_token()
    });
    assert_eq!(gate.post_logout_token(&token).await.status, 200);
    gate.sign_in(&browser, OIDC, "ada").await;
    assert_eq!(gate.post_logout_token(&token).await.status, 400, "a replay");
    let at = format!("http://127.0.0.1:{}/auth/back_channel_logout", replica.port);
    let named = format!("{}:{}", host(OIDC), gate.port);
    let elsewhere = Browser::new()
        .post_with(at, &[("logout_token", &token)], &[("host", &named)])
        .await;
    assert_eq!(elsewhere.status, 400, "{}", elsewhere.text);
    assert!(
        gate.is_signed_in(&browser, OIDC).await,
        "the new session stays"
    );
}

// proves: B124
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_met_an_outage_counts_when_it_is_sent_again() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let token = gate.sim.logout_token(&gate.right_logout_token());
    gate.at_database("ALTER TABLE sessions RENAME TO sessions_away")
        .await;
    let failed = gate.post_logout_token(&token).await;
    assert_eq!(failed.status, 503, "{}", failed.text);
    assert!(failed.header("retry-after").is_some());
    gate.at_database("ALTER TABLE sessions_away RENAME TO sessions")
        .await;
    assert_eq!(
        gate.post_logout_token(&token).await.status,
        200,
        "the sender repeats it"
    );
    assert!(!gate.is_signed_in(&browser, OIDC).await);
    assert_eq!(
        gate.post_logout_token(&token).await.status,
        400,
        "now it is a replay"
    );
}

// proves: B120, B121
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_out_already_is_no_failure() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let token = gate.sim.logout_token(&gate.right_logout_token());
    browser
        .get_with(
            gate.url(OIDC, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(gate.post_logout_token(&token).await.status, 200);
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_signs_somebody_out_tells_gatehouse_itself() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    gate.sim
        .back_channel_urls(OIDC, vec![gate.url(OIDC, "/auth/back_channel_logout")]);
    let delivered = gate
        .sim
        .send_back_channel_logout(&gate.right_logout_token())
        .await;
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].status, Some(200), "{}", delivered[0].answer);
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}
