//! Three replicas: one refresh for a storm of requests, and how soon a revocation holds everywhere.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use simulator::{Endpoint, Fault, Kind};

use crate::fleet::{Fleet, REPLICAS, api};
use crate::person::{Person, Seen};
use crate::report::{Limit, Report};

const STORM: usize = 1_000;

async fn signed_in(fleet: &Fleet) -> Person {
    let person = Person::new(fleet, 3);
    let seen = Seen::default();
    assert!(person.sign_in(fleet, &seen).await);
    person
}

pub async fn measure(server: &str, report: &mut Report) {
    let fleet = Fleet::start(server.to_owned()).await;
    storm(&fleet, report).await;
    revocation(&fleet, report).await;
    fleet.end().await;
}

async fn storm(fleet: &Fleet, report: &mut Report) {
    fleet
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = Some(1));
    let person = signed_in(fleet).await;
    fleet
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = None);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    fleet.sim.fault(Fault::TokenSlow(2_000));
    let before = fleet.sim.count_at(Kind::Oidc, Endpoint::Refresh);
    let url = fleet.url(person.kind, api(person.kind));
    let begun = Instant::now();
    let answers = join_all((0..STORM).map(|_| {
        person
            .browser
            .get_with(&url, &[("accept", "application/json")])
    }))
    .await;
    fleet.sim.clear_faults();
    let wrong = answers.iter().filter(|answer| answer.status != 200).count();
    let refreshes = fleet.sim.count_at(Kind::Oidc, Endpoint::Refresh) - before;
    let detail = format!(
        "{:.1} s in all, 2 s at the authority",
        begun.elapsed().as_secs_f64()
    );
    report.add(
        "1,000 requests on an expired session, 3 replicas: refreshes",
        refreshes as f64,
        "",
        Limit::AtMost(1.0),
        detail,
    );
    report.add(
        "1,000 requests on an expired session, 3 replicas: errors",
        wrong as f64,
        "",
        Limit::AtMost(0.0),
        String::new(),
    );
}

async fn revocation(fleet: &Fleet, report: &mut Report) {
    let mut times = Vec::new();
    for round in 0..20 {
        let person = signed_in(fleet).await;
        for at in 0..REPLICAS {
            assert_eq!(
                fleet
                    .ask(at, &person.browser, person.kind, "/auth/session")
                    .await
                    .status,
                200
            );
        }
        assert!(
            fleet
                .end_sessions(round % REPLICAS, &json!({ "profile": "oidc" }))
                .await
                >= 1
        );
        let ended = Instant::now();
        for at in 0..REPLICAS {
            while fleet
                .ask(at, &person.browser, person.kind, "/auth/session")
                .await
                .status
                == 200
            {
                assert!(
                    ended.elapsed() < Duration::from_secs(5),
                    "it is never refused"
                );
            }
        }
        times.push(ended.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    let detail = format!("median {:.0} ms of {}", times[times.len() / 2], times.len());
    report.add(
        "revocation visible on all of 3 replicas, slowest",
        times[times.len() - 1],
        "ms",
        Limit::AtMost(1_000.0),
        detail,
    );
}
