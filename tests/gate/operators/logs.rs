//! What a whole journey leaves in the log, at the most talkative level: no secret and no personal data, and the audit
//! stream with its fields.

use crate::harness::browser::{Browser, Page};
use crate::harness::records::{alone, audit, log, record};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, host};
use serde_json::Value;
use simulator::LogoutToken;

/// Audit events of this name.
fn events(name: &str) -> Vec<Value> {
    audit(|line| line["event"] == name)
}

/// Values that must never be logged, collected on the way.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn add(&mut self, what: &str, value: &str) {
        if value.len() >= 8 && !self.0.iter().any(|(_, known)| known == value) {
            self.0.push((what.to_owned(), value.to_owned()));
        }
    }

    /// Cookie values, the whole of them and what is sealed inside.
    fn of_browser(&mut self, browser: &Browser, kind: Kind) {
        for (name, value) in browser.cookies(host(kind)) {
            if !name.contains("rounds") {
                self.add(&name, value.split('.').next_back().unwrap());
            }
        }
    }

    /// What the authority and the APIs were sent.
    fn of_calls(&mut self, gate: &TestGatehouse) {
        let secret = [
            "code",
            "state",
            "nonce",
            "code_verifier",
            "client_secret",
            "client_assertion",
            "refresh_token",
            "id_token_hint",
            "login_hint",
            "logout_hint",
            "code_challenge",
        ];
        for call in gate.sim.calls() {
            for (name, value) in &call.parameters {
                if secret.contains(&name.as_str()) {
                    self.add(name, value);
                }
            }
            if let Some(authorization) = &call.authorization {
                self.add(
                    "authorization",
                    authorization.split(' ').next_back().unwrap(),
                );
            }
        }
    }

    fn of_callback(&mut self, callback: &Page) {
        for name in ["code", "state", "session_state"] {
            if let Some(value) = callback.location_parameter(name) {
                self.add(name, &value);
            }
        }
    }

    fn has(&self, what: &str) -> bool {
        self.0.iter().any(|(name, _)| name == what)
    }
}

async fn whole_journey(gate: &TestGatehouse, kind: Kind, secrets: &mut Secrets) {
    let browser = Browser::new();
    let callback = gate
        .answer(
            &browser,
            kind,
            "ada",
            "/auth/token_details?mine=private-target",
        )
        .await;
    secrets.of_callback(&callback);
    secrets.of_browser(&browser, kind);
    let done = browser.follow(&callback).await;
    assert_eq!(done.status, 303, "{}", done.text);
    secrets.of_browser(&browser, kind);
    browser.rest(done).await;
    let api = crate::harness::api_of(kind);
    browser
        .visit(gate.url(kind, &format!("/auth/call_api/{api}")))
        .await;
    gate.turn(3_400);
    browser
        .visit(gate.url(kind, &format!("/auth/call_api/{api}")))
        .await;
    browser.visit(gate.url(kind, "/auth/sessions")).await;
    // A forged callback, and one that is repeated.
    browser
        .get(gate.url(
            kind,
            "/auth/redirect?code=a-forged-code&state=a-forged-state&error_description=EVIL",
        ))
        .await;
    browser.follow(&callback).await;
    let out = browser
        .get_with(
            gate.url(kind, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    browser.follow(&out).await;
    secrets.of_calls(gate);
}

async fn failing_journeys(gate: &TestGatehouse, secrets: &mut Secrets) {
    let words = "the user ada@contoso.onmicrosoft.com said EVIL".to_owned();
    for fault in [
        Fault::BadSignature,
        Fault::WrongNonce,
        Fault::TokenHtml,
        Fault::TokenTruncated,
        Fault::InvalidClient,
        Fault::TokenError {
            error: "invalid_grant".into(),
            code: 70_008,
            suberror: None,
            description: words.clone(),
        },
        Fault::AuthorizeError {
            error: "access_denied".into(),
            description: format!("AADSTS50105: {words}"),
        },
        Fault::SetClaim("iss".into(), words.clone().into()),
    ] {
        let browser = Browser::new();
        let early = matches!(fault, Fault::AuthorizeError { .. });
        if early {
            gate.sim.fault(fault.clone());
        }
        let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
        secrets.of_callback(&callback);
        if !early {
            gate.sim.fault(fault);
        }
        browser.follow(&callback).await;
        gate.sim.clear_faults();
    }
    secrets.of_calls(gate);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_reaches_the_log() {
    record();
    let mut secrets = Secrets::default();
    let gate = Plan {
        in_app_service: true,
        ..Plan::default()
    }
    .start()
    .await;
    for kind in Kind::ALL {
        whole_journey(&gate, kind, &mut secrets).await;
    }
    failing_journeys(&gate, &mut secrets).await;
    gate.edit(Kind::EntraId, |text| {
        let secret = format!(
            "client_secret = {{ value = \"{}\" }}",
            simulator::CLIENT_SECRET
        );
        text.replace(&secret, "client_assertion = \"managed-identity\"")
    });
    gate.sim.register(simulator::Client {
        kind: Some(Kind::EntraId),
        credential: simulator::Credential::Federation(gate.sim.managed_identity_federation()),
        ..simulator::Client::with_secret(Kind::EntraId.client_id(), "")
    });
    whole_journey(&gate, Kind::EntraId, &mut secrets).await;
    for (what, value) in [
        ("secret", simulator::CLIENT_SECRET),
        ("server key", gate.keys[0].as_str()),
        ("name", "Ada Lovelace"),
        ("address", "ada@contoso"),
        ("target", "private-target"),
        ("forged", "a-forged-code"),
        ("forged", "a-forged-state"),
        ("provider's words", "EVIL"),
        ("API's answer", "displayName"),
        ("API's answer", "Difference engine"),
        ("access token", "\"access_token\""),
    ] {
        secrets.add(what, value);
    }
    for needed in [
        "code",
        "state",
        "nonce",
        "code_verifier",
        "client_secret",
        "client_assertion",
        "refresh_token",
        "id_token_hint",
        "authorization",
        "gatehouse",
    ] {
        assert!(
            secrets.has(needed),
            "the journey shows no {needed}: the test would prove nothing"
        );
    }
    let log = log();
    assert!(
        log.contains("\"sign_in\"") && log.lines().count() > 100,
        "the log was captured"
    );
    for (what, value) in &secrets.0 {
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| line.contains(value.as_str()))
            .collect();
        assert!(
            lines.is_empty(),
            "{what} stands in {} lines: {}",
            lines.len(),
            lines[0]
        );
    }
}

/// The fields of an audit line, each there and not empty.
fn holds(line: &Value, fields: &[&str]) {
    for field in ["timestamp", "level", "message"].iter().chain(fields) {
        assert!(
            line.get(*field)
                .is_some_and(|value| !value.is_null() && value != ""),
            "{field} in {line}"
        );
    }
}

// proves: B174, B176
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_stream_has_an_event_for_everything_that_changes_who_is_signed_in() {
    record();
    let gate = Plan::default().start().await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    holds(
        events("sign_in").last().unwrap(),
        &["profile.id", "session.id", "person", "tid"],
    );

    // Refused: not assigned; an attempt of nobody's; an answer that breaks a rule.
    gate.sim.fault(
        Fault::AuthorizeError {
            error: "access_denied".into(),
            description: "AADSTS50105: No.".into(),
        }
        .times(1),
    );
    let callback = gate.answer(&other, Kind::EntraId, "grace", "/").await;
    other.follow(&callback).await;
    Browser::new().get(callback.location()).await;
    let callback = gate
        .answer(&Browser::new(), Kind::EntraId, "grace", "/")
        .await;
    gate.sim.fault(Fault::BadSignature.times(1));
    other.follow(&callback).await;
    for reason in ["AADSTS50105", "attempt_not_found"] {
        assert!(
            events("refused")
                .iter()
                .any(|line| line["reason"].as_str().unwrap().contains(reason)),
            "{reason}"
        );
    }

    // The grant was taken back.
    gate.sim.revoke_person("ada");
    browser
        .visit(gate.url(Kind::EntraId, "/auth/call_api/graph"))
        .await;
    let failed = events("refresh_failed");
    holds(
        failed.last().unwrap(),
        &["profile.id", "session.id", "reason"],
    );
    assert_eq!(failed.last().unwrap()["level"], "WARN");

    // Signed out by the person, and from behind.
    gate.sign_in(&other, Kind::Oidc, "grace").await;
    other
        .get_with(
            gate.url(Kind::Oidc, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    holds(
        events("sign_out").last().unwrap(),
        &["profile.id", "session.id", "person"],
    );
    gate.sign_in(&other, Kind::Oidc, "grace").await;
    let token = LogoutToken {
        sub: gate
            .sim
            .subject(Kind::Oidc, "grace", Kind::Oidc.client_id()),
        ..LogoutToken::default()
    };
    let token = gate.sim.logout_token(&token);
    let notices = gate.url(Kind::Oidc, "/auth/back_channel_logout");
    for text in [token.as_str(), token.as_str(), "e30.e30."] {
        Browser::new()
            .post(&notices, &[("logout_token", text)])
            .await;
    }
    let revoked = audit(|line| line["event"] == "revoked" && line["by"] == "back_channel");
    holds(revoked.last().unwrap(), &["profile.id", "by", "count"]);
    for event in ["logout_token_replayed", "logout_token_refused"] {
        let lines = events(event);
        holds(
            lines.last().unwrap_or_else(|| panic!("no {event}")),
            &["profile.id"],
        );
        assert_eq!(lines.last().unwrap()["level"], "WARN", "{event}");
    }
    assert_eq!(gate.sim.count(Endpoint::Logout), 0);
}

// proves: C69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_on_one_host_share_a_cookie_and_no_session() {
    record();
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let origin = gate.origin(Kind::EntraId);
    let external = gate.origin(Kind::ExternalId);
    gate.edit(Kind::ExternalId, |text| {
        text.replace(&external, &format!("{origin}/customers"))
    });
    assert_eq!(
        browser
            .get(format!("{origin}/customers/auth/session"))
            .await
            .status,
        401
    );
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(
        !alone() || events("cross_profile_session").is_empty(),
        "nothing was presented: each profile has its own handle in the cookie"
    );
}

// proves: B178
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_stay_lines_whatever_a_request_holds() {
    record();
    let gate = Plan::default().start().await;
    let before = log().lines().count();
    let browser = Browser::new();
    let odd = "/auth/call_api/a%0A%7B%22event%22%3A%22sign_in%22%7D?x=%1b%5b31m";
    browser
        .get_with(
            gate.url(Kind::EntraId, odd),
            &[
                ("user-agent", "x\"}\\n{\"event\":\"sign_in\"}"),
                ("x-request-id", "forged"),
            ],
        )
        .await;
    let text = log();
    assert!(text.lines().count() > before);
    assert!(
        text.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "every line is JSON"
    );
    assert!(
        !text.contains('\u{1b}'),
        "no escape sequence is written raw"
    );
}
