//! People who work without a pause while replicas die, restart and reload.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use simulator::{Fault, Kind};

use crate::fleet::{Fleet, REPLICAS, postgres};
use crate::person::{Person, Seen};
use crate::{browser, eventually, soak};

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

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_fails_no_request() {
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

// proves: D40, D62
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_and_a_profile_edited_under_load_lose_nobody() {
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

// proves: D71
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_people_work_while_replicas_die_restart_and_reload_and_nobody_notices() {
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
