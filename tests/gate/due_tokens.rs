//! A token that is due is renewed while the old one serves: an authority in trouble keeps nobody waiting before it is over.

use std::time::{Duration, Instant};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate, api_of, eventually};

const ENTRA: Kind = Kind::EntraId;
/// Seconds: an access token of the simulator lives for an hour and is due five minutes before.
const DUE: i64 = 3_300;
/// Beyond what one caller waits for a token that is only due; the authority has ten seconds.
const QUICK: Duration = Duration::from_secs(4);

async fn due(plan: Plan) -> (TestGate, Browser) {
    let gate = plan.start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    gate.turn(DUE);
    (gate, browser)
}

async fn call(gate: &TestGate, browser: &Browser) -> Page {
    let path = format!("/auth/call_api/{}", api_of(ENTRA));
    browser.get(gate.url(ENTRA, &path)).await
}

async fn works(gate: &TestGate, browser: &Browser, why: &str) {
    let page = call(gate, browser).await;
    assert!(
        page.text.contains("200 OK"),
        "{why}: {} {}",
        page.status,
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_a_token_endpoint_that_hangs_keeps_nobody_waiting_whose_token_works() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenHang);
    for nth in 1..=3 {
        let begun = Instant::now();
        works(&gate, &browser, &format!("call {nth}")).await;
        assert!(begun.elapsed() < QUICK, "{nth}: {:?}", begun.elapsed());
    }
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_keys_and_metadata_that_are_out_of_reach_keep_nobody_waiting_whose_token_works() {
    // A token of two hours: when it is due, both documents are old and fetched first.
    let plan = Plan::default().sim(|options| options.access_token_lifetime = 2 * 3_600);
    let (gate, browser) = due(plan).await;
    gate.turn(3_600);
    gate.sim.fault(Fault::MetadataSlow(20_000));
    gate.sim.fault(Fault::KeysSlow(20_000));
    let begun = Instant::now();
    works(&gate, &browser, "the old token lives").await;
    assert!(begun.elapsed() < QUICK, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_after_a_failure_the_token_endpoint_is_left_alone_for_half_a_minute() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenStatus(500));
    for _ in 0..3 {
        works(&gate, &browser, "the old token lives").await;
    }
    eventually("one failure", async || {
        gate.sim.count(Endpoint::Refresh) == 1
    })
    .await;
    gate.turn(29);
    works(&gate, &browser, "the old token lives").await;
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1, "not yet");
    gate.sim.clear_faults();
    gate.turn(1);
    works(&gate, &browser, "and is exchanged").await;
    eventually("then again", async || {
        gate.sim.count(Endpoint::Refresh) == 2
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_a_failure_while_the_token_worked_holds_nothing_up_once_it_is_over() {
    let (gate, browser) = due(Plan::default()).await;
    gate.turn(290);
    gate.sim.fault(Fault::TokenStatus(500));
    works(&gate, &browser, "the old token lives").await;
    eventually("one failure", async || {
        gate.sim.count(Endpoint::Refresh) == 1
    })
    .await;
    gate.sim.clear_faults();
    gate.turn(10);
    works(&gate, &browser, "the token is over, the authority is back").await;
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_the_new_token_of_an_exchange_that_nobody_waited_for_serves_the_next_call() {
    let (gate, browser) = due(Plan::default()).await;
    gate.sim.fault(Fault::TokenSlow(2_500).times(1));
    works(&gate, &browser, "the old token lives").await;
    gate.app.refreshes.settled().await;
    gate.turn(400);
    works(&gate, &browser, "the new token").await;
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}
