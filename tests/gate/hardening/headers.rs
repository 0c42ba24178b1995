//! Headers of every answer, whatever it is.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan, TestGatehouse};

/// Every kind of answer of a profile: pages, redirects, JSON, and errors of each status.
async fn answers(gate: &TestGatehouse, browser: &Browser, kind: Kind) -> Vec<Page> {
    let url = |path: &str| gate.url(kind, path);
    let mut pages = Vec::new();
    for path in [
        "/",
        "/login",
        "/logout",
        "/call_downstream_api",
        "/auth/sign_in",
        "/auth/redirect",
        "/auth/redirect?code=c&state=s",
        "/auth/redirect?error=access_denied&state=s",
        "/auth/sign_out",
        "/auth/token_details",
        "/auth/call_api/graph",
        "/auth/call_api/none",
        "/auth/session",
        "/auth/sessions",
        "/auth/sessions/end",
        "/auth/edit_profile",
        "/nothing/here.css",
    ] {
        pages.push(
            browser
                .get_with(url(path), &[("origin", "https://evil.example")])
                .await,
        );
    }
    pages.push(
        browser
            .post(url("/auth/back_channel_logout"), &[("logout_token", "x")])
            .await,
    );
    pages.push(
        browser
            .post_with(
                url("/auth/sign_out"),
                &[],
                &[("sec-fetch-site", "cross-site")],
            )
            .await,
    );
    pages.push(browser.post(url("/auth/sign_in"), &[]).await);
    pages.push(
        browser
            .get_with(
                url("/auth/call_api/graph"),
                &[("accept", "application/json")],
            )
            .await,
    );
    pages
}

/// Headers that every answer has, with the one value that is right.
const ALWAYS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The content security policy that a page deserves; `<authority>` stands for the address where a sign-out form leads.
fn expected_policy(page: &Page) -> &'static str {
    let kind = page.header("content-type").unwrap_or_default();
    if !kind.starts_with("text/html") {
        "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    } else if page.text.contains("/auth/sign_out\"")
        && page.text.contains("<form class=\"actions\"")
    {
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' <authority> https:; base-uri 'none'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }
}

/// The type of a body is said, is one of ours, and is true.
fn has_a_true_type(page: &Page) {
    let url = &page.url;
    let Some(kind) = page.header("content-type") else {
        assert!(page.text.is_empty(), "{url} has a body without a type");
        return;
    };
    let ours = [
        "text/html; charset=utf-8",
        "text/plain; charset=utf-8",
        "application/json",
    ];
    assert!(ours.contains(&kind), "{url}: {kind}");
    let is_page = page.text.starts_with("<!doctype html>");
    assert!(kind != "text/html; charset=utf-8" || is_page, "{url}");
}

fn has_safe_headers(page: &Page, authority: &str) {
    let url = &page.url;
    for (name, value) in ALWAYS {
        assert_eq!(page.header(name), Some(value), "{name} of {url}");
    }
    let policy = page.header("content-security-policy").unwrap();
    let policy = policy.replace(authority, "<authority>");
    assert_eq!(policy, expected_policy(page), "{url}");
    for name in page.headers.keys() {
        let name = name.as_str();
        let tells =
            name.starts_with("access-control") || matches!(name, "server" | "x-powered-by" | "via");
        assert!(!tells, "{url} sends {name}");
    }
    has_a_true_type(page);
    assert!(!page.text.contains("<script"), "{url}");
    let status = page.status.as_u16();
    assert!(![301, 307, 308].contains(&status), "{url}: {status}");
}

// proves: B28, B160, B161, B162, B163, B164, B167, B168, B187, C126, C130, C138
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_safe_headers() {
    let gate = Plan::default().start().await;
    let authority = format!("http://login.microsoftonline.localhost:{}", gate.sim.port());
    let browser = Browser::new();
    for page in answers(&gate, &browser, Kind::EntraId).await {
        has_safe_headers(&page, &authority);
    }
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    for page in answers(&gate, &browser, Kind::EntraId).await {
        has_safe_headers(&page, &authority);
    }
}

// proves: B15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_page_of_a_callback_loads_and_links_nothing_foreign() {
    let gate = Plan::default().start().await;
    let page = Browser::new()
        .get(gate.url(Kind::EntraId, "/auth/redirect?code=secret-code&state=s"))
        .await;
    assert_eq!(page.status, 400);
    for part in page.text.split(['"', '\'']) {
        let foreign =
            part.starts_with("http:") || part.starts_with("https:") || part.starts_with("//");
        assert!(!foreign, "{part}");
    }
    assert!(!page.text.contains("secret-code"));
}

// proves: B110
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_front_channel_logout_may_be_framed_and_only_by_the_authority() {
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    let page = browser
        .get(gate.url(Kind::Oidc, "/auth/front_channel_logout?sid=unknown"))
        .await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    let authority = url::Url::parse(&gate.sim.authority(Kind::Oidc))
        .unwrap()
        .origin()
        .ascii_serialization();
    assert!(
        policy.ends_with(&format!("frame-ancestors {authority}")),
        "{policy}"
    );
    assert_eq!(page.header("x-frame-options"), None);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    // What would not be framed does not become so by being asked for in a frame.
    let framed = [("sec-fetch-dest", "iframe"), ("sec-fetch-mode", "navigate")];
    let home = browser.get_with(gate.url(Kind::Oidc, "/"), &framed).await;
    assert!(
        home.header("content-security-policy")
            .unwrap()
            .ends_with("frame-ancestors 'none'")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_out_form_may_lead_to_an_end_session_address_elsewhere() {
    let gate = Plan::default().start().await;
    let elsewhere = format!("http://logout.localhost:{}/end", gate.sim.port());
    gate.sim.fault(
        Fault::MetadataMember("end_session_endpoint".into(), elsewhere.into()).at(Kind::Oidc),
    );
    let browser = gate.browser_of(Kind::Oidc, "ada").await;
    let page = browser.get(gate.url(Kind::Oidc, "/auth/sign_out")).await;
    let policy = page.header("content-security-policy").unwrap();
    let forms = policy
        .split(';')
        .find(|part| part.trim().starts_with("form-action"))
        .unwrap();
    assert!(
        forms.contains(&format!("http://logout.localhost:{}", gate.sim.port())),
        "{policy}"
    );
    assert!(
        forms.ends_with(" https:"),
        "from there it may lead on: {policy}"
    );
}

// proves: A66, B122
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_refused_logout_token_is_json_and_not_kept() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let url = gate.url(Kind::Oidc, "/auth/back_channel_logout");
    for fields in [
        &[("logout_token", "x.y.z")][..],
        &[],
        &[("logout_token", "a"), ("logout_token", "b")],
    ] {
        let page = browser.post(&url, fields).await;
        assert_eq!(page.status, 400, "{fields:?}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("content-type"), Some("application/json"));
        assert_eq!(page.json()["error"], "invalid_request");
    }
}
