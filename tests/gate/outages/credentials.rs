//! Trouble of ours or of the authority's, at sign-in and between: the page says whose it is, with the authority's code,
//! and signs nobody out.

use std::time::{Duration, Instant};

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::{Browser, Page};
use crate::harness::refusals::{ITS_WORDS, token_error};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, assert_within, records};

const ENTRA: Kind = Kind::EntraId;
const OVER: i64 = 3_600;

/// The code, a correlation id and the authority's time stand on the page, and nothing that it wrote for people.
fn is_explained(page: &Page, code: u32) {
    for words in [
        format!("AADSTS{code}").as_str(),
        "Correlation id",
        "Time at the sign-in service",
        "Request id",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains(ITS_WORDS));
}

async fn at_callback(gate: &TestGatehouse, fault: Option<Fault>) -> Page {
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    if let Some(fault) = fault {
        gate.sim.fault(fault);
    }
    browser.follow(&callback).await
}

/// What a call says when its token is over and cannot be exchanged; the person stays signed in.
async fn at_refresh(fault: Fault) -> Page {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(OVER);
    gate.sim.fault(fault);
    let page = gate.call(&browser, ENTRA).await;
    assert!(gate.is_signed_in(&browser, ENTRA).await, "{}", page.text);
    assert!(!page.text.contains("The API is busy"), "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::GraphMe), 0);
    page
}

// proves: D6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_that_the_token_endpoint_detects_is_explained_with_its_code() {
    records::record();
    let gate = Plan::default().start().await;
    let page = at_callback(&gate, Some(token_error("invalid_grant", 50_196, None))).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(page.header("retry-after").is_some());
    assert!(
        page.text.contains("Too many sign-ins in a row"),
        "{}",
        page.text
    );
    is_explained(&page, 50_196);
    let log = records::log();
    let line = log
        .lines()
        .find(|line| line.contains("AADSTS50196") && line.contains("answered with an error"));
    assert!(line.unwrap().contains("correlation_id="), "{line:?}");
}

// proves: D6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_of_the_token_endpoint_keeps_its_code() {
    for (error, code, status) in [
        ("invalid_grant", 50_105, 403),
        ("invalid_client", 7_000_222, 502),
        ("temporarily_unavailable", 90_033, 503),
        ("server_error", 90_055, 503),
        ("invalid_grant", 70_008, 403),
    ] {
        let gate = Plan::default().start().await;
        let page = at_callback(&gate, Some(token_error(error, code, None))).await;
        assert_eq!(page.status.as_u16(), status, "{code}: {}", page.text);
        is_explained(&page, code);
    }
}

// proves: D7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_secret_is_explained_at_an_api_call_as_the_operators_task() {
    let page = at_refresh(token_error("invalid_client", 7_000_222, None)).await;
    assert_eq!(page.status, 502, "{}", page.text);
    assert!(page.text.contains("operator must act"), "{}", page.text);
    is_explained(&page, 7_000_222);
}

// proves: D7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_token_endpoint_is_explained_at_an_api_call_as_the_authoritys() {
    let page = at_refresh(Fault::TokenThrottled(Some(33))).await;
    assert_eq!(
        (page.status.as_u16(), page.header("retry-after")),
        (503, Some("33"))
    );
    assert!(page.text.contains("sign-in service"), "{}", page.text);
    let page = at_refresh(token_error("invalid_grant", 50_196, None)).await;
    assert_eq!(
        (page.status.as_u16(), page.header("retry-after")),
        (503, Some("60"))
    );
    is_explained(&page, 50_196);
}

// proves: D7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_token_file_is_explained_at_an_api_call_as_the_operators_task() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    let file = gate.put("gone", "a token");
    let line = format!("client_assertion = {{ file = \"{file}\" }}");
    gate.replace_secret(&line);
    std::fs::remove_file(&file).unwrap();
    gate.turn(OVER);
    let page = gate.call(&browser, ENTRA).await;
    assert_eq!(page.status, 502, "{}", page.text);
    assert!(
        page.text.contains("operator must act") && page.text.contains("credential"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("gone"), "the file is for the log");
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

/// What a sign-in shows where the managed identity is this one.
async fn with_identity(endpoint: String) -> Page {
    let gate = Plan {
        variables: vec![
            ("IDENTITY_ENDPOINT", endpoint),
            ("IDENTITY_HEADER", simulator::IDENTITY_HEADER.to_owned()),
        ],
        ..Plan::default()
    }
    .start()
    .await;
    gate.replace_secret("client_assertion = \"managed-identity\"");
    at_callback(&gate, None).await
}

// proves: D8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managed_identity_that_fails_is_an_outage_and_not_a_fault_of_the_profile() {
    let failing = ScriptedApi::start(|_| response("500 Internal Server Error", &[], b"")).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    for endpoint in [failing.address.clone(), refused] {
        let page = with_identity(endpoint).await;
        assert_eq!(page.status, 503, "{}", page.text);
        assert!(page.header("retry-after").is_some());
        assert!(
            page.text.contains("cannot authenticate just now"),
            "{}",
            page.text
        );
    }
}

// proves: D8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managed_identity_that_hangs_is_given_up_within_seconds() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let begun = Instant::now();
    let page = with_identity(format!("http://{}/", silent.local_addr().unwrap())).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert_within(begun, Duration::from_secs(5));
}

// proves: D8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managed_identity_that_does_not_exist_is_the_operators_task() {
    let body = br#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let api = ScriptedApi::start(|_| response("400 Bad Request", &[], body)).await;
    let page = with_identity(api.address.clone()).await;
    assert_eq!(page.status, 502, "{}", page.text);
    assert!(page.text.contains("not set up right"), "{}", page.text);
}
