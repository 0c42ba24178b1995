//! `session_state`: Microsoft's session id in the address of a callback, for ID tokens without `sid`.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, TestGatehouse};
use gatehouse::store::SessionFilter;

const ID: &str = "7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad";

/// Signs Ada in with an ID token that has no `sid`, by a callback with this `session_state`.
async fn signed_in_with(kind: Kind, session_state: &str) -> (TestGatehouse, Browser) {
    let plan = Plan::default().sim(|options| options.shapes.optional_claims.clear());
    let (gate, browser) = (plan.start().await, Browser::new());
    let missing = simulator::Fault::MissingClaim("sid".into());
    gate.sim.fault(missing);
    let callback = gate.answer(&browser, kind, "ada", "/").await;
    let mut url = callback.location();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let kept = pairs.iter().filter(|(name, _)| name != "session_state");
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("session_state", session_state);
    let done = browser.get(url).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(gate.is_signed_in(&browser, kind).await);
    (gate, browser)
}

/// Whether a session has this `sid`.
async fn known_as(gate: &TestGatehouse, sid: &str) -> bool {
    let filter = SessionFilter {
        sid: Some(sid.to_owned()),
        ..SessionFilter::default()
    };
    // Text that the store refuses is no `sid` of a row.
    let found = gate.store().list(&filter).await.unwrap_or_default();
    !found.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_state_of_a_microsoft_kind_stands_in_for_a_missing_sid() {
    let (gate, _) = signed_in_with(Kind::EntraId, ID).await;
    assert!(known_as(&gate, ID).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_state_of_a_plain_provider_is_no_sid() {
    let (gate, _) = signed_in_with(Kind::Oidc, ID).await;
    assert!(!known_as(&gate, ID).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_state_of_another_form_is_no_sid() {
    for odd in ["somebody", "nul\0", &"x".repeat(12_000)] {
        let (gate, _) = signed_in_with(Kind::EntraId, odd).await;
        assert!(!known_as(&gate, odd).await, "{odd:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sid_claim_that_no_database_takes_is_no_sid() {
    let gate = Plan::default().start().await;
    for odd in ["nul\0", "a\u{1b}[2J", "line\n"] {
        let claim = simulator::Fault::SetClaim("sid".into(), odd.into());
        gate.sim.fault(claim);
        let browser = gate.browser_of(Kind::Oidc, "ada").await;
        assert!(gate.is_signed_in(&browser, Kind::Oidc).await, "{odd:?}");
        assert!(!known_as(&gate, odd).await, "{odd:?}");
        gate.sim.clear_faults();
    }
}
