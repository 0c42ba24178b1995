//! Cookies: their flags, their size, and what becomes of them.

use reqwest::header::SET_COOKIE;
use simulator::Registered;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, host, socket};

/// A profile beside the usual ones, on https as far as browsers know.
const SECURE_HOST: &str = "app.contoso.example";

/// The profile on https, with the answer by query or by form.
async fn with_secure_profile(response_mode: &str) -> TestGatehouse {
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
async fn behind_tls(gate: &TestGatehouse, browser: &Browser, path_and_query: &str) -> Page {
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

// proves: B155, B156, B157, B158, B159, C77, C85
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_are_bound_to_the_host_and_hidden_from_scripts() {
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
        "C89: it ends with the browser: {session}"
    );
    let value = session.split(';').next().unwrap();
    assert!(value.len() < 250, "{} bytes", value.len());
}

// proves: B67, B156
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_comes_back_by_form_has_a_cookie_that_comes_along() {
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
    // The POST brings no session cookie; it leads to a GET that does.
    let hop = browser.post_with(&url, &fields, &headers).await;
    assert_eq!(hop.status, 303, "{}", hop.text);
    let path = format!(
        "{}?{}",
        hop.location().path(),
        hop.location().query().unwrap()
    );
    let done = behind_tls(&gate, &browser, &path).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(done.sets_cookies().contains(&"__Host-gatehouse".to_owned()));
}

/// Chooses a person at the authority and rests at what it sends to the application: a redirect or a form.
async fn choose(gate: &TestGatehouse, browser: &Browser, begun: &Page) -> Page {
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

// proves: C132
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_ours_are_kept_for_ever_and_carry_no_cookie() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let (old, new) = (
        gate.keys[0].clone(),
        gatehouse::seal::new_key_text(&gatehouse::seal::OsRandom),
    );
    // The session cookie would be sealed again with the first answer that may.
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
async fn the_cookie_of_a_session_survives_an_error_page() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
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

// proves: C83
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_planted_under_our_names_breaks_nothing() {
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
        let answer = socket::send(gate.port, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{cookie}: {answer}");
        assert_eq!(answer.matches("set-cookie").count(), 1, "{answer}");
    }
}

// proves: C82
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_cookie_headers_are_no_session_and_no_error() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let good = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let stranger = Browser::new();
    let twice = format!("gatehouse={good}; gatehouse=planted");
    let long = format!("x={}", "y".repeat(12_000));
    for header in [
        "",
        ";;",
        "gatehouse",
        "gatehouse=",
        "=",
        "gatehouse=%00",
        "a=b;gatehouse=AAAA",
        twice.as_str(),
        long.as_str(),
    ] {
        let page = stranger
            .get_with(
                gate.url(Kind::EntraId, "/auth/session"),
                &[("cookie", header)],
            )
            .await;
        assert_eq!(page.status, 401, "{header:.40}");
        let home = stranger
            .get_with(gate.url(Kind::EntraId, "/"), &[("cookie", header)])
            .await;
        assert_eq!(home.status, 200, "{header:.40}");
    }
}
