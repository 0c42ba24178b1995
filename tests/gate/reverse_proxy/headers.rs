//! What an upstream is told, what it is not told, and what it may not say.

use super::decisions::{KIND, behind};
use crate::harness::upstream::{Upstream, answer};
use crate::harness::{Plan, socket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_application_learns_who_the_person_is_and_no_forged_header_arrives() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let forged = [
        ("x-auth-subject", "mallory"),
        ("x_auth_roles", "Admin"),
        ("x.auth.email", "mallory@evil.example"),
        ("remote-user", "mallory"),
        ("x-forwarded-user", "mallory"),
        ("x-ms-client-principal-name", "mallory"),
        ("x-auth-assertion", "forged"),
        ("forwarded", "for=1.2.3.4"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-original-url", "/admin"),
        ("x-forwarded-prefix", "/evil"),
        ("x_forwarded_scheme", "evil"),
        ("x-forwarded-client-cert", "forged"),
        ("x-original-host", "evil"),
        ("x.rewrite.path", "/evil"),
        ("x_client_ip", "1.2.3.4"),
        ("x-cluster-client-ip", "1.2.3.4"),
        ("x-scheme", "evil"),
        ("front-end-https", "evil"),
        ("proxy", "http://evil.example"),
    ];
    browser.get_with(gate.url(KIND, "/x"), &forged).await;
    let seen = upstream.last();
    assert!(
        !seen.head.contains("mallory") && !seen.head.contains("forged"),
        "{}",
        seen.head
    );
    assert!(
        !seen.head.contains("1.2.3.4") && !seen.head.contains("evil"),
        "{}",
        seen.head
    );
    assert_eq!(seen.all("x-auth-subject").len(), 1);
    assert_eq!(seen.header("x-auth-profile"), Some("entra-id"));
    let host = gate.origin(KIND).replace("http://", "");
    assert_eq!(seen.header("host"), Some(host.as_str()));
    assert_eq!(seen.header("x-forwarded-host"), Some(host.as_str()));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(
        seen.header("forwarded"),
        Some(format!("for=127.0.0.1;host=\"{host}\";proto=http").as_str())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connection_takes_away_no_header_of_ours_and_none_of_its_own_pass() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let hop = [
        ("connection", "x-auth-subject, x-forwarded-for, x-private"),
        ("x-private", "1"),
        ("te", "trailers"),
        ("keep-alive", "timeout=5"),
        ("proxy-authorization", "Basic eDp5"),
        ("upgrade", "h2c"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
    ];
    browser.get_with(gate.url(KIND, "/x"), &hop).await;
    let seen = upstream.last();
    assert!(seen.header("x-auth-subject").is_some());
    assert!(seen.header("x-forwarded-for").is_some());
    for name in [
        "x-private",
        "te",
        "keep-alive",
        "proxy-authorization",
        "upgrade",
    ] {
        assert!(seen.header(name).is_none(), "{name}: {}", seen.head);
    }
    assert!(seen.header("traceparent").is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_cookies_never_reach_the_application_and_its_own_do() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    browser.set_cookie("entra.localhost", "theme", "dark; Path=/");
    browser.set_cookie("entra.localhost", "gatehouse-attempt-0011", "x");
    browser.set_cookie("entra.localhost", "__Host-gatehouse", "x");
    browser.get(gate.url(KIND, "/x")).await;
    let seen = upstream.last();
    let cookies = seen.header("cookie").unwrap();
    assert!(cookies.contains("theme=dark"), "{cookies}");
    assert!(!cookies.contains("gatehouse"), "{cookies}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_cannot_set_our_cookies_and_its_headers_pass() {
    let upstream = Upstream::start(|_| {
        answer(
            "200 OK",
            &[
                ("set-cookie", "gatehouse=stolen; Path=/"),
                ("set-cookie", "__Host-gatehouse-notice=x; Path=/; Secure"),
                ("set-cookie", "gatehouse=; Path=/; Max-Age=0"),
                ("set-cookie", " \tGateHouse=x"),
                ("set-cookie", "=gatehouse=nameless"),
                ("set-cookie", "theme=dark; Path=/"),
                ("set-cookie", "size=2"),
                ("connection", "x-internal"),
                ("x-internal", "1"),
                ("x-frame-options", "SAMEORIGIN"),
                ("www-authenticate", "Negotiate"),
            ],
            b"ok",
        )
    })
    .await;
    let (gate, browser) = behind(&upstream, "").await;
    let page = browser.get(gate.url(KIND, "/x")).await;
    let cookies = page.sets_cookies();
    assert_eq!(cookies, ["theme", "size"]);
    assert_eq!(page.header("x-frame-options"), Some("SAMEORIGIN"));
    assert!(page.header("x-internal").is_none());
    assert!(page.header("www-authenticate").is_none());
    assert!(page.header("content-type").is_none(), "none is made up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_clears_cookies_clears_its_other_data_only() {
    let upstream = Upstream::start(|request| {
        let value = match request.target() {
            "/all" => "\"*\"",
            "/some" => "\"cache\", \"cookies\",\"storage\"",
            "/cookies" => "\"cookies\"",
            _ => "\"cache\"",
        };
        answer("200 OK", &[("clear-site-data", value)], b"ok")
    })
    .await;
    let (gate, browser) = behind(&upstream, "").await;
    for (path, left) in [
        (
            "/all",
            Some("\"cache\", \"storage\", \"executionContexts\", \"clientHints\""),
        ),
        ("/some", Some("\"cache\", \"storage\"")),
        ("/cookies", None),
        ("/cache", Some("\"cache\"")),
    ] {
        let page = browser.get(gate.url(KIND, path)).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("clear-site-data"), left, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clients_own_authorization_passes_where_no_token_is_asked_for() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let own = [("authorization", "Basic eDp5")];
    browser.get_with(gate.url(KIND, "/x"), &own).await;
    assert_eq!(upstream.last().header("authorization"), Some("Basic eDp5"));
}

/// The status of what a raw request on a new connection is answered; the upstream must not see it.
async fn refused(request: &str) -> u16 {
    let upstream = Upstream::ok().await;
    let plan = Plan::default().table(KIND, &upstream.route("/", "public = [\"/\"]"));
    let gate = plan.start().await;
    let host = gate.origin(KIND).replace("http://", "");
    let answer = socket::send(gate.port, request.replace("HOST", &host).as_bytes()).await;
    let seen: Vec<String> = upstream
        .received()
        .into_iter()
        .map(|seen| seen.head)
        .collect();
    assert!(seen.is_empty(), "{request:?} was forwarded: {seen:?}");
    socket::status(&answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_two_servers_could_read_differently_is_not_forwarded() {
    for (request, status) in [
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
            400,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: +4\r\n\r\nabcd",
            400,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /a HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "GET /a HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n",
            400,
        ),
        (
            "GET http://evil.example/a HTTP/1.1\r\nHost: HOST\r\n\r\n",
            400,
        ),
        (
            "GET /a HTTP/1.1\r\nHost: HOST\r\nX: a\r\n folded\r\n\r\n",
            400,
        ),
        ("GET /a HTTP/1.1\r\nHost: HOST\r\nX: a\rb\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: HOST\r\nX Y: a\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET //a HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a/%2e%2e/b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a/..;/b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a%2fb HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a%00 HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a%252e HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("GET /a\\b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
        ("TRACE /a HTTP/1.1\r\nHost: HOST\r\n\r\n", 405),
        ("GET /a HTTP/1.1\r\n\r\n", 400),
    ] {
        assert_eq!(refused(request).await, status, "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_giant_head_is_not_forwarded() {
    let long = "x".repeat(200_000);
    let request = format!("GET /a HTTP/1.1\r\nHost: HOST\r\nX: {long}\r\n\r\n");
    assert_eq!(refused(&request).await, 431);
    let many = "X: 1\r\n".repeat(200);
    let request = format!("GET /a HTTP/1.1\r\nHost: HOST\r\n{many}\r\n");
    assert!([400, 431].contains(&refused(&request).await));
}
