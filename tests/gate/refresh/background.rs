//! A token that is due is renewed while the old one serves: an authority in trouble keeps nobody waiting before it is over.

use std::time::{Duration, Instant};

use crate::harness::browser::Browser;
use crate::harness::{Fault, Kind, Plan, TestGatehouse, assert_within, eventually};

const ENTRA: Kind = Kind::EntraId;
/// Seconds: an access token of the simulator lives for an hour and is due five minutes before.
const DUE: i64 = 3_300;
/// What one caller waits at most for a token that is only due; the authority has ten seconds.
const PATIENCE: Duration = Duration::from_secs(1);

async fn due(plan: Plan) -> (TestGatehouse, Browser) {
    let (gate, browser) = plan.signed_in(ENTRA, "ada").await;
    gate.turn(DUE);
    (gate, browser)
}

// proves: D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_endpoint_that_hangs_keeps_nobody_waiting_whose_token_works() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenHang);
    for nth in 1..=3 {
        let begun = Instant::now();
        gate.api_answers(&browser, ENTRA, &format!("call {nth}"))
            .await;
        assert_within(begun, PATIENCE);
    }
    assert_eq!(gate.refreshes(), 1);
}

// proves: D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_metadata_that_are_out_of_reach_keep_nobody_waiting_whose_token_works() {
    // A token of two hours: when it is due, both documents are old and fetched first.
    let plan = Plan::default().sim(|options| options.access_token_lifetime = 2 * 3_600);
    let (gate, browser) = due(plan).await;
    gate.turn(3_600);
    gate.sim.fault(Fault::MetadataSlow(20_000));
    gate.sim.fault(Fault::KeysSlow(20_000));
    let begun = Instant::now();
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    assert_within(begun, PATIENCE);
}

// proves: D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failure_the_token_endpoint_is_left_alone_for_half_a_minute() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenStatus(500));
    for _ in 0..3 {
        gate.api_answers(&browser, ENTRA, "the old token lives")
            .await;
    }
    gate.first_refresh().await;
    gate.turn(29);
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    assert_eq!(gate.refreshes(), 1, "not yet");
    gate.sim.clear_faults();
    gate.turn(1);
    gate.api_answers(&browser, ENTRA, "and is exchanged").await;
    eventually("then again", async || gate.refreshes() == 2).await;
}

// proves: D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_while_the_token_worked_holds_nothing_up_once_it_is_over() {
    let (gate, browser) = due(Plan::default()).await;
    gate.turn(290);
    gate.sim.fault(Fault::TokenStatus(500));
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    gate.first_refresh().await;
    gate.sim.clear_faults();
    gate.turn(10);
    gate.api_answers(&browser, ENTRA, "the token is over, the authority is back")
        .await;
    assert_eq!(gate.refreshes(), 2);
}

// proves: D4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_new_token_of_an_exchange_that_nobody_waited_for_serves_the_next_call() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenSlow(2_500).times(1));
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    gate.app.refreshes.settled().await;
    gate.turn(400);
    gate.api_answers(&browser, ENTRA, "the new token").await;
    assert_eq!(gate.refreshes(), 1);
}
