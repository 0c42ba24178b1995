//! Which page a request is for, by which method, and what is too much of a request.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, add_profile, host, socket};

// proves: C64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_address_takes_its_own_methods_and_says_which() {
    let gate = Plan::default().start().await;
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    let ask = async |method: &str, path: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {named}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        );
        socket::send(gate.port, request.as_bytes()).await
    };
    for method in ["TRACE", "FOO", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for path in [
            "/",
            "/auth/sign_in",
            "/auth/redirect",
            "/auth/session",
            "/auth/sign_out",
            "/auth/sessions/end",
        ] {
            let answer = ask(method, path).await;
            assert_eq!(socket::status(&answer), 405, "{method} {path}: {answer}");
            assert!(answer.contains("allow: "), "{method} {path}: {answer}");
            assert!(
                !answer.to_lowercase().contains("access-control"),
                "{answer}"
            );
        }
    }
    assert!([400, 404, 405].contains(&socket::status(&ask("CONNECT", "evil.example:443").await)));
    for (method, path) in [
        ("POST", "/"),
        ("POST", "/auth/sign_in"),
        ("GET", "/auth/sessions/end"),
        ("GET", "/auth/back_channel_logout"),
    ] {
        assert_eq!(
            socket::status(&ask(method, path).await),
            405,
            "{method} {path}"
        );
    }
}

// proves: B190, C58
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_or_parameter_changes_the_method() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let tricks = [
        ("x-http-method-override", "POST"),
        ("x-method-override", "POST"),
        ("x-http-method", "POST"),
    ];
    browser
        .get_with(
            gate.url(Kind::EntraId, "/auth/sign_out?_method=POST"),
            &tricks,
        )
        .await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_is_answered_like_get_where_nothing_begins_or_ends() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let head = async |path: &str| {
        let named = format!("{}:{}", host(Kind::EntraId), gate.port);
        let request = format!(
            "HEAD {path} HTTP/1.1\r\nhost: {named}\r\ncookie: gatehouse={cookie}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\r\n"
        );
        socket::send(gate.port, request.as_bytes()).await
    };
    for path in [
        "/",
        "/auth/session",
        "/auth/token_details",
        "/auth/sessions",
        "/auth/sign_out",
        "/logout",
    ] {
        let answer = head(path).await;
        assert_eq!(socket::status(&answer), 200, "{path}: {answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{path} has a body: {answer}");
        assert!(!answer.contains("content-length: 0"), "{path}: {answer}");
    }
    for path in [
        "/auth/sign_in",
        "/login",
        "/auth/redirect?code=c&state=s",
        "/auth/call_api/graph",
        "/auth/front_channel_logout?sid=x",
    ] {
        assert_eq!(socket::status(&head(path).await), 405, "{path}");
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C120, C131, C141
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_paths_lead_nowhere_and_are_not_repeated() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let long = format!("/{}", "x".repeat(1_000));
    for path in [
        "/auth%2Fsign_in",
        "/auth%2fsign_out",
        "/auth/..%2f",
        "/auth/%2e%2e/auth/token_details",
        "/auth/../auth/token_details",
        "//auth/token_details",
        "/auth/token_details/",
        "/auth/token_details/x.css",
        "/auth/token_details;.js",
        "/auth/token_details%00",
        "/AUTH/token_details",
        "/auth/call_api/",
        "/auth/call_api/..%2fsession",
        "/auth/call_api/GRAPH",
        "/auth/call_api/graph%20",
        "/auth/assets/..%2f..%2fCargo.toml",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/entra-id",
        "/.env",
        long.as_str(),
    ] {
        let named = format!("{}:{}", host(Kind::EntraId), gate.port);
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {named}\r\ncookie: gatehouse={cookie}\r\nconnection: close\r\n\r\n"
        );
        let answer = socket::send(gate.port, request.as_bytes()).await;
        assert_eq!(socket::status(&answer), 404, "{path}: {answer}");
        assert!(answer.contains("cache-control: no-store"), "{path}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            body.contains("There is no page at this address") && !body.contains("alert"),
            "{path}: {body}"
        );
        assert!(!body.contains("<code>sub</code>"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_path_of_ones_own_takes_the_place_of_the_usual_one() {
    let gate = Plan::default()
        .line(Kind::EntraId, "redirect_path = \"/getAToken\"")
        .start()
        .await;
    let browser = Browser::new();
    let usual = browser
        .get(gate.url(Kind::EntraId, "/auth/redirect?code=c&state=s"))
        .await;
    assert_eq!(usual.status, 404);
    let arrived = gate.sign_in(&browser, Kind::EntraId, "ada").await;
    assert!(arrived.text.contains("Welcome"));
    assert_eq!(
        browser
            .get(gate.url(Kind::EntraId, "/getAToken"))
            .await
            .location()
            .path(),
        "/",
        "a bookmark goes home"
    );
}

// proves: C156
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_too_large_are_refused_before_they_are_read() {
    let gate = Plan::default().start().await;
    add_profile(
        &gate,
        "secure",
        "https://app.contoso.example",
        "response_mode = \"form_post\"",
    );
    for (named, path, limit) in [
        ("app.contoso.example", "/auth/redirect", 64 * 1024),
        (
            "app.contoso.example",
            "/auth/back_channel_logout",
            16 * 1024,
        ),
        ("app.contoso.example", "/auth/sign_out", 16 * 1024),
    ] {
        let post = async |length: usize, sent: usize| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: {named}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\nconnection: close\r\n\r\na="
            );
            let mut request = head.into_bytes();
            request.resize(request.len() + sent.saturating_sub(2), b'x');
            socket::status(&socket::send(gate.port, &request).await)
        };
        assert_eq!(post(limit + 1, 10).await, 413, "{path}: said in advance");
        assert_ne!(post(limit, limit).await, 413, "{path}: the limit itself");
    }
}

// proves: C154
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_are_too_large_are_refused_and_the_connection_closes() {
    let gate = Plan::default().start().await;
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    let many = "x-many: y\r\n".repeat(200);
    let large = "z".repeat(200_000);
    for head in [
        format!("GET / HTTP/1.1\r\nhost: {named}\r\n{many}\r\n"),
        format!("GET / HTTP/1.1\r\nhost: {named}\r\nx: {large}\r\n\r\n"),
        format!("GET /{large} HTTP/1.1\r\nhost: {named}\r\n\r\n"),
    ] {
        let answer = socket::send(gate.port, head.as_bytes()).await;
        assert!(
            [400, 414, 431].contains(&socket::status(&answer)),
            "{head:.60}: {answer:.80}"
        );
    }
}

// proves: C86
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_named_in_address_header_or_form_is_none() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let stranger = Browser::new();
    let headers = [
        ("gatehouse", cookie.as_str()),
        ("x-session", &cookie),
        ("authorization", &format!("Bearer {cookie}")),
    ];
    let page = stranger
        .get_with(
            gate.url(
                Kind::EntraId,
                &format!("/auth/session?gatehouse={cookie}&session={cookie}"),
            ),
            &headers,
        )
        .await;
    assert_eq!(page.status, 401);
}
