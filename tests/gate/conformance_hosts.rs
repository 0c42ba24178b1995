//! Which profile a request is for.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGate, host, socket};

/// A further profile of the plain provider at another address.
pub fn add_profile(gate: &TestGate, id: &str, public_url: &str, more: &str) {
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
async fn session_administration_is_not_for_web_pages() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
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
