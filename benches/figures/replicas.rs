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
    million(&fleet, report).await;
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

/// Copies of a session's row, without the sealed content, as many as a large deployment has.
const MILLION: u32 = 1_000_000;

/// Ends a million sessions at one replica, and waits until two others refuse one of them.
async fn million(fleet: &Fleet, report: &mut Report) {
    let person = signed_in(fleet).await;
    let columns = "profile, person, sid, created_at, seen_at, idle_until, expires_at, listed";
    let copies = format!(
        "INSERT INTO sessions (handle_hash, id, {columns}, identity, tokens, began_after)
         SELECT sha256(n::text::bytea), decode(md5(n::text), 'hex'), {columns}, '', '', began_after
         FROM (SELECT * FROM sessions LIMIT 1) AS one, generate_series(1, {MILLION}) AS many (n)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(copies))
        .execute(&mut fleet.connect().await)
        .await
        .expect("the copies are written");
    let asked = async |at| {
        let page = fleet
            .ask(at, &person.browser, person.kind, "/auth/session")
            .await;
        page.status == 200
    };
    for at in 0..REPLICAS {
        assert!(asked(at).await);
    }
    let begun = Instant::now();
    let everything = json!({ "all": true });
    let (answer, refused) = tokio::join!(
        async { (fleet.end_sessions(0, &everything).await, begun.elapsed()) },
        async {
            for at in 1..REPLICAS {
                while asked(at).await {
                    assert!(
                        begun.elapsed() < Duration::from_secs(30),
                        "it is never refused"
                    );
                }
            }
            begun.elapsed()
        }
    );
    assert!(answer.0 > u64::from(MILLION) / 2, "{} ended", answer.0);
    let detail = format!(
        "the answer of the admin listener after {:.2} s",
        answer.1.as_secs_f64()
    );
    report.add(
        "1,000,000 sessions ended at once, refused on 2 other replicas",
        refused.as_secs_f64(),
        "s",
        Limit::AtMost(2.0),
        detail,
    );
}
