//! The audit stream: an event for everything that changes who is signed in, with its fields.

use crate::harness::browser::Browser;
use crate::harness::records::{audit, record};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse};
use serde_json::Value;
use simulator::LogoutToken;

/// Audit events of this name.
fn events(name: &str) -> Vec<Value> {
    audit(|line| line["event"] == name)
}

/// The last audit event of this name has these fields, none of them empty.
fn last_holds(name: &str, fields: &[&str]) -> Value {
    let line = events(name).pop().unwrap_or_else(|| panic!("no {name}"));
    for field in ["timestamp", "level", "message"].iter().chain(fields) {
        let value = line.get(*field);
        let said = value.is_some_and(|value| !value.is_null() && value != "");
        assert!(said, "{field} in {line}");
    }
    line
}

/// Refused: not assigned; an attempt of somebody else's; an answer that breaks a rule.
async fn refusals_have_events(gate: &TestGatehouse, browser: &Browser) {
    let not_assigned = Fault::AuthorizeError {
        error: "access_denied".into(),
        description: "AADSTS50105: No.".into(),
    };
    gate.sim.fault(not_assigned.times(1));
    let callback = gate.answer(browser, Kind::EntraId, "grace", "/").await;
    browser.follow(&callback).await;
    Browser::new().get(callback.location()).await;
    let callback = gate
        .answer(&Browser::new(), Kind::EntraId, "grace", "/")
        .await;
    gate.sim.fault(Fault::BadSignature.times(1));
    browser.follow(&callback).await;
    let reasons = events("refused");
    for reason in ["AADSTS50105", "attempt_not_found"] {
        let says = |line: &Value| line["reason"].as_str().unwrap().contains(reason);
        assert!(reasons.iter().any(says), "{reason}");
    }
}

/// Signed out by the authority, once with a token that was used already and once with one that is none.
async fn logout_tokens_have_events(gate: &TestGatehouse) {
    let token = LogoutToken {
        sub: gate
            .sim
            .subject(Kind::Oidc, "grace", Kind::Oidc.client_id()),
        ..LogoutToken::default()
    };
    let token = gate.sim.logout_token(&token);
    for text in [token.as_str(), token.as_str(), "e30.e30."] {
        gate.post_logout_token(text).await;
    }
    let by = |line: &Value| line["event"] == "revoked" && line["by"] == "back_channel";
    assert!(!audit(by).is_empty());
    last_holds("revoked", &["profile.id", "by", "count"]);
    for event in ["logout_token_replayed", "logout_token_refused"] {
        let line = last_holds(event, &["profile.id"]);
        assert_eq!(line["level"], "WARN", "{event}");
    }
}

// proves: B174, B176
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_stream_has_an_event_for_everything_that_changes_who_is_signed_in() {
    record();
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let other = Browser::new();
    last_holds("sign_in", &["profile.id", "session.id", "person", "tid"]);
    refusals_have_events(&gate, &other).await;

    // The grant was taken back.
    gate.sim.revoke_person("ada");
    browser
        .visit(gate.url(Kind::EntraId, "/auth/call_api/graph"))
        .await;
    let failed = last_holds("refresh_failed", &["profile.id", "session.id", "reason"]);
    assert_eq!(failed["level"], "WARN");

    gate.sign_in(&other, Kind::Oidc, "grace").await;
    gate.sign_out(&other, Kind::Oidc).await;
    last_holds("sign_out", &["profile.id", "session.id", "person"]);
    gate.sign_in(&other, Kind::Oidc, "grace").await;
    logout_tokens_have_events(&gate).await;
    assert_eq!(gate.sim.count(Endpoint::Logout), 0);
}
