//! After an exchange that failed the session rests on every replica: nobody queues for an outage, and an old refresh token
//! is not sent again and again.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate, api_of, eventually};

/// The provider that ends the grant when an old refresh token comes back.
const STRICT: Kind = Kind::Oidc;
/// Seconds: an access token of the simulator lives for an hour.
const OVER: i64 = 3_600;
/// Seconds, longer than the rest after a failure.
const RESTED: i64 = 6;

async fn over(plan: Plan) -> (TestGate, Browser) {
    let gate = plan.start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, STRICT, "ada").await;
    gate.turn(OVER);
    (gate, browser)
}

fn path() -> String {
    format!("/auth/call_api/{}", api_of(STRICT))
}

async fn call(gate: &TestGate, browser: &Browser) -> Page {
    browser.get(gate.url(STRICT, &path())).await
}

fn is_outage(page: &Page) {
    assert_eq!(page.status, 503, "{}", page.text);
    let wait = page.header("retry-after").unwrap().parse::<u64>().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
}

/// Many requests on three replicas, while the first to come asks the authority.
async fn crowd(gate: &TestGate, browser: &Browser) -> Vec<Page> {
    let replicas = [gate.replica().await, gate.replica().await];
    let here = async {
        let first = call(gate, browser);
        let others = async {
            eventually("the first asks", async || {
                gate.sim.count(Endpoint::Refresh) == 1
            })
            .await;
            let path = path();
            let here = join_all((0..5).map(|_| call(gate, browser)));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d10_a_token_endpoint_that_hangs_is_asked_once_by_three_replicas_and_all_are_told_together()
{
    let (gate, browser) = over(Plan::default().settings("[http]\ntimeout = \"1s\"\n")).await;
    gate.sim.fault(Fault::TokenHang);
    let begun = Instant::now();
    let pages = crowd(&gate, &browser).await;
    pages.iter().for_each(is_outage);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1, "one for all three");
    // One time-out, and what this machine needs for starting two replicas.
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    is_outage(&call(&gate, &browser).await);
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "at once while it rests"
    );
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
    gate.sim.clear_faults();
    gate.turn(RESTED);
    let page = call(&gate, &browser).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d43_a_strict_provider_whose_answer_was_lost_sees_the_old_refresh_token_once_more() {
    let (gate, browser) = over(Plan::default()).await;
    gate.sim.fault(Fault::TokenSlow(500).times(1));
    gate.sim.fault(Fault::TokenAnswerLost.times(1));
    let pages = crowd(&gate, &browser).await;
    pages.iter().for_each(is_outage);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
    assert!(gate.is_signed_in(&browser, STRICT).await);
    gate.turn(RESTED);
    for page in join_all((0..5).map(|_| call(&gate, &browser))).await {
        assert_eq!(page.status, 303, "{}", page.text);
    }
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
    assert!(
        !gate.is_signed_in(&browser, STRICT).await,
        "the grant has ended"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d11_after_an_outage_that_said_when_every_replica_waits_until_then() {
    let (gate, browser) = over(Plan::default()).await;
    let replica = gate.replica().await;
    gate.sim.fault(Fault::TokenThrottled(Some(120)).times(1));
    let throttled = call(&gate, &browser).await;
    assert_eq!(throttled.header("retry-after"), Some("120"));
    for (seconds, asked) in [(0, 1), (110, 1), (15, 2)] {
        gate.turn(seconds);
        replica.get(&gate, &browser, STRICT, &path()).await;
        assert_eq!(
            gate.sim.count(Endpoint::Refresh),
            asked,
            "after {seconds} s more"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d10_a_request_waits_for_one_call_and_no_longer_whatever_another_replica_does() {
    let (gate, browser) = over(Plan::default().settings("[http]\ntimeout = \"1s\"\n")).await;
    let handle = gate.handle(&browser, STRICT);
    let other = LeaseOwner::generate(&OsRandom);
    let minute = Duration::from_mins(1);
    let taken = gate.app.store.lease(&handle, other, minute).await;
    assert!(matches!(taken.unwrap(), Lease::Taken(_)));
    let begun = Instant::now();
    is_outage(&call(&gate, &browser).await);
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_answer_of_no_type_with_a_rotated_refresh_token_every_replica_rests() {
    let (gate, browser) = over(Plan::default()).await;
    let replica = gate.replica().await;
    gate.sim.fault(Fault::TokenWithoutType);
    for _ in 0..3 {
        is_outage(&call(&gate, &browser).await);
        is_outage(&replica.get(&gate, &browser, STRICT, &path()).await);
    }
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1, "one for all six");
    gate.sim.clear_faults();
    gate.turn(RESTED);
    let page = call(&gate, &browser).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 2);
}
