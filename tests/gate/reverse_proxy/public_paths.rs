//! Public paths: they let everybody through, and nobody else acts there for the person whose cookie a request bears.

use super::decisions::{KIND, behind};
use crate::harness::upstream::Upstream;

const PUBLIC: &str =
    "public = [\"/hooks/\"]\ntoken_for = \"graph\"\neasyauth = { principal = true, tokens = true }";

/// Whether what arrived names the person or brings a token.
fn acts_for_somebody(upstream: &Upstream) -> bool {
    let head = upstream.last().head.to_ascii_lowercase();
    let named = ["\r\nx-auth-", "\r\nx-ms-", "\r\nauthorization:"];
    named.iter().any(|name| head.contains(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sibling_site_that_posts_to_a_public_path_acts_for_nobody() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, PUBLIC).await;
    let hook = gate.url(KIND, "/hooks/pay");
    let own = gate.origin(KIND);
    let posted = browser
        .post_with(&hook, &[("to", "x")], &[("origin", &own)])
        .await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    assert!(
        acts_for_somebody(&upstream),
        "a page of its own acts for the person"
    );
    for headers in [
        &[("origin", "http://evil.localhost")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
    ] {
        let posted = browser.post_with(&hook, &[("to", "x")], headers).await;
        assert_eq!(posted.status, 200, "{headers:?}");
        assert_eq!(upstream.last().body, b"to=x");
        let head = upstream.last().head;
        assert!(!acts_for_somebody(&upstream), "{headers:?}: {head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_whom_the_route_refuses_brings_no_token_to_its_public_path() {
    let upstream = Upstream::ok().await;
    for rule in [
        "allow = { roles = [\"Nobody.Has.This\"] }",
        "step_up = { max_age = \"1h\" }",
    ] {
        let (gate, browser) = behind(&upstream, &format!("{PUBLIC}\n{rule}")).await;
        gate.turn(7_200);
        let page = browser.get(gate.url(KIND, "/hooks/status")).await;
        assert_eq!(page.status, 200, "{rule}: {}", page.text);
        let head = upstream.last().head;
        assert!(!acts_for_somebody(&upstream), "{rule}: {head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_brings_no_token_of_the_person_whose_cookie_it_bears() {
    let upstream = Upstream::ok().await;
    let more = "preflight = true\ntoken_for = \"graph\"\neasyauth = { tokens = true }";
    let (gate, browser) = behind(&upstream, more).await;
    let host = gate.origin(KIND).replace("http://", "");
    let cookie = browser.cookie("entra.localhost", "gatehouse").unwrap();
    let request = format!(
        "OPTIONS /api HTTP/1.1\r\nHost: {host}\r\nCookie: gatehouse={cookie}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"
    );
    let answer = crate::harness::socket::send(gate.port, request.as_bytes()).await;
    assert_eq!(crate::harness::socket::status(&answer), 200, "{answer}");
    let head = upstream.last().head;
    assert!(!acts_for_somebody(&upstream), "{head}");
}
