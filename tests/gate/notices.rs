//! An authority says in a hidden frame that somebody signed out there (the front channel).

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGate};

const OIDC: Kind = Kind::Oidc;

async fn signed_in(kind: Kind, person: &str) -> (TestGate, Browser) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, kind, person).await;
    (gate, browser)
}

fn sid_of(gate: &TestGate, person: &str) -> String {
    gate.sim
        .signed_in()
        .into_iter()
        .find(|account| account.person == person)
        .unwrap()
        .sid
}

fn issuer(gate: &TestGate) -> String {
    gate.sim.base(OIDC)
}

/// The frame is loaded without any cookie, as browsers do.
async fn frame(gate: &TestGate, kind: Kind, parameters: &[(&str, &str)]) -> Page {
    let mut url = url::Url::parse(&gate.url(kind, "/auth/front_channel_logout")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "iframe"),
    ];
    Browser::new().get_with(url, &headers).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_b107_b109_entra_ids_frame_ends_the_session_by_sid_alone() {
    let (gate, browser) = signed_in(Kind::EntraId, "ada").await;
    let page = frame(&gate, Kind::EntraId, &[("sid", &sid_of(&gate, "ada"))]).await;
    assert_eq!(
        (page.status.as_u16(), page.header("cache-control")),
        (200, Some("no-store"))
    );
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b105_iss_and_sid_together_end_the_session() {
    let (gate, browser) = signed_in(OIDC, "ada").await;
    frame(
        &gate,
        OIDC,
        &[("iss", &issuer(&gate)), ("sid", &sid_of(&gate, "ada"))],
    )
    .await;
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b106_b108_t13_what_names_nobody_here_ends_nothing_and_looks_the_same() {
    let (gate, browser) = signed_in(OIDC, "ada").await;
    let other = Browser::new();
    gate.sign_in(&other, Kind::EntraId, "grace").await;
    let (mine, theirs, iss) = (sid_of(&gate, "ada"), sid_of(&gate, "grace"), issuer(&gate));
    let hit = frame(&gate, Kind::EntraId, &[("sid", &theirs)]).await;
    let long = "x".repeat(300);
    let misses: [&[(&str, &str)]; 8] = [
        &[("iss", "https://evil.example"), ("sid", &mine)],
        &[("iss", &iss), ("sid", "stranger")],
        &[("iss", &iss), ("sid", &theirs)],
        &[("iss", &iss)],
        &[("sid", "")],
        &[("sid", &mine), ("sid", &mine)],
        &[("sid", &long)],
        &[],
    ];
    for parameters in misses {
        let miss = frame(&gate, OIDC, parameters).await;
        assert_eq!(
            (miss.status, &miss.text),
            (hit.status, &hit.text),
            "no oracle: {parameters:?}"
        );
        assert!(gate.is_signed_in(&browser, OIDC).await, "{parameters:?}");
    }
    // With the cookie, from a page of the attacker's: still nothing.
    browser
        .get(gate.url(OIDC, "/auth/front_channel_logout"))
        .await;
    assert!(gate.is_signed_in(&browser, OIDC).await);
    assert!(!gate.is_signed_in(&other, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b110_only_this_answer_may_be_framed() {
    let (gate, _) = signed_in(OIDC, "ada").await;
    let framed = frame(&gate, OIDC, &[("sid", "x")]).await;
    assert_eq!(framed.header("x-frame-options"), None);
    let policy = framed.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-ancestors http://openid.localhost"),
        "{policy}"
    );
    let home = Browser::new().get(gate.url(OIDC, "/")).await;
    assert_eq!(home.header("x-frame-options"), Some("DENY"));
    assert!(
        home.header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a41_b111_the_providers_own_sign_out_page_loads_the_frame_and_nobody_is_called() {
    let (gate, browser) = signed_in(OIDC, "ada").await;
    gate.sim
        .front_channel_urls(OIDC, vec![gate.url(OIDC, "/auth/front_channel_logout")]);
    let tokens = gate.sim.count(Endpoint::Token);
    let out = browser
        .get_with(
            gate.url(OIDC, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    let page = browser.follow(&out).await;
    let source = page
        .text
        .split("<iframe")
        .nth(1)
        .unwrap()
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let source = source.replace("&#x2F;", "/").replace("&amp;", "&");
    assert!(
        source.contains("sid=") && source.contains("iss="),
        "{source}"
    );
    assert_eq!(Browser::new().get(source).await.status, 200);
    assert_eq!(gate.sim.count(Endpoint::Token), tokens);
}
