//! A handle of one profile in the cookie of another: a fault of ours, or somebody with the server's keys. It opens
//! nothing there, and nothing done there reaches the session that it belongs to.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, api_of, host, records};

const HERE: Kind = Kind::EntraId;
const THERE: Kind = Kind::Oidc;

/// Somebody signed in at one profile, and a browser that shows the same handle at the other.
async fn planted(gate: &TestGatehouse) -> (Browser, Browser) {
    let (owner, thief) = (Browser::new(), Browser::new());
    gate.sign_in(&owner, HERE, "ada").await;
    gate.plant(&thief, THERE, &gate.handle(&owner, HERE));
    (owner, thief)
}

/// Whether the owner is signed in, in this process and in one that has nothing in memory.
async fn lives(gate: &TestGatehouse, owner: &Browser) -> bool {
    let replica = gate.replica().await;
    gate.is_signed_in(owner, HERE).await && replica.is_signed_in(gate, owner, HERE).await
}

// proves: C76
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handle_of_another_profile_is_no_session_and_is_audited() {
    records::record();
    let gate = Plan::default().start().await;
    let (owner, thief) = planted(&gate).await;
    let own = gate.session(&owner, HERE).await;
    assert_eq!(own["signed_in"], true);
    assert!(!gate.is_signed_in(&thief, THERE).await);
    let home = thief.get(gate.url(THERE, "/")).await;
    assert!(
        home.text.contains("Sign in") && !home.text.contains("Welcome"),
        "{}",
        home.text
    );
    let called = gate.sim.count(Endpoint::Orders);
    let path = format!("/auth/call_api/{}", api_of(THERE));
    let call = thief.get(gate.url(THERE, &path)).await;
    assert_eq!(call.status, 303, "{}", call.text);
    assert_eq!(gate.sim.count(Endpoint::Orders), called);
    let told = records::audit(|event| event["event"] == "cross_profile_session");
    assert!(!told.is_empty());
    for event in told {
        assert_eq!(event["profile.id"], THERE.name());
        assert!(event["session.id"].is_string());
        assert_eq!(event["level"], "WARN");
    }
    assert!(lives(&gate, &owner).await);
}

// proves: C76
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_with_a_handle_of_another_profile_ends_nothing() {
    let gate = Plan::default().start().await;
    let (owner, thief) = planted(&gate).await;
    let same_origin = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
    ];
    let out = thief
        .get_with(gate.url(THERE, "/auth/sign_out"), &same_origin)
        .await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(
        thief
            .cookie(crate::harness::host(THERE), "gatehouse")
            .is_none(),
        "the cookie is of no use there"
    );
    assert!(lives(&gate, &owner).await);
}

// proves: C76
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_over_a_handle_of_another_profile_ends_nothing() {
    let gate = Plan::default().start().await;
    let (owner, thief) = planted(&gate).await;
    gate.sign_in(&thief, THERE, "grace").await;
    assert!(gate.is_signed_in(&thief, THERE).await);
    assert!(lives(&gate, &owner).await);
}

// proves: C69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_one_profile_is_nothing_at_another() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    browser.set_cookie(host(Kind::ExternalId), "gatehouse", &cookie);
    assert!(!gate.is_signed_in(&browser, Kind::ExternalId).await);
    assert!(
        gate.is_signed_in(&browser, Kind::EntraId).await,
        "the row is untouched"
    );
}

// proves: C69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_on_one_host_share_a_cookie_and_no_session() {
    records::record();
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let origin = gate.origin(Kind::EntraId);
    let external = gate.origin(Kind::ExternalId);
    gate.edit(Kind::ExternalId, |text| {
        text.replace(&external, &format!("{origin}/customers"))
    });
    assert_eq!(
        browser
            .get(format!("{origin}/customers/auth/session"))
            .await
            .status,
        401
    );
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(
        !records::alone()
            || records::audit(|line| line["event"] == "cross_profile_session").is_empty(),
        "nothing was presented: each profile has its own handle in the cookie"
    );
}
