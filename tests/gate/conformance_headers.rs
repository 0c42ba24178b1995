//! Headers and cookies of every answer, whatever it is.

use reqwest::header::SET_COOKIE;
use simulator::Registered;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan, TestGate, host, raw};

/// A profile beside the usual ones, on https as far as browsers know.
const SECURE_HOST: &str = "app.contoso.example";

/// Every kind of answer of a profile: pages, redirects, JSON, and errors of each status.
async fn answers(gate: &TestGate, browser: &Browser, kind: Kind) -> Vec<Page> {
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

fn has_safe_headers(page: &Page, authority: &str) {
    let url = &page.url;
    assert_eq!(page.header("cache-control"), Some("no-store"), "{url}");
    assert_eq!(
        page.header("x-content-type-options"),
        Some("nosniff"),
        "{url}"
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "{url}");
    assert_eq!(page.header("x-frame-options"), Some("DENY"), "{url}");
    assert_eq!(
        page.header("cross-origin-opener-policy"),
        Some("same-origin"),
        "{url}"
    );
    assert_eq!(
        page.header("cross-origin-resource-policy"),
        Some("same-origin"),
        "{url}"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert_eq!(
        policy
            .replace(authority, "<authority>")
            .replace(" <authority> <authority>", " <authority>"),
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' <authority>; base-uri 'none'; frame-ancestors 'none'",
        "{url}"
    );
    for name in page.headers.keys() {
        let name = name.as_str();
        let tells =
            name.starts_with("access-control") || matches!(name, "server" | "x-powered-by" | "via");
        assert!(!tells, "{url} sends {name}");
    }
    if let Some(kind) = page.header("content-type") {
        let good = [
            "text/html; charset=utf-8",
            "text/plain; charset=utf-8",
            "application/json",
        ]
        .contains(&kind);
        assert!(good, "{url}: {kind}");
        assert!(
            kind != "text/html; charset=utf-8" || page.text.starts_with("<!doctype html>"),
            "{url}"
        );
    } else {
        assert!(page.text.is_empty(), "{url} has a body without a type");
    }
    assert!(!page.text.contains("<script"), "{url}");
    assert!(
        ![301, 307, 308].contains(&page.status.as_u16()),
        "{url}: {}",
        page.status
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b28_b160_b161_b162_b163_b164_b187_c126_c130_c138_every_answer_has_safe_headers() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b15_the_error_page_of_a_callback_loads_and_links_nothing_foreign() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b110_only_the_logout_notice_may_be_framed_and_only_by_the_authority() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::Oidc, "ada").await;
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
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::Oidc, "ada").await;
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
}

/// The profile on https, with the answer by query or by form.
async fn with_secure_profile(response_mode: &str) -> TestGate {
    let gate = Plan::default().start().await;
    let kind = Kind::Oidc;
    let text = format!(
        "kind = \"oidc\"\npublic_url = \"https://{SECURE_HOST}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\nresponse_mode = \"{response_mode}\"\n",
        gate.sim.authority(kind),
        kind.client_id(),
        simulator::CLIENT_SECRET,
    );
    std::fs::write(gate.folder.path().join("profiles/secure.toml"), text).unwrap();
    gate.live.reload().unwrap();
    gate.sim.redirect_uris(
        kind,
        Registered::Exactly(vec![format!("https://{SECURE_HOST}/auth/redirect")]),
    );
    gate
}

/// An address of the secure profile as a TLS proxy would pass it on.
async fn behind_tls(gate: &TestGate, browser: &Browser, path_and_query: &str) -> Page {
    let url = format!("http://{SECURE_HOST}:{}{path_and_query}", gate.port);
    browser.get_with(url, &[("host", SECURE_HOST)]).await
}

fn cookies(page: &Page) -> Vec<String> {
    page.headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b155_b156_b157_b158_b159_c77_c85_cookies_are_bound_to_the_host_and_hidden_from_scripts() {
    let gate = with_secure_profile("query").await;
    let browser = Browser::new();
    let begun = behind_tls(&gate, &browser, "/auth/sign_in").await;
    assert_eq!(
        begun.header("strict-transport-security"),
        Some("max-age=31536000")
    );
    let answer = choose(&gate, &browser, &begun).await;
    let callback = answer.location();
    assert_eq!(callback.host_str(), Some(SECURE_HOST));
    let done = behind_tls(
        &gate,
        &browser,
        &format!("{}?{}", callback.path(), callback.query().unwrap()),
    )
    .await;
    assert_eq!(done.status, 303, "{}", done.text);
    let out = browser.get_with(
        format!("http://{SECURE_HOST}:{}/auth/sign_out", gate.port),
        &[("host", SECURE_HOST), ("sec-fetch-site", "same-origin")],
    );
    let all: Vec<String> = [&begun, &done, &out.await]
        .into_iter()
        .flat_map(cookies)
        .collect();
    let named = |part: &str| all.iter().filter(|cookie| cookie.starts_with(part)).count();
    assert_eq!(named("__Host-gatehouse="), 2, "set and removed: {all:?}");
    assert_eq!(
        named("__Host-gatehouse-attempt-"),
        2,
        "set and removed: {all:?}"
    );
    for cookie in all {
        assert!(cookie.starts_with("__Host-gatehouse"), "{cookie}");
        for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(flag), "{cookie} lacks {flag}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(cookie.len() < 1_024, "{} bytes", cookie.len());
    }
    let session = cookies(&done)
        .into_iter()
        .find(|cookie| cookie.starts_with("__Host-gatehouse="))
        .unwrap();
    assert!(
        !session.contains("Max-Age") && !session.contains("Expires"),
        "c89: it ends with the browser: {session}"
    );
    let value = session.split(';').next().unwrap();
    assert!(value.len() < 250, "{} bytes", value.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b67_b156_an_attempt_that_comes_back_by_form_has_a_cookie_that_comes_along() {
    let gate = with_secure_profile("form_post").await;
    let browser = Browser::new();
    let begun = behind_tls(&gate, &browser, "/auth/sign_in").await;
    let attempt = cookies(&begun)
        .into_iter()
        .find(|cookie| cookie.starts_with("__Host-gatehouse-attempt-"))
        .unwrap();
    assert!(
        attempt.contains("; SameSite=None") && attempt.contains("; Secure"),
        "{attempt}"
    );
    let page = choose(&gate, &browser, &begun).await;
    let form = page.form_with("code", None);
    let url = format!("http://{SECURE_HOST}:{}/auth/redirect", gate.port);
    // The parameters in the address are not what was asked for.
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form.fields)
        .finish();
    let refused = behind_tls(&gate, &browser, &format!("/auth/redirect?{query}")).await;
    assert_eq!(refused.status, 400);
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let headers = [
        ("host", SECURE_HOST),
        ("origin", "http://openid.localhost"),
        ("sec-fetch-site", "cross-site"),
    ];
    let done = browser.post_with(&url, &fields, &headers).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(done.sets_cookies().contains(&"__Host-gatehouse".to_owned()));
}

/// Chooses a person at the authority and rests at what it sends to the application: a redirect or a form.
async fn choose(gate: &TestGate, browser: &Browser, begun: &Page) -> Page {
    let mut page = browser.follow(begun).await;
    for _ in 0..8 {
        let arrived = page.text.contains("name=\"code\"");
        if arrived
            || (page.status.is_redirection() && page.location().port() != Some(gate.sim.port()))
        {
            return page;
        }
        page = if page.status.is_redirection() {
            browser.follow(&page).await
        } else if page.text.contains("name=\"consent\"") {
            browser
                .submit(&page.form_with("consent", None), &[("consent", "accept")])
                .await
        } else {
            browser
                .submit(&page.form_with("person", Some("ada")), &[("person", "ada")])
                .await
        };
    }
    panic!("the authority leads nowhere: {} {}", page.status, page.url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c132_files_of_ours_are_kept_for_ever_and_carry_no_cookie() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let (old, new) = (
        gate.keys[0].clone(),
        gatehouse::seal::new_key_text(&gatehouse::seal::OsRandom),
    );
    // The session cookie would be sealed anew with the first answer that may.
    let gate = gate.restart(vec![new, old]).await;
    let stranger = Browser::new();
    let home = stranger.get(gate.url(Kind::EntraId, "/")).await;
    let name = home
        .text
        .split("/auth/assets/style-")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let style = browser
        .get(gate.url(Kind::EntraId, &format!("/auth/assets/style-{name}")))
        .await;
    assert_eq!(style.status, 200);
    assert_eq!(
        style.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(style.header("x-content-type-options"), Some("nosniff"));
    assert!(cookies(&style).is_empty(), "{:?}", cookies(&style));
    let gone = browser
        .get(gate.url(Kind::EntraId, "/auth/assets/style-0000000000000000.css"))
        .await;
    assert_eq!(
        (gone.status.as_u16(), gone.header("cache-control")),
        (404, Some("no-store"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a66_b122_the_answer_to_a_refused_logout_token_is_json_and_not_kept() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_of_a_session_survives_an_error_page() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let before = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    for path in [
        "/nothing",
        "/auth/call_api/none",
        "/auth/redirect?code=c&state=s",
    ] {
        browser.get(gate.url(Kind::EntraId, path)).await;
    }
    assert_eq!(
        browser.cookie(host(Kind::EntraId), "gatehouse"),
        Some(before)
    );
    // With an older key, the page that reports an error brings the cookie of the new key along.
    let new = gatehouse::seal::new_key_text(&gatehouse::seal::OsRandom);
    let keys = vec![new, gate.keys[0].clone()];
    let gate = gate.restart(keys).await;
    let refused = browser
        .get(gate.url(Kind::EntraId, "/auth/redirect?code=c&state=s"))
        .await;
    assert_eq!(refused.status, 400);
    assert!(refused.sets_cookies().contains(&"gatehouse".to_owned()));
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c83_a_cookie_planted_under_our_names_breaks_nothing() {
    let gate = Plan::default().start().await;
    let planted = [
        "gatehouse-attempt-%C3%A4=1.x",
        "gatehouse-attempt-ä=1.x",
        "gatehouse-attempt-=1.x",
        "gatehouse-rounds=x",
    ];
    for cookie in planted {
        let request = format!(
            "GET /auth/sign_in HTTP/1.1\r\nhost: {}:{}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
            host(Kind::EntraId),
            gate.port,
            vec![cookie; 60].join("; "),
        );
        let answer = raw::send(gate.port, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{cookie}: {answer}");
        assert_eq!(answer.matches("set-cookie").count(), 1, "{answer}");
    }
}
