//! The proof with real processes: three replicas behind a balancer without sticky sessions, one Postgres, the
//! simulator, and people who work while replicas die, restart and reload.
//!
//! `make test` runs the short form; `SOAK_SECONDS` makes it long (`make soak`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod balancer;
#[path = "../gate/harness/browser.rs"]
#[expect(
    dead_code,
    clippy::panic,
    reason = "the browser of the other tests; not all of it is used here"
)]
mod browser;
mod crowd;
mod fleet;
mod log_reader;
mod person;
mod process;
mod start_and_stop;
mod strangers;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use simulator::{Endpoint, Fault, Kind};

use fleet::{Fleet, REPLICAS, api, postgres};
use person::{Person, Seen};

/// How long the long form lasts; `None` for the short one.
fn soak() -> Option<Duration> {
    let seconds = std::env::var("SOAK_SECONDS").ok()?.parse().unwrap();
    Some(Duration::from_secs(seconds))
}

async fn signed_in(fleet: &Fleet, kind: Kind) -> Person {
    let person = Person::new(fleet, if kind == Kind::Oidc { 3 } else { 0 });
    let seen = Seen::default();
    assert!(person.sign_in(fleet, &seen).await);
    seen.assert_right();
    person
}

async fn eventually(what: &str, patience: Duration, holds: impl AsyncFn() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < patience, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

/// Signs somebody in whose access token is over at once, while those to come live long.
async fn signed_in_with_expired_token(fleet: &Fleet, kind: Kind) -> Person {
    fleet
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = Some(1));
    let person = signed_in(fleet, kind).await;
    fleet
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = None);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    person
}

// proves: D41
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_parallel_requests_over_three_replicas_on_an_expired_session_refresh_once() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let (requests, slow) = if soak().is_some() {
        (1_000, 2_000)
    } else {
        (300, 1_000)
    };
    // The plain provider detects reuse: a second refresh with the same token would end the session.
    for kind in [Kind::Oidc, Kind::EntraId] {
        let person = signed_in_with_expired_token(&fleet, kind).await;
        let before = fleet.sim.count_at(kind, Endpoint::Refresh);
        fleet.sim.fault(Fault::TokenSlow(slow));
        let url = fleet.url(kind, api(kind));
        let asks = (0..requests).map(|_| {
            person
                .browser
                .get_with(&url, &[("accept", "application/json")])
        });
        let answers = join_all(asks).await;
        fleet.sim.clear_faults();
        let good = answers
            .iter()
            .filter(|answer| answer.status == 200 && answer.json()["status"] == 200)
            .count();
        assert_eq!(good, requests, "{kind:?}: every request gets its answer");
        assert_eq!(
            fleet.sim.count_at(kind, Endpoint::Refresh) - before,
            1,
            "{kind:?}: exactly one refresh"
        );
    }
    assert_eq!(Seen::of(&fleet.balancer.counts().repeated), 0);
    fleet.end().await;
}

/// After the redirect to the authority: another replica completes the attempt.
async fn killed_after_the_redirect(fleet: &Fleet) -> Person {
    let first = Person::new(fleet, 0);
    let begun = fleet
        .ask(
            0,
            &first.browser,
            first.kind,
            "/auth/sign_in?return_to=/auth/token_details",
        )
        .await;
    fleet.kill(0);
    let callback = first.choose(fleet, &begun).await.unwrap();
    let done = first.browser.follow(&callback).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.location().path(), "/auth/token_details");
    fleet.revive(0).await;
    first
}

// proves: D35, D36
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_in_the_middle_of_a_sign_in_costs_one_more_start_at_most() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let first = killed_after_the_redirect(&fleet).await;
    // While the authority's answer is on its way: the code is lost, a new start arrives where the first one led.
    let second = Person::new(&fleet, 1);
    let begun = second
        .browser
        .get(fleet.url(second.kind, "/auth/sign_in?return_to=/auth/token_details"))
        .await;
    let callback = second.choose(&fleet, &begun).await.unwrap().location();
    fleet.sim.fault(Fault::TokenSlow(1_000).times(1));
    let path = format!("{}?{}", callback.path(), callback.query().unwrap());
    let asked = fleet.sim.count(Endpoint::Token);
    let lost = fleet.ask_and_leave(1, &second.browser, second.kind, &path);
    eventually("the code is sent", Duration::from_secs(5), async || {
        fleet.sim.count(Endpoint::Token) > asked
    })
    .await;
    fleet.kill(1);
    lost.await.unwrap();
    let repeated = second.browser.get(callback.as_str()).await;
    assert_eq!(
        repeated.status, 303,
        "one new start by itself: {}",
        repeated.text
    );
    assert_eq!(
        fleet.sim.count(Endpoint::Token),
        asked + 1,
        "a state works once, on every replica"
    );
    let done = second
        .browser
        .follow(&second.choose(&fleet, &repeated).await.unwrap())
        .await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/token_details")
    );
    assert_eq!(fleet.rows().await, 2, "no half session");
    let seen = Seen::default();
    for person in [&first, &second] {
        person.look(&fleet, &seen).await;
    }
    seen.assert_right();
    fleet.end().await;
}

// proves: D38
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_in_the_middle_of_a_refresh_is_replaced_within_its_lease() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let person = signed_in_with_expired_token(&fleet, Kind::EntraId).await;
    fleet.sim.fault(Fault::TokenSlow(5_000).times(1));
    let before = fleet.sim.count(Endpoint::Refresh);
    let holder = fleet.ask_and_leave(0, &person.browser, person.kind, api(person.kind));
    eventually("the holder asks", Duration::from_secs(5), async || {
        fleet.sim.count(Endpoint::Refresh) > before
    })
    .await;
    fleet.kill(0);
    holder.await.unwrap();
    let begun = Instant::now();
    let url = fleet.url(person.kind, api(person.kind));
    let asks = (0..50).map(|_| {
        person
            .browser
            .get_with(&url, &[("accept", "application/json")])
    });
    let answers = join_all(asks).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers
            .iter()
            .map(|answer| answer.status)
            .collect::<Vec<_>>()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(13),
        "the lease is ten seconds: {:?}",
        begun.elapsed()
    );
    assert_eq!(
        fleet.sim.count(Endpoint::Refresh) - before,
        2,
        "the dead one's and one more"
    );
    fleet.end().await;
}

// proves: D30
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_on_one_replica_is_refused_on_each_within_a_second() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let mut slowest = Duration::ZERO;
    for round in 0..9 {
        let person = signed_in(&fleet, Kind::EntraId).await;
        for at in 0..REPLICAS {
            assert_eq!(
                fleet
                    .ask(at, &person.browser, person.kind, "/auth/session")
                    .await
                    .status,
                200
            );
        }
        assert_eq!(
            fleet
                .end_sessions(round % REPLICAS, &json!({ "profile": "entra-id" }))
                .await,
            1
        );
        let ended = Instant::now();
        for at in 0..REPLICAS {
            eventually("it is refused", Duration::from_secs(5), async || {
                fleet
                    .ask(at, &person.browser, person.kind, "/auth/session")
                    .await
                    .status
                    == 401
            })
            .await;
        }
        slowest = slowest.max(ended.elapsed());
    }
    eprintln!("revocation was visible on all replicas after {slowest:?} at most");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    fleet.end().await;
}

// proves: D18, D41
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_endpoint_that_takes_nine_seconds_is_asked_once() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    // Nearly as long as a lease, which is renewed meanwhile; the plain provider detects reuse.
    let person = signed_in_with_expired_token(&fleet, Kind::Oidc).await;
    let before = fleet.sim.count_at(Kind::Oidc, Endpoint::Refresh);
    fleet.sim.fault(Fault::TokenSlow(9_000).times(1));
    let url = fleet.url(Kind::Oidc, api(Kind::Oidc));
    let asks = (0..60).map(|_| {
        person
            .browser
            .get_with(&url, &[("accept", "application/json")])
    });
    for answer in join_all(asks).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let asked = fleet.sim.count_at(Kind::Oidc, Endpoint::Refresh) - before;
    assert_eq!(asked, 1);
    fleet.end().await;
}

// proves: D37
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_between_the_row_and_the_answer_costs_one_more_start() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let person = Person::new(&fleet, 0);
    let begun = person
        .browser
        .get(fleet.url(person.kind, "/auth/sign_in?return_to=/auth/token_details"))
        .await;
    let callback = person.choose(&fleet, &begun).await.unwrap().location();
    let path = format!("{}?{}", callback.path(), callback.query().unwrap());
    // Whatever is answered never reaches the browser: it keeps its attempt and gets no session.
    let lost = fleet.ask_and_leave(0, &person.browser, person.kind, &path);
    eventually("the row is there", Duration::from_secs(5), async || {
        fleet.rows().await == 1
    })
    .await;
    fleet.kill(0);
    lost.await.unwrap();
    let repeated = person.browser.get(callback.as_str()).await;
    assert_eq!(
        repeated.status, 303,
        "a state works once; one new attempt begins by itself"
    );
    let seen = Seen::default();
    let again = person.choose(&fleet, &repeated).await.unwrap();
    assert_eq!(person.browser.follow(&again).await.status, 303);
    person.look(&fleet, &seen).await;
    seen.assert_right();
    assert_eq!(
        fleet.rows().await,
        2,
        "nobody holds the first row's handle: its idle limit ends it"
    );
    fleet.end().await;
}

// proves: D14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_was_taken_back_is_asked_once_and_told_once_however_many_wait() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let person = signed_in_with_expired_token(&fleet, Kind::EntraId).await;
    let before = fleet.sim.count_at(Kind::EntraId, Endpoint::Refresh);
    fleet.sim.fault(Fault::TokenSlow(1_000));
    fleet.sim.fault(Fault::InvalidGrant);
    let url = fleet.url(Kind::EntraId, api(Kind::EntraId));
    let asks = (0..300).map(async |number| {
        let script = number % 2 == 0;
        let accept = if script {
            "application/json"
        } else {
            "text/html"
        };
        let answer = person.browser.get_with(&url, &[("accept", accept)]).await;
        (script, answer)
    });
    for (script, answer) in join_all(asks).await {
        let expected = if script { 401 } else { 303 };
        assert_eq!(answer.status, expected, "{}", answer.text);
        if !script {
            assert_eq!(answer.location().path(), "/auth/sign_in");
        }
    }
    let asked = fleet.sim.count_at(Kind::EntraId, Endpoint::Refresh) - before;
    assert_eq!(asked, 1);
    assert_eq!(fleet.rows().await, 0);
    let told: usize = (0..REPLICAS)
        .map(|at| std::fs::read_to_string(fleet.log_path(at)).unwrap())
        .map(|log| log.matches("refresh_failed").count())
        .sum();
    assert_eq!(told, 1, "one audit event on all replicas together");
    fleet.end().await;
}
