//! Claims that an API demands: which headers count as a demand, and that they are asked for at every step.

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse};
use serde_json::Value;

const ENTRA: Kind = Kind::EntraId;
/// `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
const CLAIMS: &str = "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19";

fn claims_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The claims of the last token request of this grant.
fn redeemed_with(gate: &TestGatehouse, grant: &str) -> Value {
    let call = gate.sim.calls().into_iter().rfind(|call| {
        call.endpoint == Endpoint::Token && call.parameter("grant_type") == Some(grant)
    });
    claims_of(call.unwrap().parameter("claims").unwrap())
}

// proves: D3, T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_a_step_up_is_redeemed_with_the_claims_that_were_asked_for() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "chad").await;
    let first = redeemed_with(&gate, "authorization_code");
    assert!(first["access_token"].get("acrs").is_none(), "{first}");
    let begun = browser.get(gate.url(ENTRA, "/auth/call_api/graph")).await;
    let asked = claims_of(&TestGatehouse::asked(&begun, "claims").unwrap());
    let back = gate.at_authority(&browser, &begun).await;
    assert_eq!(browser.follow(&back).await.status, 303);
    let redeemed = redeemed_with(&gate, "authorization_code");
    assert_eq!(redeemed["access_token"]["acrs"]["value"], "c1");
    assert_eq!(redeemed["access_token"]["xms_cc"]["values"][0], "cp1");
    assert_eq!(redeemed, asked, "the same at both endpoints");
}

// proves: D3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_too_large_for_a_cookie_are_still_asked_for_at_the_authority() {
    use base64::Engine as _;
    let large = format!(
        r#"{{"access_token":{{"x":{{"value":"{}"}}}}}}"#,
        "y".repeat(3_000)
    );
    let text = base64::engine::general_purpose::STANDARD.encode(&large);
    let header = format!(r#"Bearer error="insufficient_claims", claims="{text}""#);
    let api = ScriptedApi::start(move |_| {
        response("401 Unauthorized", &[("WWW-Authenticate", &header)], b"")
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let begun = browser.get(gate.url(ENTRA, "/auth/call_api/own")).await;
    let asked = claims_of(&TestGatehouse::asked(&begun, "claims").unwrap());
    assert_eq!(
        asked["access_token"]["x"]["value"].as_str().unwrap().len(),
        3_000
    );
    let cookies: usize = begun.sets_cookies().iter().map(String::len).sum();
    assert!(cookies < 4_096, "{cookies} bytes");
    let back = gate.at_authority(&browser, &begun).await;
    assert_eq!(browser.follow(&back).await.status, 303);
}

/// Whether a 401 with this header sends the person to the authority with its claims.
async fn is_followed(header: String) -> bool {
    let api = ScriptedApi::start(move |_| {
        response("401 Unauthorized", &[("WWW-Authenticate", &header)], b"")
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let page = browser.get(gate.url(ENTRA, "/auth/call_api/own")).await;
    page.status == 303
        && claims_of(&TestGatehouse::asked(&page, "claims").unwrap())["access_token"]
            .get("acrs")
            .is_some()
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_counts_in_any_case_and_without_an_error() {
    for header in [
        format!(r#"Bearer error="INSUFFICIENT_CLAIMS", claims="{CLAIMS}""#),
        format!(r#"Bearer realm="", claims="{CLAIMS}""#),
    ] {
        assert!(is_followed(header.clone()).await, "{header}");
    }
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_beside_another_error_are_no_claims_challenge() {
    for error in ["invalid_token", "insufficient_scope"] {
        let header = format!(r#"Bearer error="{error}", claims="{CLAIMS}""#);
        assert!(!is_followed(header.clone()).await, "{header}");
    }
}
