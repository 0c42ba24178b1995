//! What a session is worth, how it begins, and how it ends.

use sqlx::Connection as _;

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan, TestGate, host};

const NAVIGATION: [(&str, &str); 2] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

async fn signed_in(gate: &TestGate) -> Browser {
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b128_c91_a_cookie_with_any_byte_changed_or_cut_off_is_none() {
    let gate = Plan::default().start().await;
    let browser = signed_in(&gate).await;
    let good = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let thief = Browser::new();
    for at in (0..good.len()).step_by(7) {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes).unwrap();
        for value in [forged, good[..at].to_owned()] {
            thief.set_cookie(host(Kind::EntraId), "gatehouse", &value);
            let page = thief.get(gate.url(Kind::EntraId, "/auth/session")).await;
            assert_eq!(page.status, 401, "{at}: {value}");
            assert_eq!(thief.get(gate.url(Kind::EntraId, "/")).await.status, 200);
        }
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b131_a_session_that_nobody_uses_ends_and_polling_does_not_keep_it() {
    let plan = Plan::default().table(
        Kind::EntraId,
        "[session]\nidle_timeout = \"10m\"\nlifetime = \"2h\"",
    );
    let gate = plan.start().await;
    let browser = signed_in(&gate).await;
    gate.turn(595);
    assert!(
        gate.is_signed_in(&browser, Kind::EntraId).await,
        "five seconds before the limit"
    );
    let used = browser
        .get(gate.url(Kind::EntraId, "/auth/token_details"))
        .await;
    assert_eq!(used.status, 200, "use moves the limit");
    for _ in 0..5 {
        gate.turn(119);
        assert!(
            gate.is_signed_in(&browser, Kind::EntraId).await,
            "a script only looks"
        );
    }
    gate.turn(10);
    assert!(
        !gate.is_signed_in(&browser, Kind::EntraId).await,
        "what a script did was no use"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b132_a_session_in_use_ends_at_its_absolute_limit() {
    let plan = Plan::default().table(
        Kind::EntraId,
        "[session]\nidle_timeout = \"10m\"\nlifetime = \"1h\"",
    );
    let gate = plan.start().await;
    let browser = signed_in(&gate).await;
    for _ in 0..7 {
        gate.turn(500);
        assert_eq!(
            browser
                .get(gate.url(Kind::EntraId, "/auth/token_details"))
                .await
                .status,
            200
        );
    }
    gate.turn(95);
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    gate.turn(10);
    assert_eq!(
        browser
            .get(gate.url(Kind::EntraId, "/auth/token_details"))
            .await
            .status,
        401
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b134_a_disabled_account_ends_at_the_next_refresh() {
    let gate = Plan::default().start().await;
    let browser = signed_in(&gate).await;
    gate.sim.revoke_person("ada");
    gate.turn(3_700);
    let page = browser
        .get(gate.url(Kind::EntraId, "/auth/call_api/graph"))
        .await;
    assert_eq!(page.status, 303, "to sign-in: {}", page.text);
    assert!(
        page.location().path().ends_with("/auth/sign_in"),
        "{}",
        page.location()
    );
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
    assert_eq!(gate.app.store.count().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b22_b98_b130_b133_signing_out_deletes_the_row_and_the_cookie_is_dead_on_every_replica() {
    let gate = Plan::default().start().await;
    let browser = signed_in(&gate).await;
    let stolen = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    assert_eq!(gate.app.store.count().await.unwrap(), 1);
    let out = browser
        .get_with(
            gate.url(Kind::EntraId, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(out.status, 303);
    assert_eq!(
        gate.app.store.count().await.unwrap(),
        0,
        "before the authority is visited"
    );
    let replica = gate.replica().await;
    let thief = Browser::new();
    thief.set_cookie("127.0.0.1", "gatehouse", &stolen);
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    for port in [gate.port, replica.port] {
        let page = thief
            .get_with(
                format!("http://127.0.0.1:{port}/auth/session"),
                &[("host", &named)],
            )
            .await;
        assert_eq!(page.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a38_a39_b101_b104_any_return_from_sign_out_is_the_signed_out_home_and_again_does_no_harm()
{
    let gate = Plan::default().start().await;
    let browser = signed_in(&gate).await;
    let bystander = Browser::new();
    gate.sign_in(&bystander, Kind::EntraId, "grace").await;
    let same = [("sec-fetch-site", "same-origin")];
    let out = browser
        .get_with(gate.url(Kind::EntraId, "/auth/sign_out"), &same)
        .await;
    assert!(out.location_parameter("state").is_some());
    for query in [
        "",
        "?state=wrong",
        "?state=a&state=b",
        "?state=%2F%2Fevil.example",
    ] {
        let page = browser
            .get(gate.url(Kind::EntraId, &format!("/{query}")))
            .await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text.contains("not signed in"), "{query}");
    }
    let again = browser
        .get_with(gate.url(Kind::EntraId, "/auth/sign_out"), &same)
        .await;
    assert_eq!(
        again.location(),
        url::Url::parse(&gate.url(Kind::EntraId, "/")).unwrap()
    );
    assert_eq!(
        browser
            .post(gate.url(Kind::EntraId, "/auth/sign_out"), &[])
            .await
            .status,
        303
    );
    assert!(gate.is_signed_in(&bystander, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b140_c107_what_no_person_navigates_to_begins_nothing() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c116_a_form_without_a_session_is_told_so_and_not_turned_into_a_page_view() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b143_b165_another_sites_pages_change_nothing() {
    let gate = Plan::default().start().await;
    let browser = signed_in(&gate).await;
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
    let browser = signed_in(&gate).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d47_c115_scripts_that_ask_without_a_session_leave_nothing_anywhere() {
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
