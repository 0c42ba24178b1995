//! What of a session, of a person or of an error a browser gets to see, and where a browser is led.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse};

// proves: B1, B169
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_link_says_the_way_leads_to_the_authority_and_home() {
    let gate = Plan::default().start().await;
    let authority = url::Url::parse(&gate.sim.authority(Kind::EntraId)).unwrap();
    for target in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "/%2f%2fevil.example",
        "javascript:alert(1)",
        "/a%0d%0aSet-Cookie:%20x=1",
        "/auth/sign_in",
        "/%61uth/sign_out",
    ] {
        let browser = Browser::new();
        let begun = browser.get(url(&gate, target)).await;
        assert_eq!(
            begun.location().host_str(),
            authority.host_str(),
            "{target}"
        );
        assert!(!format!("{:?}", begun.headers).contains("evil"), "{target}");
        let callback = gate.choose(&browser, &begun, "ada").await;
        let done = browser.follow(&callback).await;
        assert_eq!(
            done.location().as_str(),
            gate.url(Kind::EntraId, "/"),
            "{target}"
        );
    }
    let twice = format!("{}&return_to=%2Fb", url(&gate, "/a"));
    let browser = Browser::new();
    let begun = browser.get(twice).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    assert_eq!(
        browser.follow(&callback).await.location().path(),
        "/",
        "C22: two targets are none"
    );
}

fn url(gate: &TestGatehouse, target: &str) -> String {
    let mut url = url::Url::parse(&gate.url(Kind::EntraId, "/auth/sign_in")).unwrap();
    url.query_pairs_mut().append_pair("return_to", target);
    url.into()
}

// proves: B141
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_code_or_secret_of_ours_reaches_the_browser() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    gate.turn(3_700);
    let mut pages: Vec<Page> = Vec::new();
    for path in [
        "/",
        "/auth/token_details",
        "/auth/session",
        "/auth/sessions",
        "/auth/call_api/graph",
        "/auth/sign_out",
    ] {
        pages.push(browser.get(gate.url(Kind::EntraId, path)).await);
    }
    pages.push(
        browser
            .get_with(
                gate.url(Kind::EntraId, "/auth/sign_out"),
                &[("sec-fetch-site", "same-origin")],
            )
            .await,
    );
    let mut secrets = Vec::new();
    for call in gate.sim.calls() {
        secrets.extend(
            call.authorization
                .as_ref()
                .map(|header| header.replace("Bearer ", "")),
        );
        for name in ["refresh_token", "code_verifier", "client_secret"] {
            secrets.extend(call.parameter(name).map(str::to_owned));
        }
    }
    assert!(
        secrets.len() >= 4,
        "access token, refresh token, verifier and secret were seen: {}",
        secrets.len()
    );
    for page in &pages {
        let seen = format!("{:?}{}", page.headers, page.text);
        for secret in &secrets {
            assert!(
                !seen.contains(secret.as_str()),
                "{} shows a secret",
                page.url
            );
        }
        assert!(!page.text.contains("eyJ"), "{} shows a token", page.url);
    }
}

/// An API that redirects to another one, which counts who comes.
fn redirecting_api() -> (String, Arc<AtomicU32>) {
    let (first, second) = (
        TcpListener::bind("127.0.0.1:0").unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let (address, elsewhere) = (first.local_addr().unwrap(), second.local_addr().unwrap());
    let came = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&came);
    std::thread::spawn(move || {
        for stream in second.incoming() {
            drop(stream);
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    std::thread::spawn(move || {
        for stream in first.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4_096]);
            let answer = format!(
                "HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (format!("http://{address}/"), came)
}

// proves: B24
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_of_an_api_is_shown_and_not_followed() {
    let (api, came) = redirecting_api();
    let gate = Plan::default().start().await;
    let text = std::fs::read_to_string(gate.profile_path(Kind::EntraId)).unwrap();
    let text = text.replace(&format!("{}/v1.0/me", gate.sim.graph()), &api);
    std::fs::write(gate.profile_path(Kind::EntraId), text).unwrap();
    gate.live.reload().unwrap();
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let page = browser
        .get(gate.url(Kind::EntraId, "/auth/call_api/graph"))
        .await;
    assert!(page.text.contains("302 Found"), "{}", page.text);
    assert_eq!(
        came.load(Ordering::SeqCst),
        0,
        "the token went nowhere else"
    );
}

// proves: C134, C135, C143
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_name_stays_text_everywhere() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sim
        .fault(simulator::Fault::SetClaim("number".into(), 7.into()));
    gate.sim.fault(simulator::Fault::SetClaim(
        "list".into(),
        serde_json::json!(["<i>", {"<b>": null}]),
    ));
    gate.sim.fault(simulator::Fault::SetClaim(
        "<u>key</u>".into(),
        "\u{202e}{{ 7*7 }}{% include 'x' %}".into(),
    ));
    gate.sign_in(&browser, Kind::EntraId, "mallory").await;
    for path in [
        "/",
        "/auth/token_details",
        "/auth/sessions",
        "/auth/sign_out",
        "/auth/call_api/graph",
    ] {
        let page = browser.get(gate.url(Kind::EntraId, path)).await;
        assert_eq!(page.status, 200, "{path}");
        for markup in [
            "<script",
            "<img src=x",
            "<i>",
            "<b>",
            "<u>",
            " onerror=\"",
            "onmouseover=\"",
            ">49<",
        ] {
            assert!(!page.text.contains(markup), "{path} has {markup}");
        }
        assert!(page.text.contains("&lt;"), "{path} shows it as text");
    }
    let session = browser.get(gate.url(Kind::EntraId, "/auth/session")).await;
    assert_eq!(session.header("content-type"), Some("application/json"));
    assert_eq!(session.json()["signed_in"], true);
}

// proves: B180
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_error_has_a_request_id_and_nothing_of_its_cause() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let url = |path: &str| gate.url(Kind::EntraId, path);
    let pages = [
        (400, browser.get(url("/auth/redirect?code=c&state=s")).await),
        (401, browser.get(url("/auth/token_details")).await),
        (404, browser.get(url("/nothing")).await),
        (404, browser.get(url("/auth/call_api/none")).await),
        (405, browser.post(url("/auth/sign_in"), &[]).await),
        (
            415,
            browser
                .post_with(
                    url("/auth/sign_out"),
                    &[],
                    &[("content-type", "text/plain")],
                )
                .await,
        ),
        (
            413,
            browser
                .post(url("/auth/sign_out"), &[("a", &"x".repeat(20_000))])
                .await,
        ),
    ];
    let mut ids = std::collections::HashSet::new();
    for (status, page) in pages {
        assert_eq!(page.status, status, "{}", page.url);
        let id = page
            .text
            .split("Request id")
            .nth(1)
            .map(|rest| rest.chars().take(200).collect::<String>());
        assert!(ids.insert(id.unwrap()), "an id of its own: {}", page.url);
        for inner in [
            "panicked",
            "src/",
            "sqlx",
            "SQL",
            "actix",
            env!("CARGO_PKG_VERSION"),
            "Error(",
            "gate.rs",
            gate.folder.path().to_str().unwrap(),
        ] {
            assert!(!page.text.contains(inner), "{} shows {inner}", page.url);
        }
    }
}
