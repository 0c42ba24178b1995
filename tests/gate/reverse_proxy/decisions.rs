//! Who gets through to an upstream, and what everybody else gets.

use crate::harness::browser::Browser;
use crate::harness::upstream::Upstream;
use crate::harness::wire::Mood;
use crate::harness::{Kind, Plan, TestGatehouse, eventually, postgres_is_there};

pub(super) const KIND: Kind = Kind::EntraId;

/// Ada, signed in at a profile whose every path leads to this upstream.
pub(super) async fn behind(upstream: &Upstream, more: &str) -> (TestGatehouse, Browser) {
    let plan = Plan::default().table(KIND, &upstream.route("/", more));
    plan.signed_in(KIND, "ada").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_in_person_reaches_the_application() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let before = upstream.count();
    let page = browser.get(gate.url(KIND, "/reports?year=2026")).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ok"));
    assert_eq!(upstream.count(), before + 1);
    assert_eq!(upstream.last().line(), "GET /reports?year=2026 HTTP/1.1");
    assert!(page.header("content-security-policy").is_none(), "its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_who_navigates_is_sent_to_sign_in_and_comes_back() {
    let upstream = Upstream::ok().await;
    let plan = Plan::default().table(KIND, &upstream.route("/", ""));
    let gate = plan.start().await;
    let browser = Browser::new();
    let page = browser.get(gate.url(KIND, "/reports?year=2026")).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let begun = browser.follow(&page).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let back = browser.follow(&callback).await;
    assert_eq!(
        back.location().as_str(),
        gate.url(KIND, "/reports?year=2026")
    );
    assert_eq!(browser.follow(&back).await.text, "ok");
    assert_eq!(upstream.count(), 1, "nothing was forwarded before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_without_a_session_gets_401_with_the_sign_in_address() {
    let upstream = Upstream::ok().await;
    let plan = Plan::default().table(KIND, &upstream.route("/", ""));
    let gate = plan.start().await;
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    let page = Browser::new()
        .get_with(gate.url(KIND, "/api/orders"), &script)
        .await;
    assert_eq!(page.status, 401);
    assert!(page.header("location").is_none());
    assert_eq!(page.json()["sign_in_url"], gate.url(KIND, "/auth/sign_in"));
    assert_eq!(upstream.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_without_the_role_gets_403_and_nothing_is_forwarded() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "allow = { roles = [\"Admin\"] }").await;
    let before = upstream.count();
    let page = browser.get(gate.url(KIND, "/admin")).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("You don&#39;t have access") || page.text.contains("have access"),
        "{}",
        page.text
    );
    assert!(page.header("content-security-policy").is_some());
    let script = [("sec-fetch-mode", "cors")];
    let page = browser.get_with(gate.url(KIND, "/admin"), &script).await;
    assert_eq!(
        (page.status.as_u16(), page.json()["error"].as_str()),
        (403, Some("not_allowed"))
    );
    assert_eq!(upstream.count(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_sibling_site_posts_nothing_with_the_session() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let before = upstream.count();
    for headers in [
        &[("origin", "http://evil.localhost")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
    ] {
        let page = browser
            .post_with(gate.url(KIND, "/transfer"), &[("to", "x")], headers)
            .await;
        assert_eq!(page.status, 403, "{headers:?}");
    }
    assert_eq!(upstream.count(), before);
    let own = gate.origin(KIND);
    let page = browser
        .post_with(
            gate.url(KIND, "/transfer"),
            &[("to", "x")],
            &[("origin", &own)],
        )
        .await;
    assert_eq!(page.status, 200);
    assert_eq!(upstream.last().body, b"to=x");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_path_passes_without_a_session_and_without_identity() {
    let upstream = Upstream::ok().await;
    let plan = Plan::default().table(KIND, &upstream.route("/", "public = [\"/assets\"]"));
    let gate = plan.start().await;
    let forged = [("x-auth-subject", "mallory")];
    let page = Browser::new()
        .get_with(gate.url(KIND, "/assets/a.css"), &forged)
        .await;
    assert_eq!(page.status, 200);
    assert!(upstream.last().header("x-auth-subject").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_addresses_are_never_forwarded() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let before = upstream.count();
    for path in [
        "/auth/session",
        "/auth/token_details",
        "/auth/unknown",
        "/%61uth/session",
    ] {
        browser.get(gate.url(KIND, path)).await;
    }
    assert_eq!(upstream.count(), before);
    for path in ["/", "/login", "/authors", "/logout"] {
        let page = browser.get(gate.url(KIND, path)).await;
        assert_eq!(page.text, "ok", "{path} is the application's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_is_down_is_502_as_a_page_or_as_json() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let route = format!("[[route]]\npath = \"/app\"\nupstream = \"http://{address}\"\n");
    let plan = Plan::default().table(KIND, &route);
    let (gate, browser) = plan.signed_in(KIND, "ada").await;
    let page = browser.get(gate.url(KIND, "/app/x")).await;
    assert_eq!(page.status, 502);
    assert!(page.text.contains("does not answer"), "{}", page.text);
    let script = [("sec-fetch-mode", "cors")];
    let page = browser.get_with(gate.url(KIND, "/app/x"), &script).await;
    assert_eq!(
        (page.status.as_u16(), page.json()["error"].as_str()),
        (502, Some("upstream_unavailable"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_says_nothing_is_504() {
    let upstream = Upstream::raw(async |stream| {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let route = upstream.route("/app", "timeouts = { first_byte = \"200ms\" }");
    let plan = Plan::default().table(KIND, &route);
    let (gate, browser) = plan.signed_in(KIND, "ada").await;
    let page = browser.get(gate.url(KIND, "/app")).await;
    assert_eq!(page.status, 504, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_store_is_503_and_forwards_nothing_on_postgres() {
    if !postgres_is_there() {
        return;
    }
    let upstream = Upstream::ok().await;
    let plan = Plan::wired().table(KIND, &upstream.route("/app", ""));
    let mut gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    gate.wire.as_mut().unwrap().set(Mood::Refused).await;
    gate.turn(60);
    eventually("the store is known to be away", async || {
        browser.get(gate.url(KIND, "/app")).await.status == 503
    })
    .await;
    let before = upstream.count();
    let page = browser.get(gate.url(KIND, "/app")).await;
    assert_eq!(page.status, 503);
    assert!(page.header("retry-after").is_some() && page.sets_cookies().is_empty());
    assert_eq!(upstream.count(), before);
}
