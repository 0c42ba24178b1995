//! An authority says in a hidden frame that somebody signed out there (the front channel).

use simulator::{CONTOSO, FABRIKAM};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse};

const OIDC: Kind = Kind::Oidc;

fn issuer(gate: &TestGatehouse) -> String {
    gate.sim.base(OIDC)
}

/// The frame is loaded without any cookie, as browsers do.
async fn frame(gate: &TestGatehouse, kind: Kind, parameters: &[(&str, &str)]) -> Page {
    let mut url = url::Url::parse(&gate.url(kind, "/auth/front_channel_logout")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "iframe"),
    ];
    Browser::new().get_with(url, &headers).await
}

// proves: A40, B107, B109, T13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entra_ids_frame_ends_the_session_by_sid_alone() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let page = frame(&gate, Kind::EntraId, &[("sid", &gate.sid_of("ada"))]).await;
    assert_eq!(
        (page.status.as_u16(), page.header("cache-control")),
        (200, Some("no-store"))
    );
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_v1_issuer_of_the_same_tenant_ends_the_session_and_no_others() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let sid = gate.sid_of("ada");
    for (tenant, lives) in [(FABRIKAM, true), (CONTOSO, false)] {
        let iss = format!("https://sts.windows.net/{tenant}/");
        frame(&gate, Kind::EntraId, &[("iss", &iss), ("sid", &sid)]).await;
        assert_eq!(gate.is_signed_in(&browser, Kind::EntraId).await, lives);
    }
}

// proves: A40, B105
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn iss_and_sid_together_end_the_session() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    frame(
        &gate,
        OIDC,
        &[("iss", &issuer(&gate)), ("sid", &gate.sid_of("ada"))],
    )
    .await;
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}

// proves: B106, B108, T13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_front_channel_logout_that_names_nobody_here_ends_nothing() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    let other = gate.browser_of(Kind::EntraId, "grace").await;
    let (mine, theirs, iss) = (gate.sid_of("ada"), gate.sid_of("grace"), issuer(&gate));
    let hit = frame(&gate, Kind::EntraId, &[("sid", &theirs)]).await;
    let long = "x".repeat(300);
    let misses: [&[(&str, &str)]; 9] = [
        &[("iss", &iss), ("sid", "\0")],
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

// proves: A40, B110
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_front_channel_logout_answer_may_be_framed() {
    let (gate, _) = Plan::default().signed_in(OIDC, "ada").await;
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

// proves: A41, B111
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_providers_own_sign_out_page_loads_the_frame_and_nobody_is_called() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
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
