//! Every way to the authority tells it the language that the person chose on our pages.

use crate::harness::browser::{Browser, Page};
use crate::harness::upstream::{Upstream, answer};
use crate::harness::{Fault, Kind, Plan, TestGatehouse};

const ENTRA: Kind = Kind::EntraId;
const B2C: Kind = Kind::B2c;

async fn choose_japanese(gate: &TestGatehouse, browser: &Browser, kind: Kind) {
    let address = gate.url(kind, "/auth/language");
    let chosen = browser.post(address, &[("language", "ja")]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
}

fn tells_japanese(begun: &Page) {
    assert_eq!(begun.status, 303, "{}", begun.text);
    let told = begun.location_parameter("ui_locales");
    assert_eq!(told.as_deref(), Some("ja"), "{}", begun.location());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_of_an_upstream_tells_the_authority_the_language() {
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
    let upstream = Upstream::start(move |_| {
        answer("401 Unauthorized", &[("www-authenticate", challenge)], b"")
    })
    .await;
    let route = upstream.route("/", "token_for = \"graph\"");
    let plan = Plan::default().table(ENTRA, &route);
    let (gate, browser) = plan.signed_in(ENTRA, "ada").await;
    choose_japanese(&gate, &browser, ENTRA).await;
    tells_japanese(&browser.get(gate.url(ENTRA, "/secret")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_is_asked_once_more_tells_the_authority_the_language() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    choose_japanese(&gate, &browser, ENTRA).await;
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    gate.sim.fault(Fault::InteractionRequired.times(1));
    tells_japanese(&browser.follow(&callback).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_begins_again_tells_the_authority_the_language() {
    let gate = Plan::default().start().await;
    let (began, other) = (Browser::new(), Browser::new());
    choose_japanese(&gate, &other, ENTRA).await;
    let callback = gate.answer(&began, ENTRA, "ada", "/").await;
    tells_japanese(&other.get(callback.location()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_reset_and_the_sign_in_after_it_tell_the_authority_the_language() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    choose_japanese(&gate, &browser, B2C).await;
    let begun = browser.get(gate.url(B2C, "/auth/sign_in")).await;
    let pick = gate.at_authority(&browser, &begun).await;
    let forgot = gate.press(&browser, &pick, ("forgot", "1"), &[]).await;
    let reset = browser.follow(&forgot).await;
    tells_japanese(&reset);
    let pick = gate.at_authority(&browser, &reset).await;
    let form = gate.press(&browser, &pick, ("person", "ada"), &[]).await;
    let back = gate.press(&browser, &form, ("reset", "1"), &[]).await;
    tells_japanese(&browser.follow(&back).await);
}
