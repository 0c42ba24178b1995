//! The lease of a session is lost, or the session itself, between two steps of whoever held it: what somebody else
//! stored is used, and nothing is overwritten.

use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner};
use std::time::Duration;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate, api_of, eventually, host, records};

const B2C: Kind = Kind::B2c;
const ENTRA: Kind = Kind::EntraId;
/// Seconds: an access token of the simulator lives for an hour.
const OVER: i64 = 3_600;

/// Somebody else has the lease as soon as it was taken, and lets go without having written: once, or each time.
const STOLEN_ONCE: &str = "
CREATE TABLE thefts (at INTEGER);
CREATE TRIGGER steal AFTER UPDATE OF lease_owner ON sessions
WHEN NEW.lease_owner IS NOT NULL AND (SELECT count(*) FROM thefts) = 0
BEGIN
    INSERT INTO thefts VALUES (1);
    UPDATE sessions SET lease_owner = zeroblob(16), lease_until = 0
    WHERE handle_hash = NEW.handle_hash;
END";
const STOLEN_EACH_TIME: &str = "
CREATE TRIGGER steal AFTER UPDATE OF lease_owner ON sessions WHEN NEW.lease_owner IS NOT NULL
BEGIN
    UPDATE sessions SET lease_owner = zeroblob(16), lease_until = 0
    WHERE handle_hash = NEW.handle_hash;
END";
/// The session ends as soon as its lease was taken.
const ENDED_MEANWHILE: &str = "
CREATE TRIGGER steal AFTER UPDATE OF lease_owner ON sessions WHEN NEW.lease_owner IS NOT NULL
BEGIN
    DELETE FROM sessions WHERE handle_hash = NEW.handle_hash;
END";

async fn signed_in(kind: Kind) -> (TestGate, Browser) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, kind, "ada").await;
    (gate, browser)
}

/// Edits the profile at the authority and rests before the callback.
async fn edited(gate: &TestGate, browser: &Browser) -> Page {
    let begun = browser.get(gate.url(B2C, "/auth/edit_profile")).await;
    let form = gate.at_authority(browser, &begun).await;
    gate.press(browser, &form, ("save", "1"), &[("name", "Ada King")])
        .await
}

async fn name(gate: &TestGate, browser: &Browser) -> serde_json::Value {
    gate.session(browser, B2C).await["name"].clone()
}

async fn call(gate: &TestGate, browser: &Browser, kind: Kind) -> Page {
    let path = format!("/auth/call_api/{}", api_of(kind));
    browser.get(gate.url(kind, &path)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_lease_is_lost_once_is_written_at_the_second_try() {
    let (gate, browser) = signed_in(B2C).await;
    let back = edited(&gate, &browser).await;
    gate.at_database(STOLEN_ONCE).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(name(&gate, &browser).await, "Ada King");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_lease_is_lost_each_time_is_told_to_come_again_and_changes_nothing() {
    let (gate, browser) = signed_in(B2C).await;
    let before = name(&gate, &browser).await;
    let back = edited(&gate, &browser).await;
    gate.at_database(STOLEN_EACH_TIME).await;
    let busy = browser.follow(&back).await;
    assert_eq!(busy.status, 503, "{}", busy.text);
    assert!(busy.header("retry-after").is_some());
    assert_eq!(name(&gate, &browser).await, before);
    gate.at_database("DROP TRIGGER steal").await;
    let done = browser.follow(&edited(&gate, &browser).await).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(name(&gate, &browser).await, "Ada King");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_told_to_come_again_while_another_replica_holds_the_session() {
    let (gate, browser) = signed_in(B2C).await;
    let before = name(&gate, &browser).await;
    let back = edited(&gate, &browser).await;
    let (store, handle) = (&gate.app.store, gate.handle(&browser, B2C));
    let other = LeaseOwner::generate(&OsRandom);
    let taken = store.lease(&handle, other, Duration::from_mins(1)).await;
    assert!(matches!(taken.unwrap(), Lease::Taken(_)));
    let busy = browser.follow(&back).await;
    assert_eq!(busy.status, 503, "{}", busy.text);
    assert!(busy.header("retry-after").is_some());
    assert_eq!(name(&gate, &browser).await, before);
    let renewed = store
        .renew_lease(&handle, other, Duration::from_mins(1))
        .await;
    assert!(renewed.unwrap(), "the other's lease is untouched");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_a_session_that_ended_before_or_after_its_lease_revives_nothing() {
    for ended in ["DELETE FROM sessions", ENDED_MEANWHILE] {
        let (gate, browser) = signed_in(B2C).await;
        // Session and tokens are in memory: what happens to the row is not known here yet.
        assert!(call(&gate, &browser, B2C).await.text.contains("200 OK"));
        let back = edited(&gate, &browser).await;
        gate.at_database(ended).await;
        let answer = browser.follow(&back).await;
        assert_eq!(answer.status, 303, "{ended}: {}", answer.text);
        assert_eq!(answer.location().path(), "/auth/sign_in", "{ended}");
        assert!(!gate.is_signed_in(&browser, B2C).await, "{ended}");
    }
}

async fn first_asks(gate: &TestGate) {
    eventually("the first asks", async || {
        gate.sim.count(Endpoint::Refresh) == 1
    })
    .await;
}

/// The access tokens that the API was shown, in order.
fn shown(gate: &TestGate) -> Vec<String> {
    let calls = gate.sim.calls().into_iter();
    calls
        .filter(|call| call.endpoint == Endpoint::GraphMe)
        .filter_map(|call| call.authorization)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d41_tokens_that_a_second_holder_stored_are_used_and_not_overwritten_by_the_first() {
    let (gate, browser) = signed_in(ENTRA).await;
    let (replica, handle) = (gate.replica().await, gate.handle(&browser, ENTRA));
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(1_500).times(1));
    let second = async {
        first_asks(&gate).await;
        // As if the first had stood still for longer than its lease.
        gate.at_database("UPDATE sessions SET lease_until = 0")
            .await;
        let path = format!("/auth/call_api/{}", api_of(ENTRA));
        let page = replica.get(&gate, &browser, ENTRA, &path).await;
        assert!(page.text.contains("200 OK"), "{}", page.text);
        replica.app.store.tokens(&handle).await.unwrap()
    };
    let (first, stored) = tokio::join!(call(&gate, &browser, ENTRA), second);
    assert!(first.text.contains("200 OK"), "{}", first.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2, "both asked");
    let tokens = shown(&gate);
    assert_eq!(tokens.len(), 2);
    assert_eq!(
        tokens[0], tokens[1],
        "the first used what the second stored"
    );
    let fresh = gate.replica().await;
    let row = fresh.app.store.tokens(&handle).await.unwrap();
    let (stored, row) = (stored.unwrap(), row.unwrap());
    assert_eq!(row.version, stored.version);
    let refresh = |stored: &gatehouse::store::StoredTokens| {
        let token = stored.tokens.refresh.as_ref().unwrap();
        token.expose().to_owned()
    };
    assert_eq!(refresh(&row), refresh(&stored));
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d41_a_lease_that_is_lost_once_while_the_authority_answers_costs_no_tokens() {
    records::record();
    let (gate, browser) = signed_in(Kind::Oidc).await;
    gate.turn(OVER);
    gate.at_database(STOLEN_ONCE).await;
    let page = call(&gate, &browser, Kind::Oidc).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
    assert!(records::metric("gatehouse_refresh_leases_total", &["lost"]) >= 1.0);
    // The strict provider would end the grant if the old refresh token came back.
    gate.turn(OVER);
    let page = call(&gate, &browser, Kind::Oidc).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c87_tokens_for_a_session_that_ended_while_the_authority_answered_are_not_used() {
    let (gate, browser) = signed_in(ENTRA).await;
    gate.turn(OVER);
    gate.at_database(ENDED_MEANWHILE).await;
    let page = call(&gate, &browser, ENTRA).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::GraphMe), 0);
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
    assert!(
        browser
            .cookie(host(ENTRA), "gatehouse")
            .is_some_and(|cookie| !cookie.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_comes_after_a_second_holder_stored_tokens_ends_nothing() {
    let (gate, browser) = signed_in(ENTRA).await;
    let (replica, handle) = (gate.replica().await, gate.handle(&browser, ENTRA));
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(2_500).times(1));
    let second = async {
        first_asks(&gate).await;
        // As if the first had stood still for longer than its lease.
        gate.at_database("UPDATE sessions SET lease_until = 0")
            .await;
        let path = format!("/auth/call_api/{}", api_of(ENTRA));
        let page = replica.get(&gate, &browser, ENTRA, &path).await;
        assert!(page.text.contains("200 OK"), "{}", page.text);
        // The first brings a refresh token that was exchanged.
        gate.sim.fault(Fault::InvalidGrant.times(1));
        replica.app.store.tokens(&handle).await.unwrap()
    };
    let (first, stored) = tokio::join!(call(&gate, &browser, ENTRA), second);
    assert!(first.text.contains("200 OK"), "{}", first.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2, "both asked");
    let tokens = shown(&gate);
    assert_eq!(tokens[0], tokens[1], "the second's serves both");
    let fresh = gate.replica().await;
    let row = fresh.app.store.tokens(&handle).await.unwrap();
    assert_eq!(row.unwrap().version, stored.unwrap().version);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_comes_while_a_second_holder_is_at_it_ends_nothing() {
    let (gate, browser) = signed_in(ENTRA).await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(1_000).times(1));
    gate.sim.fault(Fault::InvalidGrant.times(1));
    let second = async {
        first_asks(&gate).await;
        gate.at_database(
            "UPDATE sessions SET lease_owner = zeroblob(16), lease_until = 9000000000000000",
        )
        .await;
    };
    let (first, ()) = tokio::join!(call(&gate, &browser, ENTRA), second);
    assert_eq!(first.status, 503, "{}", first.text);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    gate.at_database("UPDATE sessions SET lease_owner = NULL")
        .await;
    let page = call(&gate, &browser, ENTRA).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
}
