//! A million sessions in one Postgres against a thousand: how long a cold check, a sign-in and a refresh take, and what
//! a sweep of 100,000 expired rows does to the checks beside it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use simulator::{Kind, Options, Simulator};
use sqlx::Connection as _;

use crate::browser::{Browser, client};
use crate::deployment::Deployment;
use crate::journeys::sign_in;
use crate::load;
use crate::process::Process;
use crate::report::{Limit, Report};

/// Sessions whose cookies are at hand; the small figure.
const FEW: usize = 1_000;
const MILLION: usize = 1_000_000;
/// Rows that end at one time.
const EXPIRED: usize = 100_000;
/// Few enough that a request does not wait for another one.
const CONNECTIONS: usize = 4;
const ROUND: Duration = Duration::from_secs(8);
const SIGN_INS: usize = 200;
/// People whose tokens expire, and how often each is asked for.
const REFRESHERS: usize = 40;
const REFRESHES: usize = 5;
const ALLOWED: f64 = 1.5;

/// The slowest of a hundred, in milliseconds, of each journey.
#[derive(Debug, Clone, Copy)]
struct Slowest {
    check: f64,
    sign_in: f64,
    refresh: f64,
}

struct Bench<'a> {
    deployment: &'a Deployment,
    gateway: &'a Process,
    simulator: &'a Simulator,
    checks: Arc<Vec<Vec<u8>>>,
}

pub async fn measure(server: &str, report: &mut Report) {
    let simulator = Simulator::start(Options {
        remembered_calls: 0,
        ..Options::default()
    })
    .expect("the simulator");
    let deployment = Deployment::new(server).await;
    let api = format!(
        "[[api]]\nname = \"graph\"\nendpoint = \"{}/me\"\nscopes = [\"User.Read\"]\n",
        simulator.graph()
    );
    deployment.profile_with("bench", &simulator.authority(Kind::EntraId), "Bench", &api);
    let profile = crate::checks::loaded(deployment.folder.path());
    let cookies = crate::sessions::make(&deployment.database, &deployment.key, &profile, FEW).await;
    let host = deployment.host("bench");
    let checks = cookies
        .iter()
        .map(|cookie| load::get(&host, "/auth/session", Some(cookie)))
        .collect();
    // A cache that holds next to nothing: every check reads its row.
    let gateway = deployment.start(&[("GATEHOUSE_STORE__CACHE_ENTRIES", "1")]);
    let bench = Bench {
        deployment: &deployment,
        gateway: &gateway,
        simulator: &simulator,
        checks: Arc::new(checks),
    };
    let few = bench.slowest().await;
    bench.fill().await;
    let many = bench.slowest().await;
    for (name, few, many) in [
        ("cold check", few.check, many.check),
        ("sign-in", few.sign_in, many.sign_in),
        ("refresh with its API call", few.refresh, many.refresh),
    ] {
        report.add(
            &format!("{name}: p99 with 1,000,000 sessions against 1,000"),
            many / few,
            "ratio",
            Limit::AtMost(ALLOWED),
            format!("{many:.2} ms of {few:.2} ms"),
        );
    }
    bench.sweep(few.check, report).await;
    drop(gateway);
    deployment.end().await;
}

impl Bench<'_> {
    async fn slowest(&self) -> Slowest {
        // The first round fills the database's own cache.
        self.check_for(ROUND / 4).await;
        Slowest {
            check: self.check_for(ROUND).await,
            sign_in: self.sign_ins().await,
            refresh: self.refreshes().await,
        }
    }

    async fn check_for(&self, time: Duration) -> f64 {
        let outcome = load::run(self.gateway.address, &self.checks, CONNECTIONS, time).await;
        assert_eq!(outcome.wrong, 0, "every check is answered with 200");
        outcome.percentile(0.99) / 1_000.0
    }

    async fn sign_ins(&self) -> f64 {
        let origin = format!("http://{}", self.deployment.host("bench"));
        let client = client();
        let mut times = Vec::new();
        for _ in 0..SIGN_INS {
            let begun = Instant::now();
            let browser = Browser::sharing(client.clone());
            sign_in(&browser, &origin, self.deployment.port).await;
            times.push(milliseconds(begun));
        }
        percentile(times)
    }

    /// Each token is over after a second, so that each call finds an expired one.
    async fn refreshes(&self) -> f64 {
        let origin = format!("http://{}", self.deployment.host("bench"));
        let client = client();
        self.simulator
            .shapes(|shapes| shapes.access_token_lifetime = Some(1));
        let mut people = Vec::new();
        for _ in 0..REFRESHERS {
            let browser = Browser::sharing(client.clone());
            sign_in(&browser, &origin, self.deployment.port).await;
            people.push(browser);
        }
        let mut times = Vec::new();
        for _ in 0..REFRESHES {
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            for browser in &people {
                let begun = Instant::now();
                let url = format!("{origin}/auth/call_api/graph");
                let page = browser
                    .get_with(&url, &[("accept", "application/json")])
                    .await;
                assert_eq!(page.status, 200, "{}", page.text);
                times.push(milliseconds(begun));
            }
        }
        self.simulator
            .shapes(|shapes| shapes.access_token_lifetime = None);
        percentile(times)
    }

    /// Copies one row a million times, each with hashes of its own and with the sealed content, whose size is what counts.
    async fn fill(&self) {
        eprintln!("copying {MILLION} rows");
        let kept = "profile, created_at, seen_at, idle_until, expires_at, identity, tokens, began_after, listed";
        let copies = format!(
            "INSERT INTO sessions (handle_hash, id, person, sid, {kept})
             SELECT sha256(n::text::bytea), decode(md5(n::text), 'hex'), md5('person ' || n), md5('sid ' || n), {kept}
             FROM (SELECT * FROM sessions LIMIT 1) AS one, generate_series(1, {MILLION}) AS many (n)"
        );
        self.execute(&copies).await;
        self.execute("VACUUM ANALYZE sessions").await;
        self.execute("CHECKPOINT").await;
    }

    /// Ends 100,000 rows at one time and measures checks until the last of them is deleted.
    async fn sweep(&self, quiet: f64, report: &mut Report) {
        self.execute(&format!(
            "UPDATE sessions SET idle_until = created_at - 1 WHERE handle_hash IN
             (SELECT sha256(n::text::bytea) FROM generate_series(1, {EXPIRED}) AS many (n))"
        ))
        .await;
        let begun = Instant::now();
        let mut slowest: f64 = 0.0;
        while self.expired().await > 0 {
            assert!(
                begun.elapsed() < Duration::from_mins(10),
                "the sweep never ends"
            );
            slowest = slowest.max(self.check_for(ROUND / 4).await);
        }
        report.add(
            "cold check: p99 beside a sweep of 100,000 rows, against 1,000 sessions",
            slowest / quiet,
            "ratio",
            Limit::AtMost(ALLOWED),
            format!(
                "the slowest two seconds {slowest:.2} ms of {quiet:.2} ms; swept after {:.0} s",
                begun.elapsed().as_secs_f64()
            ),
        );
    }

    async fn expired(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM sessions WHERE idle_until < created_at")
            .fetch_one(&mut self.connect().await)
            .await
            .expect("a count")
    }

    async fn execute(&self, statement: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut self.connect().await)
            .await
            .expect("a statement");
    }

    async fn connect(&self) -> sqlx::PgConnection {
        sqlx::PgConnection::connect(&self.deployment.database)
            .await
            .expect("the database")
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn percentile(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}
