//! Outages of an authority: it is away, slow or wrong, and it mends by itself. Who is signed in is not concerned.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::harness::browser::Browser;
use crate::harness::unknown::{assert_unknown, status_of};
use crate::harness::{Endpoint, Fault, Kind, Plan, assert_within};

const KIND: Kind = Kind::EntraId;

// proves: D10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_endpoint_that_never_answers_ends_in_503_and_holds_up_no_other_profile() {
    let gate = Plan::default()
        .settings("[http]\ntimeout = \"3s\"\n")
        .start()
        .await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&other, Kind::Oidc, "ada").await;
    let callback = gate
        .answer(&browser, KIND, "ada", "/auth/token_details")
        .await;
    gate.sim.fault(Fault::TokenHang.at(KIND));
    let begun = Instant::now();
    let mut waiting = std::pin::pin!(browser.follow(&callback));
    let others = async {
        for _ in 0..50 {
            assert!(gate.is_signed_in(&other, Kind::Oidc).await);
        }
    };
    tokio::select! {
        () = others => {}
        _ = &mut waiting => panic!("the others are held up"),
    }
    let answer = waiting.await;
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    assert!(
        answer.text.contains("Start again") && answer.text.contains("token_details"),
        "{}",
        answer.text
    );
    assert_eq!(browser.cookie("entra.localhost", "gatehouse"), None);
    gate.sim.clear_faults();
    gate.sign_in(&browser, KIND, "ada").await;
    assert_within(begun, Duration::from_secs(4));
}

// proves: D9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_endpoint_that_fails_is_asked_once_for_each_code() {
    let gate = Plan::default().start().await;
    for status in [500, 502, 503] {
        let browser = Browser::new();
        let callback = gate.answer(&browser, KIND, "ada", "/").await;
        gate.sim.fault(Fault::TokenStatus(status).at(KIND));
        let asked = gate.sim.count_at(KIND, Endpoint::Token);
        let answer = browser.follow(&callback).await;
        assert_eq!(answer.status, 503, "{status}");
        assert_eq!(
            gate.sim.count_at(KIND, Endpoint::Token),
            asked + 1,
            "a code is never tried twice"
        );
        assert!(answer.text.contains("Start again"));
        assert!(!gate.is_signed_in(&browser, KIND).await);
        gate.sim.clear_faults();
    }
}

// proves: D5, D6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_metadata_that_are_gone_are_served_from_the_last_good_copy_for_a_day() {
    let gate = Plan::default()
        .settings("[http]\ntimeout = \"1s\"\n")
        .start()
        .await;
    gate.sign_in(&Browser::new(), KIND, "ada").await;
    for fault in [Fault::KeysDown, Fault::MetadataStatus(500)] {
        gate.sim.fault(fault.at(KIND));
    }
    for hours in [2, 9, 12] {
        gate.turn(hours * 3600);
        gate.sign_in(&Browser::new(), KIND, "ada").await;
    }
    gate.turn(2 * 3600);
    let browser = Browser::new();
    let refused = browser.get(gate.url(KIND, "/auth/sign_in")).await;
    assert_eq!(
        refused.status, 503,
        "after 24 hours a copy is no truth any more: {}",
        refused.text
    );
    assert!(refused.header("retry-after").is_some());
    gate.sim.clear_faults();
    gate.turn(61);
    gate.sign_in(&browser, KIND, "ada").await;
}

// proves: D7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_starts_while_an_authority_is_away_and_finds_it_later() {
    let gate = Plan::default().start().await;
    gate.sim.fault(Fault::MetadataStatus(503).at(KIND));
    let browser = Browser::new();
    for _ in 0..3 {
        let away = browser.get(gate.url(KIND, "/auth/sign_in")).await;
        assert_eq!(away.status, 503);
        assert!(away.header("retry-after").is_some());
        assert!(
            away.sets_cookies().is_empty(),
            "an attempt that cannot begin leaves no cookie"
        );
    }
    assert_eq!(
        status_of(gate.admin_url("/readyz")).await,
        200,
        "one dead authority is not the process's"
    );
    assert_eq!(browser.get(gate.url(KIND, "/")).await.status, 200);
    gate.sign_in(&browser, Kind::ExternalId, "ada").await;
    gate.sim.clear_faults();
    gate.turn(5);
    gate.sign_in(&browser, KIND, "ada").await;
}

// proves: D8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_requests_fetch_metadata_once() {
    let gate = Plan::default().start().await;
    let browsers: Vec<Browser> = (0..40).map(|_| Browser::new()).collect();
    let url = gate.url(KIND, "/auth/sign_in");
    let answers = join_all(browsers.iter().map(|browser| browser.get(&url))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    assert_eq!(gate.sim.count_at(KIND, Endpoint::Metadata), 1);
}

// proves: D12, D13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_is_away_while_tokens_expire_signs_nobody_out() {
    let (gate, browser) = Plan::default()
        .sim(|sim| sim.refresh_in = Some(1800))
        .signed_in(KIND, "ada")
        .await;
    let api = gate.url(KIND, "/auth/call_api/graph");
    gate.sim.fault(Fault::TokenStatus(500).at(KIND));
    gate.turn(2000);
    let answer = browser.get(&api).await;
    assert_eq!(
        answer.status, 200,
        "due, and the old token lives: {}",
        answer.text
    );
    gate.turn(2000);
    let answer = browser.get(&api).await;
    assert_unknown(&answer);
    assert!(gate.is_signed_in(&browser, KIND).await);
    assert_eq!(
        browser.get(gate.url(KIND, "/")).await.status,
        200,
        "pages without a token go on"
    );
    gate.sim.clear_faults();
    gate.turn(61);
    assert_eq!(browser.get(&api).await.status, 200);
}
