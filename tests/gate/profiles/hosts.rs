//! Which profile a request is for.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, add_profile, host, socket};

// proves: C65, C68, C125
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hosts_are_answered_alike_byte_for_byte() {
    let gate = Plan::default().start().await;
    let first = gate.at_host("stranger.example", "/").await;
    assert_eq!(first.status, 404);
    for unknown in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1:80",
        "entra.localhost.",
        "x.entra.localhost",
        "xn--entra-localhost",
    ] {
        for path in ["/", "/auth/sign_in", "/auth/session", "/entra-id/"] {
            let page = gate.at_host(unknown, path).await;
            assert_eq!(
                (page.status, without_request_id(&page)),
                (first.status, without_request_id(&first)),
                "{unknown}{path}"
            );
            assert!(page.sets_cookies().is_empty());
        }
    }
}

/// The text, but for the one part that differs between all answers.
fn without_request_id(page: &Page) -> String {
    page.text
        .replace(page.header("x-request-id").unwrap(), "REQUEST")
}

// proves: C66
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_the_same_in_any_case_with_a_dot_and_with_its_own_port() {
    let gate = Plan::default().start().await;
    add_profile(&gate, "secure", "https://app.contoso.example", "");
    add_profile(&gate, "plain", "http://plain.localhost", "");
    for named in [
        "app.contoso.example",
        "APP.Contoso.Example",
        "app.contoso.example.",
        "app.contoso.example:443",
        "APP.contoso.example.:443",
    ] {
        let page = gate.at_host(named, "/").await;
        assert!(
            page.text.contains("Title of secure"),
            "{named}: {}",
            page.status
        );
    }
    assert!(
        gate.at_host("plain.localhost:80", "/")
            .await
            .text
            .contains("Title of plain")
    );
    for other in [
        "app.contoso.example:80",
        "app.contoso.example:8443",
        "plain.localhost:443",
        "app.contoso.example..:443x",
    ] {
        assert_eq!(gate.at_host(other, "/").await.status, 404, "{other}");
    }
}

// proves: C53, C62
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_host_is_doubtful_is_refused() {
    let gate = Plan::default().start().await;
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    for head in [
        "GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(),
        format!(
            "GET / HTTP/1.1\r\nhost: {named}\r\nhost: stranger.example\r\nconnection: close\r\n\r\n"
        ),
        "GET / HTTP/1.1\r\nhost: a.example, b.example\r\nconnection: close\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nhost: user@{named}\r\nconnection: close\r\n\r\n"),
        format!(
            "GET http://stranger.example/ HTTP/1.1\r\nhost: {named}\r\nconnection: close\r\n\r\n"
        ),
        format!(
            "POST / HTTP/1.1\r\nhost: {named}\r\ncontent-length: 1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nab"
        ),
        format!(
            "POST / HTTP/1.1\r\nhost: {named}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST / HTTP/1.1\r\nhost: {named}\r\ntransfer-encoding: xchunked\r\nconnection: close\r\n\r\n0\r\n\r\n"
        ),
        format!("GET / HTTP/1.1\r\nhost: {named}\r\nx-user : a\r\nconnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: {named}\r\n folded: a\r\nconnection: close\r\n\r\n"),
    ] {
        let answer = socket::send(gate.port, head.as_bytes()).await;
        assert_eq!(socket::status(&answer), 400, "{head:?}: {answer}");
    }
    let absolute =
        format!("GET http://{named}/ HTTP/1.1\r\nhost: {named}\r\nconnection: close\r\n\r\n");
    assert_eq!(
        socket::status(&socket::send(gate.port, absolute.as_bytes()).await),
        200
    );
}

// proves: B19, C49, C74
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwarded_headers_count_from_a_trusted_proxy_only_and_never_for_our_addresses() {
    let forwarded = [
        ("x-forwarded-host", "external.localhost"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example"),
    ];
    let plan = Plan {
        settings: "trusted_proxies = [\"127.0.0.0/8\"]\ntrust_forwarded_host = true".to_owned(),
        ..Plan::default()
    };
    let (strangers, trusting) = (Plan::default().start().await, plan.start().await);
    let page = Browser::new()
        .get_with(strangers.url(Kind::EntraId, "/auth/sign_in"), &forwarded)
        .await;
    assert_eq!(
        page.location_parameter("client_id").as_deref(),
        Some(Kind::EntraId.client_id())
    );
    let through = format!("external.localhost:{}", trusting.port);
    let forwarded = [
        ("x-forwarded-host", through.as_str()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "1"),
    ];
    let page = Browser::new()
        .get_with(trusting.url(Kind::EntraId, "/auth/sign_in"), &forwarded)
        .await;
    assert_eq!(
        page.location_parameter("client_id").as_deref(),
        Some(Kind::ExternalId.client_id())
    );
    let back = page.location_parameter("redirect_uri");
    assert_eq!(
        back,
        Some(trusting.url(Kind::ExternalId, "/auth/redirect")),
        "scheme and port are the profile's own"
    );
    let both = [("x-forwarded-host", "external.localhost"), ("host", "")];
    assert_eq!(
        Browser::new()
            .get_with(trusting.url(Kind::EntraId, "/"), &both)
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_administration_is_not_for_web_pages() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let end = gate.admin_url("/sessions/end");
    let http = reqwest::Client::new();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let ended = http
            .post(&end)
            .header(name, value)
            .body("{\"all\": true}")
            .send()
            .await
            .unwrap();
        assert_eq!(ended.status(), 403, "{name}: {value}");
        let listed = http
            .get(gate.admin_url("/sessions"))
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(listed.status(), 403, "{name}: {value}");
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    let listed = http
        .get(gate.admin_url("/sessions"))
        .header("sec-fetch-site", "none")
        .send()
        .await
        .unwrap();
    assert_eq!(
        listed.json::<serde_json::Value>().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let ended = http
        .post(&end)
        .body("{\"all\": true}")
        .send()
        .await
        .unwrap();
    assert_eq!(ended.json::<serde_json::Value>().await.unwrap()["ended"], 1);
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C65
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_host_is_a_plain_404_that_names_nobody() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for unknown in [
        "stranger.localhost",
        "localhost",
        "entra.localhost.evil.example",
    ] {
        let page = browser
            .get_with(
                format!("http://127.0.0.1:{}/", gate.port),
                &[("host", unknown)],
            )
            .await;
        assert_eq!(page.status, 404, "{unknown}");
        assert!(!page.text.to_lowercase().contains("contoso"));
    }
}
