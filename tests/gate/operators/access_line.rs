//! The access line: what it says of a request, whose requests have none, and its switch.

use serde_json::Value;

use crate::harness::browser::Browser;
use crate::harness::records::{alone, log, record};
use crate::harness::{Kind, Plan};

/// The access lines so far.
fn lines() -> Vec<Value> {
    let text = log();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"] == "access").collect()
}

/// The only access line with this request id.
fn line_of(id: &str) -> Value {
    let of_id: Vec<Value> = lines()
        .into_iter()
        .filter(|line| line["request.id"] == id)
        .collect();
    assert_eq!(of_id.len(), 1, "one line for {id}: {of_id:?}");
    of_id[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_line_says_what_was_asked_and_how_it_ended() {
    record();
    let plan = Plan::default().settings("trusted_proxies = [\"127.0.0.1\"]");
    let gate = plan.start().await;
    let browser = Browser::new();
    for (path, route, status) in [
        ("/auth/sign_in?return_to=%2Fprivate", "sign_in", 303),
        ("/auth/call_api/secret-name", "call_api", 404),
        ("/no/such/page?code=secret", "none", 404),
    ] {
        let page = browser
            .get_with(
                gate.url(Kind::EntraId, path),
                &[("x-forwarded-for", "203.0.113.77")],
            )
            .await;
        assert_eq!(page.status, status, "{path}");
        let line = line_of(page.header("x-request-id").unwrap());
        assert_eq!(line["http.method"], "GET", "{line}");
        assert_eq!(line["http.route"], route, "{line}");
        assert_eq!(line["http.status"], status, "{line}");
        assert_eq!(line["client.network"], "203.0.113.0/24", "{line}");
        assert!(line["duration_us"].as_u64().is_some(), "{line}");
        assert!(line["profile.id"].is_string(), "{line}");
        for hidden in ["203.0.113.77", "private", "secret"] {
            assert!(!line.to_string().contains(hidden), "{hidden}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_leaves_out_access_lines_and_nothing_else() {
    record();
    let plan = Plan::default().settings("telemetry = { access_log = false }");
    let (gate, browser) = plan.signed_in(Kind::EntraId, "ada").await;
    let page = browser.get(gate.url(Kind::EntraId, "/")).await;
    assert_eq!(page.status, 200);
    assert!(
        log().contains("\"event\":\"sign_in\""),
        "the audit stream goes on"
    );
    if alone() {
        assert_eq!(lines(), Vec::<Value>::new());
    }
}
