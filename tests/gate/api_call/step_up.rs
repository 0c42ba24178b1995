//! Claims that an API demands: which headers count as a demand, and that they are asked for at every step.

use crate::harness::api::{ScriptedApi, response};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, shows_an_answer};
use serde_json::Value;
use simulator::ChallengeForm;

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
    let (gate, browser) = Plan::default().signed_in(ENTRA, "chad").await;
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

async fn steps_up(form: ChallengeForm) {
    let (gate, browser) = Plan::default()
        .sim(|options| options.shapes.challenge = form)
        .signed_in(ENTRA, "chad")
        .await;
    let begun = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(
        gate.sim.count(Endpoint::Refresh),
        1,
        "first without the person"
    );
    let refresh = gate.last_token_request();
    let sent: serde_json::Value =
        serde_json::from_str(refresh.parameter("claims").unwrap()).unwrap();
    assert_eq!(sent["access_token"]["acrs"]["value"], "c1");
    assert_eq!(
        sent["access_token"]["xms_cc"]["values"][0], "cp1",
        "and we can handle challenges"
    );
    let asked: serde_json::Value =
        serde_json::from_str(&TestGatehouse::asked(&begun, "claims").unwrap()).unwrap();
    assert_eq!(asked["access_token"]["acrs"]["value"], "c1", "{form:?}");
    assert!(
        begun
            .location()
            .host_str()
            .unwrap()
            .contains("login.microsoftonline"),
        "our authority, not the challenge's"
    );
    let back = gate.at_authority(&browser, &begun).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.location().path(), "/auth/call_api/graph");
    shows_an_answer(&browser.rest(done).await, &format!("{form:?}"));
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_in_base64_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::Base64).await;
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_in_raw_json_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::RawJson).await;
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_in_the_second_of_two_headers_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::TwoHeaders).await;
}

// proves: B209
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_gets_the_address_of_the_step_up() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "chad").await;
    let answer = browser
        .get_with(
            gate.url(ENTRA, "/auth/call_api/graph"),
            &[("sec-fetch-mode", "cors")],
        )
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json()["sign_in_url"],
        gate.url(ENTRA, "/auth/call_api/graph")
    );
}

// proves: B50
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_no_sign_in_satisfies_stops_after_three_rounds() {
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19""#;
    let api = ScriptedApi::start(move |_| {
        response("401 Unauthorized", &[("WWW-Authenticate", challenge)], b"")
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let mut page = gate.call_named(&browser, ENTRA, "own").await;
    let mut rounds = 0;
    while page.status == 303 {
        let back = gate.at_authority(&browser, &page).await;
        let done = browser.follow(&back).await;
        assert_eq!(done.location().path(), "/auth/call_api/own");
        rounds += 1;
        assert!(rounds <= 3, "going round in circles");
        page = browser.follow(&done).await;
    }
    assert_eq!((rounds, page.status.as_u16()), (3, 400));
    assert!(
        page.text.contains("3 times in a row") && page.text.contains("Request id"),
        "{}",
        page.text
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    // After a minute the person may try again.
    gate.turn(61);
    assert_eq!(gate.call_named(&browser, ENTRA, "own").await.status, 303);
}
