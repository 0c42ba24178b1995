//! Authorities in trouble, sign-ins that go round, and pages that show nothing of a cause.

use crate::harness::browser::{Browser, Page};
use crate::harness::refusals::{ITS_WORDS, described, token_error};
use crate::harness::{Fault, Kind, Plan};

const ENTRA: Kind = Kind::EntraId;

/// The shape in which Entra ID separates its lines.
fn in_lines(code: &str) -> String {
    described(code)
        .replace(" Trace ID", "\r\nTrace ID")
        .replace(" Correlation ID", "\r\nCorrelation ID")
        .replace(" Timestamp", "\r\nTimestamp")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_in_trouble_is_503_or_502_and_nobody_is_blamed() {
    for (fault, status) in [
        (Fault::TokenStatus(500), 503),
        (Fault::TokenHtml, 503),
        (Fault::TokenTruncated, 503),
        (Fault::TokenWithoutType, 400),
        (Fault::TokenThrottled(Some(33)), 503),
        (Fault::KeysDown, 503),
    ] {
        // A gatehouse of its own each: keys are kept, and a failing authority is left alone for a moment.
        let fresh = Plan::default().start().await;
        let page = fresh.refused_at_token(ENTRA, fault.clone()).await;
        assert_eq!(page.status.as_u16(), status, "{fault:?}: {}", page.text);
        assert_eq!(
            page.header("retry-after").is_some(),
            status == 503,
            "{fault:?}"
        );
        if fault == Fault::TokenThrottled(Some(33)) {
            assert_eq!(page.header("retry-after"), Some("33"));
        }
    }
    for (fault, status) in [
        (Fault::MetadataNotFound, 502),
        (Fault::MetadataStatus(500), 503),
        (Fault::MetadataHtml, 503),
        (Fault::MetadataRedirect, 503),
    ] {
        let fresh = Plan::default().start().await;
        fresh.sim.fault(fault.clone());
        let page = Browser::new().get(fresh.url(ENTRA, "/auth/sign_in")).await;
        assert_eq!(page.status.as_u16(), status, "{fault:?}: {}", page.text);
        assert!(
            page.sets_cookies().is_empty(),
            "{fault:?}: no attempt begins"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_goes_round_stops_after_three_rounds() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for _ in 0..3 {
        let callback = gate
            .answer(&browser, ENTRA, "ada", "/auth/token_details")
            .await;
        assert_eq!(browser.follow(&callback).await.status, 303);
    }
    let stopped = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Ftoken_details"))
        .await;
    assert_eq!(stopped.status, 400);
    assert!(
        stopped.text.contains("3 times in a row") && stopped.text.contains("Request id"),
        "{}",
        stopped.text
    );
    let elsewhere = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Fsessions"))
        .await;
    assert_eq!(elsewhere.status, 303, "another page is another matter");
    gate.turn(61);
    let later = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Ftoken_details"))
        .await;
    assert_eq!(later.status, 303);
}

// proves: D10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_flows_that_send_a_person_to_each_other_stop_after_three_rounds() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sim.fault(Fault::AuthorizeError {
        error: "access_denied".to_owned(),
        description: "AADB2C90118: The user has forgotten their password.".to_owned(),
    });
    let target = "/auth/token_details";
    let mut page = gate.answer(&browser, Kind::B2c, "ada", target).await;
    let mut rounds = 0;
    loop {
        page = browser.follow(&page).await;
        if !page.status.is_redirection() {
            break;
        }
        rounds += 1;
        assert!(rounds <= 3, "followed without end");
        let pick = gate.at_authority(&browser, &page).await;
        let reset = gate.press(&browser, &pick, ("person", "ada"), &[]).await;
        page = gate.press(&browser, &reset, ("reset", "1"), &[]).await;
    }
    assert_eq!((rounds, page.status.as_u16()), (3, 400), "{}", page.text);
    assert!(
        page.text.contains("3 times in a row") && page.text.contains("Start again"),
        "{}",
        page.text
    );
    gate.sim.clear_faults();
    gate.turn(61);
    let done = gate.answer(&browser, Kind::B2c, "ada", target).await;
    assert_eq!(browser.follow(&done).await.status, 303, "later it works");
}

/// What no person may read: parts of our own code, of the system, of tokens, of what others wrote.
const CAUSES: [&str; 16] = [
    "openidconnect",
    "reqwest",
    "sqlx",
    "jsonwebtoken",
    "hyper",
    "OidcError",
    "FlowError",
    "panicked",
    "src/",
    ".rs:",
    "os error",
    "eyJ",
    "EVIL",
    "client_secret",
    "stack backtrace",
    "sqlite",
];

/// Answers of a token endpoint that end on a page.
fn refusals() -> Vec<Fault> {
    let issuer = format!("https://evil.example/{ITS_WORDS}");
    vec![
        Fault::WrongIssuer,
        Fault::BadSignature,
        Fault::AlgNone,
        Fault::WrongNonce,
        Fault::Expired,
        Fault::TokenHtml,
        Fault::TokenTruncated,
        Fault::TokenStatus(500),
        Fault::InvalidClient,
        Fault::InvalidGrant,
        Fault::HeaderMember("crit".into(), 1.into()),
        Fault::SetClaim("iss".into(), issuer.into()),
        token_error("invalid_client", 7_000_215, None),
    ]
}

/// The pages of all troubles, each with what caused it.
async fn pages_of_trouble() -> Vec<(String, Page)> {
    let mut pages = Vec::new();
    for fault in refusals() {
        let why = format!("{fault:?}");
        let fresh = Plan::default().start().await;
        pages.push((why, fresh.refused_at_token(ENTRA, fault).await));
    }
    let gate = Plan::default().start().await;
    let lines = in_lines("AADSTS50105");
    let page = gate.refused_at_authorize(ENTRA, "access_denied", &lines);
    pages.push(("authorize".to_owned(), page.await));
    gate.sim.clear_faults();
    for path in [
        "/auth/redirect?code=x",
        "/auth/redirect?error=EVIL&error_description=EVIL",
        "/auth/redirect?code=a&code=b&state=c",
        "/auth/call_api/none",
        "/nowhere/EVIL",
    ] {
        let page = Browser::new().get(gate.url(ENTRA, path)).await;
        pages.push((path.to_owned(), page));
    }
    let fresh = Plan::default().start().await;
    let issuer = "https://evil.example/EVIL".into();
    fresh
        .sim
        .fault(Fault::MetadataMember("issuer".into(), issuer));
    let page = Browser::new().get(fresh.url(ENTRA, "/auth/sign_in")).await;
    pages.push(("metadata".to_owned(), page));
    pages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_error_page_shows_its_cause() {
    let pages = pages_of_trouble().await;
    let (redirects, pages): (Vec<_>, Vec<_>) =
        pages.into_iter().partition(|(_, page)| page.status == 303);
    // An API that does not exist is asked for by nobody who is signed out: sign-in comes first.
    assert!(redirects.len() <= 1, "{redirects:?}");
    for (why, page) in pages {
        let status = page.status;
        assert!(
            status.is_client_error() || status.is_server_error(),
            "{why}: {status}"
        );
        for cause in CAUSES {
            assert!(
                !page.text.contains(cause),
                "{why}: {cause} in {}",
                page.text
            );
        }
        assert!(page.text.contains("Request id"), "{why}: {}", page.text);
    }
}
