//! Outages in the middle of a refresh: what the authority has rotated is never lost, and nobody queues for a failure.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan, TestGate};

/// The provider that ends the grant when an old refresh token comes back.
const STRICT: Kind = Kind::Oidc;
/// Seconds: an access token of the simulator lives for an hour and is due five minutes before.
const DUE: i64 = 3_300;
const OVER: i64 = 3_600;

async fn signed_in(plan: Plan, kind: Kind) -> (TestGate, Browser) {
    let gate = plan.start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, kind, "ada").await;
    (gate, browser)
}

async fn call(gate: &TestGate, browser: &Browser, kind: Kind) -> Page {
    browser
        .get(gate.url(
            kind,
            &format!("/auth/call_api/{}", crate::harness::api_of(kind)),
        ))
        .await
}

async fn works(gate: &TestGate, browser: &Browser, kind: Kind, why: &str) {
    let page = call(gate, browser, kind).await;
    assert!(
        page.text.contains("200 OK"),
        "{why}: {} {}",
        page.status,
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_refresh_token_is_kept_although_the_keys_are_out_of_reach() {
    let (gate, browser) = signed_in(Plan::default(), STRICT).await;
    gate.turn(DUE);
    gate.sim.fault(Fault::KeysRotated.times(1));
    gate.sim.fault(Fault::KeysDown);
    works(&gate, &browser, STRICT, "the old token lives").await;
    gate.sim.clear_faults();
    gate.turn(120);
    works(
        &gate,
        &browser,
        STRICT,
        "the next exchange sends the newest refresh token",
    )
    .await;
    gate.turn(DUE);
    works(&gate, &browser, STRICT, "and so on").await;
    assert!(gate.is_signed_in(&browser, STRICT).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_answer_signs_nobody_out() {
    for fault in [
        Fault::TokenHtml,
        Fault::TokenTruncated,
        Fault::TokenWithoutType,
    ] {
        let (gate, browser) = signed_in(Plan::default(), Kind::EntraId).await;
        gate.turn(OVER);
        gate.sim.fault(fault.clone());
        let page = call(&gate, &browser, Kind::EntraId).await;
        assert_eq!(page.status, 503, "{fault:?}: {}", page.text);
        assert!(
            gate.is_signed_in(&browser, Kind::EntraId).await,
            "{fault:?}"
        );
        gate.sim.clear_faults();
        works(&gate, &browser, Kind::EntraId, "after the outage").await;
    }
}
