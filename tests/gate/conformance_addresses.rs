//! Which profile and which page a request is for, and what is too much of a request.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGate, host, raw};

/// A further profile of the plain provider at another address.
fn add_profile(gate: &TestGate, id: &str, public_url: &str, more: &str) {
    let text = format!(
        "kind = \"oidc\"\npublic_url = \"{public_url}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\ntitle = \"Title of {id}\"\n{more}\n",
        gate.sim.authority(Kind::Oidc),
        Kind::Oidc.client_id(),
        simulator::CLIENT_SECRET,
    );
    std::fs::write(
        gate.folder
            .path()
            .join("profiles")
            .join(format!("{id}.toml")),
        text,
    )
    .unwrap();
    gate.live.reload().unwrap();
}

async fn at_host(gate: &TestGate, named: &str, path: &str) -> Page {
    Browser::new()
        .get_with(
            format!("http://127.0.0.1:{}{path}", gate.port),
            &[("host", named)],
        )
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c65_c68_c125_strangers_hosts_are_answered_alike_byte_for_byte() {
    let gate = Plan::default().start().await;
    let first = at_host(&gate, "stranger.example", "/").await;
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
            let page = at_host(&gate, unknown, path).await;
            assert_eq!(
                (page.status, &page.text),
                (first.status, &first.text),
                "{unknown}{path}"
            );
            assert!(page.sets_cookies().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c66_a_host_is_the_same_in_any_case_with_a_dot_and_with_its_own_port() {
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
        let page = at_host(&gate, named, "/").await;
        assert!(
            page.text.contains("Title of secure"),
            "{named}: {}",
            page.status
        );
    }
    assert!(
        at_host(&gate, "plain.localhost:80", "/")
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
        assert_eq!(at_host(&gate, other, "/").await.status, 404, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c53_c62_a_request_whose_host_is_doubtful_is_refused() {
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
        let answer = raw::send(gate.port, head.as_bytes()).await;
        assert_eq!(raw::status(&answer), 400, "{head:?}: {answer}");
    }
    let absolute =
        format!("GET http://{named}/ HTTP/1.1\r\nhost: {named}\r\nconnection: close\r\n\r\n");
    assert_eq!(
        raw::status(&raw::send(gate.port, absolute.as_bytes()).await),
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c49_c74_forwarded_headers_count_from_a_trusted_proxy_only_and_never_for_our_addresses() {
    let forwarded = [
        ("x-forwarded-host", "external.localhost"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example"),
    ];
    let plan = Plan {
        settings: "trusted_proxies = [\"127.0.0.0/8\"]".to_owned(),
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
async fn c64_each_address_takes_its_own_methods_and_says_which() {
    let gate = Plan::default().start().await;
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    let ask = async |method: &str, path: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {named}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        );
        raw::send(gate.port, request.as_bytes()).await
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
            assert_eq!(raw::status(&answer), 405, "{method} {path}: {answer}");
            assert!(answer.contains("allow: "), "{method} {path}: {answer}");
            assert!(
                !answer.to_lowercase().contains("access-control"),
                "{answer}"
            );
        }
    }
    assert!([400, 404, 405].contains(&raw::status(&ask("CONNECT", "evil.example:443").await)));
    for (method, path) in [
        ("POST", "/"),
        ("POST", "/auth/sign_in"),
        ("GET", "/auth/sessions/end"),
        ("GET", "/auth/back_channel_logout"),
    ] {
        assert_eq!(
            raw::status(&ask(method, path).await),
            405,
            "{method} {path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c58_b190_no_header_or_parameter_changes_the_method() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
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
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let head = async |path: &str| {
        let named = format!("{}:{}", host(Kind::EntraId), gate.port);
        let request = format!(
            "HEAD {path} HTTP/1.1\r\nhost: {named}\r\ncookie: gatehouse={cookie}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\r\n"
        );
        raw::send(gate.port, request.as_bytes()).await
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
        assert_eq!(raw::status(&answer), 200, "{path}: {answer}");
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
        assert_eq!(raw::status(&head(path).await), 405, "{path}");
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c120_c131_c141_odd_paths_lead_nowhere_and_are_not_repeated() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
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
        "/auth/check",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/entra-id",
        "/.env",
        long.as_str(),
    ] {
        let named = format!("{}:{}", host(Kind::EntraId), gate.port);
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {named}\r\ncookie: gatehouse={cookie}\r\nconnection: close\r\n\r\n"
        );
        let answer = raw::send(gate.port, request.as_bytes()).await;
        assert_eq!(raw::status(&answer), 404, "{path}: {answer}");
        assert!(answer.contains("cache-control: no-store"), "{path}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            body.contains("There is nothing here") && !body.contains("alert"),
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c73_b166_two_profiles_share_a_host_under_prefixes_and_nothing_else() {
    let gate = Plan::default().start().await;
    let origin = format!("http://shared.localhost:{}", gate.port);
    for (id, prefix) in [
        ("root", ""),
        ("staff", "/staff"),
        ("staff-admin", "/staff/admin"),
    ] {
        add_profile(&gate, id, &format!("{origin}{prefix}"), "");
    }
    let browser = Browser::new();
    for (path, title) in [
        ("/", "Title of root"),
        ("/staff", "Title of staff"),
        ("/staff/", "Title of staff"),
        ("/staff/admin/", "Title of staff-admin"),
    ] {
        let page = browser.get(format!("{origin}{path}?x=1")).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.text.contains(&format!("{title}<")),
            "{path}: {}",
            page.text
        );
    }
    for nowhere in [
        "/staffroom",
        "/staff/administration",
        "/%73taff/",
        "/staff//auth/sign_in",
    ] {
        assert_eq!(
            browser.get(format!("{origin}{nowhere}")).await.status,
            404,
            "{nowhere}"
        );
    }
    let begun = browser
        .get(format!(
            "{origin}/staff/auth/sign_in?return_to=%2Fstaff%2Fauth%2Ftoken_details%3Fa%3D1"
        ))
        .await;
    assert_eq!(
        begun.location_parameter("redirect_uri"),
        Some(format!("{origin}/staff/auth/redirect"))
    );
    let callback = gate.choose(&browser, &begun, "ada").await;
    let done = browser.follow(&callback).await;
    let arrived = done.location();
    assert_eq!(
        (arrived.path(), arrived.query()),
        ("/staff/auth/token_details", Some("a=1"))
    );
    let signed_in = async |prefix: &str| {
        browser
            .get(format!("{origin}{prefix}/auth/session"))
            .await
            .json()["signed_in"]
            == true
    };
    assert!(signed_in("/staff").await && !signed_in("").await && !signed_in("/staff/admin").await);
    let page = browser.get(format!("{origin}/staff/")).await;
    assert!(
        page.text.contains("href=\"/staff/auth/sign_out\""),
        "{}",
        page.text
    );
    // Signing in at the second leaves the first alone; signing out there as well.
    let begun = browser
        .get(format!(
            "{origin}/auth/sign_in?return_to=%2Fstaff%2Fadmin%2F"
        ))
        .await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    assert_eq!(
        browser.follow(&callback).await.location().path(),
        "/staff/admin/",
        "another profile's page is a page of this host"
    );
    assert!(signed_in("/staff").await && signed_in("").await);
    browser
        .get_with(
            format!("{origin}/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert!(signed_in("/staff").await && !signed_in("").await);
    let elsewhere = browser
        .get(format!(
            "{origin}/staff/auth/sign_in?return_to=%2Fauth%2Ftoken_details"
        ))
        .await;
    let callback = gate.choose(&browser, &elsewhere, "ada").await;
    assert_eq!(
        browser.follow(&callback).await.location().path(),
        "/staff/",
        "c23: outside of the prefix"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_profile_answers_503_and_the_others_answer() {
    let gate = Plan::default().start().await;
    std::fs::write(
        gate.profile_path(Kind::B2c),
        "public_url = \"http://broken.localhost\"\nkind = \"b2c\"\n",
    )
    .unwrap();
    std::fs::rename(
        gate.profile_path(Kind::B2c),
        gate.folder.path().join("profiles/broken.toml"),
    )
    .unwrap();
    gate.live.reload().unwrap();
    let page = at_host(&gate, "broken.localhost", "/").await;
    assert_eq!(page.status, 503);
    assert!(
        page.header("retry-after").is_some() && !page.text.contains("b2c"),
        "{}",
        page.text
    );
    assert_eq!(
        Browser::new()
            .get(gate.url(Kind::EntraId, "/"))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c156_bodies_that_are_too_large_are_refused_before_they_are_read() {
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
            raw::status(&raw::send(gate.port, &request).await)
        };
        assert_eq!(post(limit + 1, 10).await, 413, "{path}: said in advance");
        assert_ne!(post(limit, limit).await, 413, "{path}: the limit itself");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c154_heads_that_are_too_large_are_refused_and_the_connection_closes() {
    let gate = Plan::default().start().await;
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    let many: String = (0..200)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    let large = "z".repeat(200_000);
    for head in [
        format!("GET / HTTP/1.1\r\nhost: {named}\r\n{many}\r\n"),
        format!("GET / HTTP/1.1\r\nhost: {named}\r\nx: {large}\r\n\r\n"),
        format!("GET /{large} HTTP/1.1\r\nhost: {named}\r\n\r\n"),
    ] {
        let answer = raw::send(gate.port, head.as_bytes()).await;
        assert!(
            [400, 414, 431].contains(&raw::status(&answer)),
            "{:.60}: {answer:.80}",
            head
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c86_a_session_named_in_address_header_or_form_is_none() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
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
