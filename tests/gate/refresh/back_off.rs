//! After a refresh that failed every replica backs off: nobody queues for an outage, and an old refresh token
//! is not sent again and again.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan, TestGatehouse, api_of, assert_within, shows_an_answer};

/// The provider that ends the grant when an old refresh token comes back.
const STRICT: Kind = Kind::Oidc;
/// Seconds: an access token of the simulator lives for an hour.
const OVER: i64 = 3_600;
/// Seconds, longer than the back-off after a failure.
const BACK_OFF: i64 = 6;

async fn over(plan: Plan) -> (TestGatehouse, Browser) {
    let (gate, browser) = plan.signed_in(STRICT, "ada").await;
    gate.turn(OVER);
    (gate, browser)
}

fn path() -> String {
    format!("/auth/call_api/{}", api_of(STRICT))
}

fn is_outage(page: &Page) {
    assert_eq!(page.status, 503, "{}", page.text);
    let wait = page.header("retry-after").unwrap().parse::<u64>().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
}

/// Many requests on three replicas, while the first to come asks the authority.
async fn crowd(gate: &TestGatehouse, browser: &Browser) -> Vec<Page> {
    let replicas = [gate.replica().await, gate.replica().await];
    let here = async {
        let first = gate.call(browser, STRICT);
        let others = async {
            gate.first_refresh().await;
            let path = path();
            let here = join_all((0..5).map(|_| gate.call(browser, STRICT)));
            let there = replicas.iter().flat_map(|replica| [replica; 5]);
            let there = join_all(there.map(|replica| replica.get(gate, browser, STRICT, &path)));
            tokio::join!(here, there)
        };
        tokio::join!(first, others)
    };
    let (first, (mut here, there)) = here.await;
    here.push(first);
    here.extend(there);
    here
}

// proves: D10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_replicas_ask_a_hanging_token_endpoint_once_and_answer_all_who_wait() {
    let (gate, browser) = over(Plan::default().settings("[http]\ntimeout = \"1s\"\n")).await;
    gate.sim.fault(Fault::TokenHang);
    let begun = Instant::now();
    let pages = crowd(&gate, &browser).await;
    pages.iter().for_each(is_outage);
    assert_eq!(gate.refreshes(), 1, "one for all three");
    is_outage(&gate.call(&browser, STRICT).await);
    assert_eq!(gate.refreshes(), 1, "none during the back-off");
    // One time-out, and what this machine needs for starting two replicas.
    assert_within(begun, Duration::from_secs(1));
    gate.sim.clear_faults();
    gate.turn(BACK_OFF);
    let page = gate.call(&browser, STRICT).await;
    shows_an_answer(&page, "the API answers");
    assert_eq!(gate.refreshes(), 2);
}

// proves: D43
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strict_provider_whose_answer_was_lost_sees_the_old_refresh_token_once_more() {
    let (gate, browser) = over(Plan::default()).await;
    gate.sim.fault(Fault::TokenSlow(500).times(1));
    gate.sim.fault(Fault::TokenAnswerLost.times(1));
    let pages = crowd(&gate, &browser).await;
    pages.iter().for_each(is_outage);
    assert_eq!(gate.refreshes(), 1);
    assert!(gate.is_signed_in(&browser, STRICT).await);
    gate.turn(BACK_OFF);
    for page in join_all((0..5).map(|_| gate.call(&browser, STRICT))).await {
        assert_eq!(page.status, 303, "{}", page.text);
    }
    assert_eq!(gate.refreshes(), 2);
    assert!(
        !gate.is_signed_in(&browser, STRICT).await,
        "the grant has ended"
    );
}

// proves: D11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_that_said_when_every_replica_waits_until_then() {
    let (gate, browser) = over(Plan::default()).await;
    let replica = gate.replica().await;
    gate.sim.fault(Fault::TokenThrottled(Some(120)).times(1));
    let throttled = gate.call(&browser, STRICT).await;
    assert_eq!(throttled.header("retry-after"), Some("120"));
    for (seconds, asked) in [(0, 1), (110, 1), (15, 2)] {
        gate.turn(seconds);
        replica.get(&gate, &browser, STRICT, &path()).await;
        assert_eq!(gate.refreshes(), asked, "after {seconds} s more");
    }
}

// proves: D10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_waits_for_one_call_and_no_longer_whatever_another_replica_does() {
    let (gate, browser) = over(Plan::default().settings("[http]\ntimeout = \"1s\"\n")).await;
    let handle = gate.handle(&browser, STRICT);
    let other = LeaseOwner::generate(&OsRandom);
    let minute = Duration::from_mins(1);
    let taken = gate.store().lease(&handle, other, minute).await;
    assert!(matches!(taken.unwrap(), Lease::Taken(_)));
    let begun = Instant::now();
    is_outage(&gate.call(&browser, STRICT).await);
    assert_within(begun, Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_untyped_answer_with_a_rotated_refresh_token_every_replica_backs_off() {
    let (gate, browser) = over(Plan::default()).await;
    let replica = gate.replica().await;
    gate.sim.fault(Fault::TokenWithoutType);
    for _ in 0..3 {
        is_outage(&gate.call(&browser, STRICT).await);
        is_outage(&replica.get(&gate, &browser, STRICT, &path()).await);
    }
    assert_eq!(gate.refreshes(), 1, "one for all six");
    gate.sim.clear_faults();
    gate.turn(BACK_OFF);
    let page = gate.call(&browser, STRICT).await;
    shows_an_answer(&page, "the API answers");
    assert_eq!(gate.refreshes(), 2);
}
