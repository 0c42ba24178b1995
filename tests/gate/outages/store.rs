//! Outages of the store: what must hold while the database is away, slow or wrong, and that it mends by itself.
//! Nobody is signed out by an outage, nobody is sent to the authority, and 503 says when to come again.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gatehouse::app::serve::ServerDeps;
use gatehouse::domain::clock::{Clock, FixedClock, SystemClock};
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::sync::Arc;

use crate::harness::browser::Browser;
use crate::harness::unknown::{assert_unknown, status_of};
use crate::harness::wire::Mood;
use crate::harness::{
    Endpoint, Kind, On, Plan, Replica, TestGatehouse, assert_within, eventually, means,
    postgres_is_there, records,
};

const KIND: Kind = Kind::EntraId;

async fn database(gate: &TestGatehouse) -> PgConnection {
    PgConnection::connect(&gate.database_url).await.unwrap()
}

/// Pages for people and answers for scripts, the latter with the id of the request.
async fn every_page_says_unknown(gate: &TestGatehouse, browser: &Browser) {
    let script = [("accept", "application/json"), ("sec-fetch-mode", "cors")];
    for path in [
        "/",
        "/auth/token_details",
        "/auth/call_api/graph",
        "/auth/sessions",
        "/auth/sign_out",
    ] {
        assert_unknown(&browser.get(gate.url(KIND, path)).await);
        let answer = browser.get_with(gate.url(KIND, path), &script).await;
        assert_unknown(&answer);
        let id = &answer.json()["request_id"];
        assert!(id.as_str().is_some_and(|id| !id.is_empty()), "{id}");
    }
}

// proves: D19, D58
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_database_signs_nobody_out_and_is_found_again_within_five_seconds() {
    if !postgres_is_there() {
        return;
    }
    let mut gate = Plan::wired().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let cookie = browser.cookie("entra.localhost", "gatehouse");
    gate.wire.as_mut().unwrap().set(Mood::Refused).await;
    // What was read before is believed for two seconds; after that nothing is.
    eventually("the answer is unknown", async || {
        browser.get(gate.url(KIND, "/auth/session")).await.status == 503
    })
    .await;
    every_page_says_unknown(&gate, &browser).await;
    let begun = Instant::now();
    assert_unknown(&browser.get(gate.url(KIND, "/auth/session")).await);
    assert_within(begun, Duration::from_secs(2));
    assert_eq!(
        status_of(gate.admin_url("/livez")).await,
        200,
        "an outage outside restarts nobody"
    );
    assert_eq!(status_of(gate.admin_url("/readyz")).await, 503);
    assert_eq!(browser.cookie("entra.localhost", "gatehouse"), cookie);
    let mended = Instant::now();
    gate.wire.as_mut().unwrap().mend().await;
    eventually("the session is known again", async || {
        gate.is_signed_in_or_unknown(&browser).await == Some(true)
    })
    .await;
    eventually("it is ready again", async || {
        status_of(gate.admin_url("/readyz")).await == 200
    })
    .await;
    assert_eq!(browser.cookie("entra.localhost", "gatehouse"), cookie);
    assert_within(mended, Duration::from_secs(5));
}

impl TestGatehouse {
    /// `None` for unknown.
    async fn is_signed_in_or_unknown(&self, browser: &Browser) -> Option<bool> {
        let page = browser.get(self.url(KIND, "/auth/session")).await;
        (page.status != 503).then(|| page.json()["signed_in"] == true)
    }
}

// proves: D22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_swallows_everything_is_an_outage_within_three_seconds() {
    if !postgres_is_there() {
        return;
    }
    let mut gate = Plan::wired().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    gate.wire.as_mut().unwrap().set(Mood::Silent).await;
    eventually("the answer is unknown", async || {
        gate.is_signed_in_or_unknown(&browser).await.is_none()
    })
    .await;
    let begun = Instant::now();
    assert_unknown(&browser.get(gate.url(KIND, "/auth/session")).await);
    assert_within(begun, Duration::from_secs(3));
    let mended = Instant::now();
    gate.wire.as_mut().unwrap().mend().await;
    eventually("the session is known again", async || {
        gate.is_signed_in_or_unknown(&browser).await == Some(true)
    })
    .await;
    assert_within(mended, Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database_is_slow_and_nothing_else() {
    if !postgres_is_there() {
        return;
    }
    let mut gate = Plan::wired().start().await;
    gate.wire
        .as_mut()
        .unwrap()
        .set(Mood::Slow(Duration::from_millis(30)))
        .await;
    let browser = Browser::new();
    let arrived = gate.sign_in(&browser, KIND, "ada").await;
    assert!(arrived.text.contains("Welcome"), "{}", arrived.text);
    assert!(gate.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_during_an_outage_is_answered_with_503_and_completes_by_starting_again() {
    if !postgres_is_there() {
        return;
    }
    let mut gate = Plan::wired().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, KIND, "ada", "/auth/token_details")
        .await;
    let tokens = gate.sim.count(Endpoint::Token);
    gate.wire.as_mut().unwrap().set(Mood::Refused).await;
    let answer = browser.follow(&callback).await;
    assert_unknown(&answer);
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        tokens,
        "no code is spent that could not be kept"
    );
    let again = answer
        .text
        .split("href=\"")
        .find(|rest| rest.contains("/auth/sign_in?return_to="))
        .expect("start again");
    assert!(
        again.contains("token_details"),
        "the target is kept: {again}"
    );
    gate.wire.as_mut().unwrap().mend().await;
    eventually("the store is back", async || {
        gate.store().ready().await.is_ok()
    })
    .await;
    // The state was never recorded, so the very same answer still counts.
    let done = browser.follow(&callback).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(browser.rest(done).await.status, 200);
}

// proves: D24
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_written_leaves_no_cookie_and_no_event() {
    if !postgres_is_there() {
        return;
    }
    records::record();
    let gate = Plan::on(On::Postgres).start().await;
    let mut connection = database(&gate).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(refuse)
        .execute(&mut connection)
        .await
        .unwrap();
    let browser = Browser::new();
    let sign_ins = || records::metric("gatehouse_sign_ins_total", &["profile=\"b2c\""]);
    let signed_in = sign_ins();
    let callback = gate.answer(&browser, Kind::B2c, "ada", "/").await;
    let answer = browser.follow(&callback).await;
    assert_unknown(&answer);
    assert!(answer.text.contains("Start again"), "{}", answer.text);
    assert_eq!(browser.cookie("b2c.localhost", "gatehouse"), None);
    assert!(
        !records::alone() || (sign_ins() - signed_in).abs() < 0.5,
        "nobody signed in"
    );
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    connection
        .execute("DROP TRIGGER refuse ON sessions")
        .await
        .unwrap();
    // The code is spent: a repeat of the answer begins one new attempt, which works.
    let repeated = browser.follow(&callback).await;
    assert_eq!(repeated.status, 303, "{}", repeated.text);
    let again = gate.choose(&browser, &repeated, "ada").await;
    assert_eq!(browser.follow(&again).await.status, 303);
    assert!(gate.is_signed_in(&browser, Kind::B2c).await);
}

// proves: D23
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_is_an_outage_of_a_second_and_not_a_deadlock() {
    if !postgres_is_there() {
        return;
    }
    let gate = Plan::on(On::Postgres)
        .settings("[store]\nmax_connections = 2\n")
        .start()
        .await;
    let browsers = [Browser::new(), Browser::new(), Browser::new()];
    for browser in &browsers {
        gate.sign_in(browser, KIND, "ada").await;
    }
    let mut blocker = database(&gate).await;
    blocker
        .execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let url = gate.url(KIND, "/auth/sessions");
    let asked = Instant::now();
    let answers = join_all((0..60).map(|at| browsers[at % 3].get(&url))).await;
    answers.iter().for_each(assert_unknown);
    assert_within(asked, Duration::from_secs(1));
    // Cached sessions need no connection at all.
    assert!(gate.is_signed_in(&browsers[0], KIND).await);
    blocker.execute("ROLLBACK").await.unwrap();
    eventually("the pool is free again", async || {
        browsers[0].get(&url).await.status == 200
    })
    .await;
    let answers = join_all((0..60).map(|at| browsers[at % 3].get(&url))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
}

// proves: D26
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_session_table_is_a_clean_sign_in() {
    if !postgres_is_there() {
        return;
    }
    let (gate, browser) = Plan::on(On::Postgres).signed_in(KIND, "ada").await;
    let mut connection = database(&gate).await;
    connection
        .execute("TRUNCATE sessions; SELECT pg_notify('gatehouse_sessions', 'e')")
        .await
        .unwrap();
    eventually("the session is gone", async || {
        !gate.is_signed_in(&browser, KIND).await
    })
    .await;
    let asked = browser.get(gate.url(KIND, "/auth/sessions")).await;
    assert_eq!(asked.status, 303);
    assert!(asked.location().path().ends_with("/auth/sign_in"));
    gate.sign_in(&browser, KIND, "ada").await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

/// A replica whose clock is wrong by some seconds, once it knows that.
async fn replica_off_by(gate: &TestGatehouse, seconds: i64) -> Replica {
    let now = gate.clock.now() + chrono::TimeDelta::seconds(seconds);
    let wrong = gate
        .replica_by(ServerDeps {
            clock: Arc::new(FixedClock::at(now)) as Arc<dyn Clock>,
            follow_database_clock: true,
            ..means(None, &gate.clock)
        })
        .await;
    let drift = || wrong.store().status().clock_drift;
    eventually("the drift is known", async || drift().is_some()).await;
    let drift = drift().unwrap().num_seconds();
    assert!((drift + seconds).abs() <= 10, "{seconds}: {drift}");
    wrong
}

/// A sign-in that began at one replica is completed at the other: both judge the same times.
async fn signs_in_at(gate: &TestGatehouse, wrong: &Replica) -> Browser {
    let browser = Browser::new();
    let start = "/auth/sign_in?return_to=/";
    let begun = wrong.get(gate, &browser, KIND, start).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let callback = gate.choose(&browser, &begun, "ada").await.location();
    let path = format!("{}?{}", callback.path(), callback.query().unwrap());
    let done = wrong.get(gate, &browser, KIND, &path).await;
    assert_eq!(done.status, 303, "{}", done.text);
    browser
}

// proves: D32
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_two_minutes_off_agrees_with_the_others() {
    if !postgres_is_there() {
        return;
    }
    for off in [-120, 120] {
        let plan = Plan {
            beginning: SystemClock.now(),
            ..Plan::on(On::Postgres)
        };
        let gate = plan.start().await;
        let wrong = replica_off_by(&gate, off).await;
        let browser = signs_in_at(&gate, &wrong).await;
        let right_says = gate.session(&browser, KIND).await;
        let wrong_says = wrong.get(&gate, &browser, KIND, "/auth/session").await;
        assert_eq!(right_says["signed_in"], true, "{right_says}");
        assert_eq!(right_says["expires_at"], wrong_says.json()["expires_at"]);
        let created = right_says["signed_in_at"].as_str().unwrap();
        let created: chrono::DateTime<chrono::Utc> = created.parse().unwrap();
        let apart = (created - gate.clock.now()).num_seconds();
        assert!(
            (-10..=30).contains(&apart),
            "{off}: begun by the store's clock, not by its own: {apart}"
        );
        let detail = Browser::new().get(format!("{}/readyz", wrong.admin)).await;
        let drift = detail.json()["store_detail"]["clock_drift_ms"].clone();
        assert!(drift.as_i64().unwrap().abs() > 100_000, "{}", detail.text);
        wrong.stop().await;
    }
}
