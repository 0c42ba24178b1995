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
mod fleet;
mod person;
mod process;
mod start_and_stop;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d41_many_parallel_requests_over_three_replicas_on_an_expired_session_refresh_once() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d35_d36_a_replica_killed_in_the_middle_of_a_sign_in_costs_one_more_start_at_most() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    // After the redirect to the authority: another replica completes the attempt.
    let first = Person::new(&fleet, 0);
    let begun = fleet
        .ask(
            0,
            &first.browser,
            first.kind,
            "/auth/sign_in?return_to=/auth/token_details",
        )
        .await;
    fleet.kill(0);
    let callback = first.choose(&fleet, &begun).await.unwrap();
    let done = first.browser.follow(&callback).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.location().path(), "/auth/token_details");
    fleet.revive(0).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d38_a_replica_killed_in_the_middle_of_a_refresh_is_replaced_within_its_lease() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d30_what_is_revoked_on_one_replica_is_refused_on_each_within_a_second() {
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

/// People who work in the background until told to stop, and what they saw.
struct Crowd {
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// Signed-in people who look and work without a pause.
async fn at_work(fleet: &Arc<Fleet>, count: usize) -> Crowd {
    let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Seen::default()));
    let mut tasks = Vec::new();
    for number in 0..count {
        let person = Person::new(fleet, number);
        assert!(person.sign_in(fleet, &seen).await);
        let (fleet, stop, seen) = (Arc::clone(fleet), Arc::clone(&stop), Arc::clone(&seen));
        tasks.push(tokio::spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                person.look(&fleet, &seen).await;
                person.work(&fleet, &seen).await;
            }
        }));
    }
    Crowd { stop, seen, tasks }
}

impl Crowd {
    async fn home(self) -> Arc<Seen> {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.seen
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d54_a_rolling_restart_under_load_fails_no_request() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let crowd = at_work(&fleet, 12).await;
    for at in 0..REPLICAS {
        let ended = fleet.terminate(at).await;
        assert!(ended.success(), "replica {at} ends in order: {ended}");
        fleet.revive(at).await;
    }
    let seen = crowd.home().await;
    seen.assert_right();
    let counts = fleet.balancer.counts();
    let [requests, repeated, failed, unavailable] = [
        &counts.requests,
        &counts.repeated,
        &counts.failed,
        &counts.unavailable,
    ]
    .map(Seen::of);
    eprintln!("rolling restart: {requests} requests");
    assert_eq!(
        (repeated, failed, unavailable),
        (0, 0, 0),
        "repeated, failed, 5xx of {requests}"
    );
    assert!(requests > 200, "{requests}");
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d40_d62_a_replica_killed_and_a_profile_edited_under_load_lose_nobody() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let crowd = at_work(&fleet, 12).await;
    let stranger = browser::Browser::sharing(fleet.client.clone());
    for round in 0..3 {
        fleet.kill(round % REPLICAS);
        let title = format!("Renamed {round}");
        fleet.rename(Kind::EntraId, &title);
        fleet.revive(round % REPLICAS).await;
        for at in 0..REPLICAS {
            eventually(
                "the new title shows on each replica",
                Duration::from_secs(5),
                async || {
                    fleet
                        .ask(at, &stranger, Kind::EntraId, "/")
                        .await
                        .text
                        .contains(&title)
                },
            )
            .await;
        }
    }
    let seen = crowd.home().await;
    seen.assert_right();
    assert_eq!(
        Seen::of(&fleet.balancer.counts().failed),
        0,
        "what broke was answered by another replica"
    );
    assert_eq!(Seen::of(&seen.unknown), 0);
    fleet.end().await;
}

/// One person's day: in, work, out.
async fn day(fleet: Arc<Fleet>, seen: Arc<Seen>, number: usize) {
    let person = Person::new(&fleet, number);
    if !person.sign_in(&fleet, &seen).await {
        return;
    }
    for _ in 0..4 {
        person.look(&fleet, &seen).await;
        person.work(&fleet, &seen).await;
    }
    person.sign_out(&fleet, &seen).await;
}

/// What goes wrong while people work, round after round: when some have signed in and others are about to.
async fn trouble(fleet: &Fleet, seen: &Seen, round: usize, a_wave: usize) {
    let at = round % REPLICAS;
    let enough = u64::try_from(round * a_wave + a_wave / 3).unwrap();
    eventually("some have signed in", Duration::from_secs(30), async || {
        Seen::of(&seen.sign_ins) >= enough
    })
    .await;
    match round % 5 {
        0 => {
            fleet.kill(at);
            fleet.revive(at).await;
        }
        1 => fleet.sim.fault(Fault::TokenSlow(500).times(20)),
        2 => fleet.rename(Kind::EntraId, &format!("Round {round}")),
        3 => {
            assert!(fleet.terminate(at).await.success());
            fleet.revive(at).await;
        }
        _ => fleet.sim.rotate_keys(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d71_hundreds_of_people_work_while_replicas_die_restart_and_reload_and_nobody_notices() {
    let Some(server) = postgres() else { return };
    let fleet = Fleet::start(server).await;
    let seen = Arc::new(Seen::default());
    let (begun, long) = (Instant::now(), soak());
    let people_a_wave = if long.is_some() { 60 } else { 30 };
    let mut waves = 0;
    loop {
        let first = waves * people_a_wave;
        let days = (first..first + people_a_wave)
            .map(|number| tokio::spawn(day(Arc::clone(&fleet), Arc::clone(&seen), number)));
        let days: Vec<_> = days.collect();
        trouble(&fleet, &seen, waves, people_a_wave).await;
        for day in days {
            day.await.unwrap();
        }
        waves += 1;
        let [sign_ins, requests, restarts, unknown] = [
            &seen.sign_ins,
            &seen.requests,
            &seen.restarts,
            &seen.unknown,
        ]
        .map(Seen::of);
        eprintln!(
            "{:4} s: {sign_ins} sign-ins, {requests} requests, {restarts} begun again, {unknown} times unknown",
            begun.elapsed().as_secs()
        );
        seen.assert_right();
        if waves >= 7 && long.is_none_or(|long| begun.elapsed() > long) {
            break;
        }
    }
    assert_eq!(
        usize::try_from(Seen::of(&seen.sign_ins)).unwrap(),
        waves * people_a_wave,
        "everybody signed in"
    );
    // A replica killed between its commit and its answer leaves a row that nobody holds; the idle limit ends it.
    let orphans = i64::try_from(Seen::of(&seen.restarts)).unwrap();
    eventually("everybody signed out", Duration::from_secs(5), async || {
        fleet.rows().await <= orphans
    })
    .await;
    fleet.end().await;
}
