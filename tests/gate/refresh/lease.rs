//! The lease of a session is lost, or the session itself, between two steps of whoever held it: what somebody else
//! stored is used, and nothing is overwritten.

use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner, StoredTokens};
use std::sync::Arc;
use std::time::Duration;

use crate::harness::browser::{Browser, Page};
use crate::harness::{
    Endpoint, Fault, Kind, Plan, Replica, TestGatehouse, api_of, host, records, shows_an_answer,
};

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

/// Edits the profile at the authority and rests before the callback.
async fn edited(gate: &TestGatehouse, browser: &Browser) -> Page {
    let begun = browser.get(gate.url(B2C, "/auth/edit_profile")).await;
    let form = gate.at_authority(browser, &begun).await;
    gate.press(browser, &form, ("save", "1"), &[("name", "Ada King")])
        .await
}

async fn name(gate: &TestGatehouse, browser: &Browser) -> serde_json::Value {
    gate.session(browser, B2C).await["name"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_lease_is_lost_once_is_written_at_the_second_try() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let back = edited(&gate, &browser).await;
    gate.at_database(STOLEN_ONCE).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(name(&gate, &browser).await, "Ada King");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_lease_is_lost_each_time_answers_503_and_changes_nothing() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
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
async fn an_edit_answers_503_while_another_replica_holds_the_session() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let before = name(&gate, &browser).await;
    let back = edited(&gate, &browser).await;
    let (store, handle) = (gate.store(), gate.handle(&browser, B2C));
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
        let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
        // Session and tokens are in memory: what happens to the row is not known here yet.
        shows_an_answer(&gate.call(&browser, B2C).await, "the API answers");
        let back = edited(&gate, &browser).await;
        gate.at_database(ended).await;
        let answer = browser.follow(&back).await;
        assert_eq!(answer.status, 303, "{ended}: {}", answer.text);
        assert_eq!(answer.location().path(), "/auth/sign_in", "{ended}");
        assert!(!gate.is_signed_in(&browser, B2C).await, "{ended}");
    }
}

/// The access tokens that the API was shown, in order.
fn shown(gate: &TestGatehouse) -> Vec<String> {
    let calls = gate.sim.calls().into_iter();
    calls
        .filter(|call| call.endpoint == Endpoint::GraphMe)
        .filter_map(|call| call.authorization)
        .collect()
}

/// A second holder refreshes while the first waits for the authority, as if the first had stood still for longer than
/// its lease; gives what the second stored.
async fn second_holder(
    gate: &TestGatehouse,
    replica: &Replica,
    browser: &Browser,
) -> Arc<StoredTokens> {
    gate.first_refresh().await;
    gate.at_database("UPDATE sessions SET lease_until = 0")
        .await;
    let path = format!("/auth/call_api/{}", api_of(ENTRA));
    let page = replica.get(gate, browser, ENTRA, &path).await;
    shows_an_answer(&page, "the second holder");
    tokens_at(gate, replica, browser).await
}

/// The tokens of the browser's session as a replica reads them.
async fn tokens_at(
    gate: &TestGatehouse,
    replica: &Replica,
    browser: &Browser,
) -> Arc<StoredTokens> {
    let handle = gate.handle(browser, ENTRA);
    replica.store().tokens(&handle).await.unwrap().unwrap()
}

// proves: D41
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_a_second_holder_stored_are_used_and_not_overwritten_by_the_first() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    let replica = gate.replica().await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(1_500).times(1));
    let second = second_holder(&gate, &replica, &browser);
    let (first, stored) = tokio::join!(gate.call(&browser, ENTRA), second);
    shows_an_answer(&first, "the API answers");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2, "both asked");
    let tokens = shown(&gate);
    assert_eq!(tokens.len(), 2);
    assert_eq!(
        tokens[0], tokens[1],
        "the first used what the second stored"
    );
    let row = tokens_at(&gate, &gate.replica().await, &browser).await;
    assert_eq!(row.version, stored.version);
    let refresh = |stored: &StoredTokens| {
        let token = stored.tokens.refresh.as_ref().unwrap();
        token.expose().to_owned()
    };
    assert_eq!(refresh(&row), refresh(&stored));
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

// proves: D41
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_lost_once_while_the_authority_answers_costs_no_tokens() {
    records::record();
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    gate.turn(OVER);
    gate.at_database(STOLEN_ONCE).await;
    let page = gate.call(&browser, Kind::Oidc).await;
    shows_an_answer(&page, "the API answers");
    assert!(records::metric("gatehouse_refresh_leases_total", &["lost"]) >= 1.0);
    // The strict provider would end the grant if the old refresh token came back.
    gate.turn(OVER);
    let page = gate.call(&browser, Kind::Oidc).await;
    shows_an_answer(&page, "the API answers");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
}

// proves: C87
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_for_a_session_that_ended_while_the_authority_answered_are_not_used() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(OVER);
    gate.at_database(ENDED_MEANWHILE).await;
    let page = gate.call(&browser, ENTRA).await;
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
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    let replica = gate.replica().await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(2_500).times(1));
    let second = async {
        let stored = second_holder(&gate, &replica, &browser).await;
        // The first brings a refresh token that was exchanged.
        gate.sim.fault(Fault::InvalidGrant.times(1));
        stored
    };
    let (first, stored) = tokio::join!(gate.call(&browser, ENTRA), second);
    shows_an_answer(&first, "the API answers");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2, "both asked");
    let tokens = shown(&gate);
    assert_eq!(tokens[0], tokens[1], "the second's serves both");
    let row = tokens_at(&gate, &gate.replica().await, &browser).await;
    assert_eq!(row.version, stored.version);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_comes_while_a_second_holder_is_at_it_ends_nothing() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(1_000).times(1));
    gate.sim.fault(Fault::InvalidGrant.times(1));
    let second = async {
        gate.first_refresh().await;
        gate.at_database(
            "UPDATE sessions SET lease_owner = zeroblob(16), lease_until = 9000000000000000",
        )
        .await;
    };
    let (first, ()) = tokio::join!(gate.call(&browser, ENTRA), second);
    assert_eq!(first.status, 503, "{}", first.text);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    gate.at_database("UPDATE sessions SET lease_owner = NULL")
        .await;
    let page = gate.call(&browser, ENTRA).await;
    shows_an_answer(&page, "the API answers");
}
