//! `token_for`: the upstream gets the person's access token, and a claims challenge of its own is answered by a sign-in.

use super::decisions::{KIND, behind};
use crate::harness::browser::Browser;
use crate::harness::upstream::{Upstream, answer};
use crate::harness::{Plan, TestGatehouse};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upstream_gets_the_persons_token_and_never_a_clients_own() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "token_for = \"graph\"").await;
    let own = [("authorization", "Bearer of-the-client")];
    let page = browser.get_with(gate.url(KIND, "/api"), &own).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = upstream.last();
    let sent = seen.all("authorization");
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with("Bearer ") && !sent[0].contains("client"));
    let first = sent[0].to_owned();
    gate.turn(7_200);
    let page = browser.get(gate.url(KIND, "/api")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_ne!(
        upstream.last().header("authorization"),
        Some(first.as_str()),
        "refreshed"
    );
    assert_eq!(gate.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_at_a_public_path_gives_the_upstream_no_token() {
    let upstream = Upstream::ok().await;
    let more = "token_for = \"graph\"\npublic = [\"/public\"]";
    let plan = Plan::default().table(KIND, &upstream.route("/", more));
    let gate = plan.start().await;
    let own = [("authorization", "Bearer of-the-client")];
    let page = Browser::new()
        .get_with(gate.url(KIND, "/public"), &own)
        .await;
    assert_eq!(page.status, 200);
    assert!(upstream.last().header("authorization").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claims_challenge_of_the_upstream_becomes_a_sign_in_for_a_navigation() {
    use base64::Engine as _;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let encoded = base64::engine::general_purpose::STANDARD.encode(claims);
    let header = format!(r#"Bearer error="insufficient_claims", claims="{encoded}""#);
    let upstream = Upstream::start(move |request| {
        if request.target() == "/" {
            return answer("200 OK", &[], b"home");
        }
        answer("401 Unauthorized", &[("www-authenticate", &header)], b"")
    })
    .await;
    let (gate, browser) = behind(&upstream, "token_for = \"graph\"").await;
    let page = browser.get(gate.url(KIND, "/secret")).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let asked: serde_json::Value =
        serde_json::from_str(&TestGatehouse::asked(&page, "claims").unwrap()).unwrap();
    assert_eq!(asked["access_token"]["acrs"]["value"], "c1");
    let back = gate.at_authority(&browser, &page).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.location().as_str(), gate.url(KIND, "/secret"));
    let script = [("sec-fetch-mode", "cors")];
    let page = browser.get_with(gate.url(KIND, "/secret"), &script).await;
    assert_eq!(page.status, 401);
    assert_eq!(page.json()["error"], "interaction_required");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ended_meanwhile_gives_the_upstream_no_token() {
    let upstream = Upstream::ok().await;
    for wanted in ["token_for = \"graph\"", "easyauth = { tokens = true }"] {
        for (path, status) in [("/api", 401), ("/api/public", 200)] {
            let more = format!("{wanted}\npublic = [\"/api/public\"]");
            let with_tokens = upstream.route("/api", &more);
            let (gate, browser) = behind(&upstream, &with_tokens).await;
            let script = [("sec-fetch-mode", "cors")];
            // The session is in memory: what happens to the row is not known here yet.
            let before = browser.get_with(gate.url(KIND, "/plain"), &script).await;
            assert_eq!(before.status, 200, "{}", before.text);
            gate.at_database("DELETE FROM sessions").await;
            let forwarded = upstream.count();
            let page = browser.get_with(gate.url(KIND, path), &script).await;
            assert_eq!(page.status, status, "{wanted} {path}: {}", page.text);
            assert_eq!(
                upstream.count() - forwarded,
                usize::from(status == 200),
                "{wanted} {path}"
            );
            let head = upstream.last().head.to_ascii_lowercase();
            if status == 200 {
                for name in ["\r\nauthorization:", "\r\nx-ms-", "\r\nx-auth-"] {
                    assert!(!head.contains(name), "{wanted} {path}: {head}");
                }
            }
        }
    }
}
