//! The check of a session: from memory against a handler that does nothing, from the database against one that reads
//! one row, with many sessions against one, and the memory that they take.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gatehouse::app::live_profiles::LiveProfiles;
use gatehouse::config::ForProfiles;
use gatehouse::config::settings::options::DEFAULT_SESSION;
use gatehouse::config::trust_boundary::TrustBoundary;
use gatehouse::domain::clock::SystemClock;
use gatehouse::domain::environment::process_environment;
use gatehouse::domain::profile::Profile;
use gatehouse::web::pages::PageCompiler;

use crate::deployment::Deployment;
use crate::load::{self, Outcome};
use crate::process::Process;
use crate::report::{Limit, Report};

const CONNECTIONS: usize = 64;
/// Sessions of the large figure.
const MANY: usize = 100_000;
const PATH: &str = "/auth/session";

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub round: Duration,
    pub rounds: usize,
}

/// A server with the requests that it gets.
pub struct Contender<'a> {
    pub process: &'a Process,
    pub requests: Arc<Vec<Vec<u8>>>,
}

/// The middle one of several rounds.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub per_second: f64,
    pub cpu_micros: f64,
    pub p50: f64,
    pub p99: f64,
}

async fn round(contender: &Contender<'_>, time: Duration) -> Measured {
    let before = contender.process.cpu();
    let outcome: Outcome = load::run(
        contender.process.address,
        &contender.requests,
        CONNECTIONS,
        time,
    )
    .await;
    let cpu = contender.process.cpu() - before;
    assert_eq!(outcome.wrong, 0, "every answer is 200");
    Measured {
        per_second: outcome.per_second(),
        cpu_micros: cpu * 1e6 / outcome.requests as f64,
        p50: outcome.percentile(0.5),
        p99: outcome.percentile(0.99),
    }
}

fn middle(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    rounds[rounds.len() / 2]
}

/// Measures both in turn, so that a busy machine slows both.
pub async fn in_turn(
    one: &Contender<'_>,
    other: &Contender<'_>,
    effort: Effort,
) -> (Measured, Measured) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for contender in [one, other] {
        round(contender, effort.round / 2).await;
    }
    for _ in 0..effort.rounds {
        ones.push(round(one, effort.round).await);
        others.push(round(other, effort.round).await);
    }
    (middle(ones), middle(others))
}

pub fn said(ours: Measured, theirs: Measured) -> String {
    format!(
        "{:.0}/s of {:.0}/s; {:.1} µs of {:.1} µs; p50 {:.0} of {:.0} µs",
        ours.per_second,
        theirs.per_second,
        ours.cpu_micros,
        theirs.cpu_micros,
        ours.p50,
        theirs.p50
    )
}

/// The profile as the product reads it.
pub fn loaded(folder: &Path) -> Arc<Profile> {
    let settings = ForProfiles {
        profiles: folder.join("profiles"),
        session: DEFAULT_SESSION,
        boundary: TrustBoundary::default(),
        templates: None,
    };
    let live = LiveProfiles::load(
        settings,
        PageCompiler::default(),
        Arc::new(SystemClock),
        process_environment(),
    )
    .expect("profiles");
    let profiles = live.current.load();
    Arc::clone(profiles.serving().first().expect("one profile"))
}

pub async fn measure(server: &str, effort: Effort, report: &mut Report) {
    let deployment = Deployment::new(server).await;
    deployment.profile(
        "bench",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
        "Bench",
    );
    let profile = loaded(deployment.folder.path());
    eprintln!("writing {MANY} sessions");
    let cookies =
        crate::sessions::make(&deployment.database, &deployment.key, &profile, MANY).await;
    let host = deployment.host("bench");
    let requests = |count: usize| {
        Arc::new(
            cookies
                .iter()
                .take(count)
                .map(|cookie| load::get(&host, PATH, Some(cookie)))
                .collect::<Vec<_>>(),
        )
    };
    cached(&deployment, &requests, effort, report).await;
    cold(&deployment, &requests, effort, report).await;
    deployment.end().await;
}

async fn cached(
    deployment: &Deployment,
    requests: &impl Fn(usize) -> Arc<Vec<Vec<u8>>>,
    effort: Effort,
    report: &mut Report,
) {
    let gateway = deployment.start(&[]);
    let one = Contender {
        process: &gateway,
        requests: requests(1),
    };
    let answer = load::one(gateway.address, &one.requests[0]).await;
    let bare = deployment.bare(&answer, false);
    let nothing = Contender {
        process: &bare,
        requests: Arc::new(vec![load::get("bench.localhost", "/nothing", None)]),
    };
    // The same request but for its path, and the same answer: what is left is the check.
    let same_bytes = one.requests[0]
        .strip_prefix(b"GET /auth/session")
        .map(|rest| [b"GET /same", rest].concat());
    let same = Contender {
        process: &bare,
        requests: Arc::new(vec![same_bytes.expect("the request of a check")]),
    };
    against_bare_handlers(&one, &nothing, &same, effort, report).await;
    let before = gateway.resident();
    let all = requests(MANY);
    let read = load::once_each(gateway.address, &all, CONNECTIONS).await;
    assert_eq!(read.wrong, 0, "every session is live");
    let after = gateway.resident();
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    report.add(
        "resident memory with 100,000 cached sessions",
        megabytes(after),
        "MB",
        Limit::AtMost(150.0),
        format!(
            "{:.0} MB before; {} bytes a session",
            megabytes(before),
            after.saturating_sub(before) / MANY as u64
        ),
    );
    for (count, name) in [(10_000, "10,000"), (MANY, "100,000")] {
        let many = Contender {
            process: &gateway,
            requests: requests(count),
        };
        let (many, single) = in_turn(&many, &one, effort).await;
        report.add(
            &format!("cached check: {name} sessions against one"),
            many.per_second / single.per_second,
            "ratio",
            Limit::AtLeast(0.90),
            said(many, single),
        );
    }
}

/// One session in the cache, against a handler that does nothing and one that sends the same bytes.
async fn against_bare_handlers(
    one: &Contender<'_>,
    nothing: &Contender<'_>,
    same: &Contender<'_>,
    effort: Effort,
    report: &mut Report,
) {
    let (ours, theirs) = in_turn(one, nothing, effort).await;
    report.add(
        "cached check: requests/s against a bare actix handler",
        ours.per_second / theirs.per_second,
        "ratio",
        Limit::AtLeast(0.80),
        said(ours, theirs),
    );
    report.add(
        "cached check: own processor time",
        ours.cpu_micros - theirs.cpu_micros,
        "µs",
        Limit::AtMost(10.0),
        format!("{:.1} µs in all", ours.cpu_micros),
    );
    report.add(
        "cached check: p99 against a bare actix handler",
        ours.p99 / theirs.p99,
        "ratio",
        Limit::AtMost(1.5),
        format!("{:.0} µs of {:.0} µs", ours.p99, theirs.p99),
    );

    let (ours, theirs) = in_turn(one, same, effort).await;
    report.add(
        "cached check: requests/s against a bare handler that sends the same bytes",
        ours.per_second / theirs.per_second,
        "ratio",
        Limit::None,
        said(ours, theirs),
    );
}

async fn cold(
    deployment: &Deployment,
    requests: &impl Fn(usize) -> Arc<Vec<Vec<u8>>>,
    effort: Effort,
    report: &mut Report,
) {
    // A cache that holds next to nothing, and more sessions than fit: every check reads its row.
    let gateway = deployment.start(&[("GATEHOUSE_STORE__CACHE_ENTRIES", "1")]);
    let bare = deployment.bare(&[], true);
    let ours = Contender {
        process: &gateway,
        requests: requests(20_000),
    };
    let row = Contender {
        process: &bare,
        requests: Arc::new(vec![load::get("bench.localhost", "/row", None)]),
    };
    let (ours, theirs) = in_turn(&ours, &row, effort).await;
    report.add(
        "cold check: requests/s against a bare handler with one row read",
        ours.per_second / theirs.per_second,
        "ratio",
        Limit::AtLeast(0.85),
        said(ours, theirs),
    );
}
