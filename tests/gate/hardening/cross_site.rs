//! Requests of other sites, of scripts and of prefetches: they begin, change and end nothing.

use sqlx::Connection as _;

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan};

const NAVIGATION: [(&str, &str); 2] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

// proves: B140, C107
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_person_navigates_to_begins_nothing() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for headers in [
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")][..],
        &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        &[("sec-fetch-mode", "cors")],
        &[("x-requested-with", "XMLHttpRequest")],
        &[("accept", "application/json")],
        &[("accept", "text/event-stream")],
        &[
            ("sec-purpose", "prefetch;prerender"),
            NAVIGATION[0],
            NAVIGATION[1],
        ],
        &[("purpose", "prefetch")],
    ] {
        for path in [
            "/auth/sign_in",
            "/login",
            "/auth/reset_password",
            "/auth/call_api/graph",
            "/auth/sessions",
        ] {
            let page = browser
                .get_with(gate.url(Kind::EntraId, path), headers)
                .await;
            assert_eq!(page.status, 401, "{path} {headers:?}: {}", page.text);
            assert!(page.sets_cookies().is_empty(), "{path} {headers:?}");
        }
    }
    assert_eq!(
        gate.sim.count(Endpoint::Metadata),
        0,
        "no authority is asked"
    );
}

// proves: C116
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_a_session_gets_401_and_not_a_page() {
    let gate = Plan::default().start().await;
    let page = Browser::new()
        .post(
            gate.url(Kind::EntraId, "/auth/sessions/end"),
            &[("others", "1")],
        )
        .await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("You are not signed in"));
}

// proves: B143, B165
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_pages_change_nothing() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let out = gate.url(Kind::EntraId, "/auth/sign_out");
    let end = gate.url(Kind::EntraId, "/auth/sessions/end");
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[],
    ] {
        for url in [&out, &end] {
            let page = browser.post_with(url, &[("others", "1")], headers).await;
            assert_eq!(page.status, 403, "{url} {headers:?}");
        }
        let mut got = headers.to_vec();
        got.extend(NAVIGATION);
        assert_eq!(
            browser.get_with(&out, &got).await.status,
            200,
            "a page with a button: {headers:?}"
        );
    }
    let plain = browser
        .post_with(&out, &[], &[("content-type", "text/plain")])
        .await;
    assert_eq!(plain.status, 415, "no form of ours");
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_ours_counts_in_browsers_that_hide_their_origin() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let page = browser.get(gate.url(Kind::EntraId, "/auth/sign_out")).await;
    let form = page.form_with("csrf", None);
    let (_, token) = form.fields.iter().find(|(name, _)| name == "csrf").unwrap();
    // Referrer-Policy: no-referrer makes `Origin: null` of it, and older browsers send no Sec-Fetch-Site.
    let out = browser
        .post_with(
            gate.url(Kind::EntraId, "/auth/sign_out"),
            &[("csrf", token)],
            &[("origin", "null")],
        )
        .await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C115, D47
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_that_ask_without_a_session_leave_nothing_anywhere() {
    let gate = Plan::default().start().await;
    let paths = [
        "/auth/session",
        "/auth/token_details",
        "/auth/call_api/graph",
        "/auth/sign_in",
        "/auth/sessions",
    ];
    for _ in 0..200 {
        // A new browser each time, as a thousand of them would be.
        let browser = Browser::new();
        for path in paths {
            let answer = browser
                .get_with(gate.url(Kind::EntraId, path), &[("sec-fetch-mode", "cors")])
                .await;
            assert_eq!(answer.status, 401, "{path}: {}", answer.text);
            assert_eq!(answer.header("set-cookie"), None, "{path}");
        }
    }
    assert_eq!(gate.sim.count(Endpoint::Metadata), 0, "nobody was asked");
    let mut connection = sqlx::SqliteConnection::connect(&gate.database_url)
        .await
        .unwrap();
    let rows: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM used_once)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(rows, 0);
}
