//! `make bench`: the figures of `docs/performance.md` in one run, as ratios against what is measured beside them.
//!
//! `BENCH_ONLY=checks,forward_auth,reverse_proxy,envoy,websockets,traces,sign_ins,profiles,replicas,scale` runs some;
//! `BENCH_SECONDS` is the length of a round, `BENCH_WEBSOCKETS` the number of websockets.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement stops at the first surprise and rounds as it likes"
)]

#[path = "../../tests/replicas/balancer.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the balancer of the tests; not all of it is used here"
)]
mod balancer;
mod bare;
#[path = "../../tests/gate/harness/browser.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the browser of the tests; not all of it is used here"
)]
mod browser;
mod checks;
mod deployment;
mod envoy;
#[path = "../../tests/replicas/fleet.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the replicas of the tests; not all of it is used here"
)]
mod fleet;
mod forward_auth;
mod journeys;
mod load;
mod nginx;
#[path = "../../tests/replicas/person.rs"]
#[expect(
    dead_code,
    reason = "the people of the tests; not all of it is used here"
)]
mod person;
mod process;
mod replicas;
mod report;
mod reverse_proxy;
mod scale;
mod sessions;
mod traces;
mod websockets;

use std::path::Path;
use std::time::Duration;

use gatehouse::domain::clock::{Clock as _, SystemClock};

use checks::Effort;
use report::Report;

/// The product's, so that the bare server has it, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "bare") {
        let port = arguments[2].parse().expect("a port");
        let given = |at: usize| arguments.get(at).filter(|text| !text.is_empty()).cloned();
        let served = actix_web::rt::System::new().block_on(bare::serve(port, given(3), given(4)));
        served.expect("the bare server serves");
        return;
    }
    if arguments.get(1).is_some_and(|first| first == "echo") {
        websockets::echo(arguments[2].parse().expect("a port"));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let server = fleet::postgres()
        .expect("TEST_DATABASE_URL names a Postgres server; `make bench` starts one");
    let seconds = std::env::var("BENCH_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3.0);
    let only = std::env::var("BENCH_ONLY").ok();
    let wanted = |name: &str| {
        only.as_deref()
            .is_none_or(|only| only.split(',').any(|one| one == name))
    };
    if !process::pins() {
        eprintln!("servers and load share processors here: ratios are worth less");
    }
    let mut report = Report::default();
    if wanted("replicas") {
        replicas::measure(&server, &mut report).await;
    }
    process::move_away();
    let effort = Effort {
        round: Duration::from_secs_f64(seconds),
        rounds: 5,
    };
    if wanted("checks") {
        checks::measure(&server, effort, &mut report).await;
    }
    if wanted("forward_auth") {
        forward_auth::measure(&server, effort, &mut report).await;
    }
    if wanted("reverse_proxy") {
        reverse_proxy::measure(&server, effort, &mut report).await;
    }
    if wanted("envoy") {
        envoy::measure(&server, effort, &mut report).await;
    }
    if wanted("websockets") {
        websockets::measure(&server, &mut report).await;
    }
    if wanted("traces") {
        traces::measure(&server, effort, &mut report).await;
    }
    if wanted("sign_ins") {
        journeys::sign_ins(&server, 2_000, &mut report).await;
    }
    if wanted("profiles") {
        journeys::profiles(&server, &mut report).await;
    }
    if wanted("scale") {
        scale::measure(&server, &mut report).await;
    }
    report.print();
    let stamp = SystemClock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    report
        .write(Path::new("bench-results"), &stamp)
        .expect("the figures are written");
}
