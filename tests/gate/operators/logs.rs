//! What sign-in, calls and sign-out leave in the log at the most talkative level: no secret and no personal data.

use crate::harness::browser::{Browser, Page};
use crate::harness::records::{log, record};
use crate::harness::{Fault, Kind, Plan, TestGatehouse, host};
use serde_json::Value;

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

async fn every_flow(gate: &TestGatehouse, kind: Kind, secrets: &mut Secrets) {
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
    gate.api_answers(&browser, kind, "signed in").await;
    gate.turn(3_400);
    gate.api_answers(&browser, kind, "refreshed").await;
    browser.visit(gate.url(kind, "/auth/sessions")).await;
    // A forged callback, and one that is repeated.
    browser
        .get(gate.url(
            kind,
            "/auth/redirect?code=a-forged-code&state=a-forged-state&error_description=EVIL",
        ))
        .await;
    browser.follow(&callback).await;
    let out = gate.sign_out(&browser, kind).await;
    browser.follow(&out).await;
    secrets.of_calls(gate);
}

async fn refused_sign_ins(gate: &TestGatehouse, secrets: &mut Secrets) {
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

/// What the sign-ins, calls and refusals that were walked must show, or the test would prove nothing.
const NEEDED: [&str; 10] = [
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
];

/// No line of the log holds one of these values.
fn assert_none_of(secrets: &Secrets) {
    let log = log();
    assert!(
        log.contains("\"sign_in\"") && log.lines().count() > 100,
        "the log was captured"
    );
    for (what, value) in &secrets.0 {
        let lines = log.lines().filter(|line| line.contains(value.as_str()));
        let lines: Vec<&str> = lines.collect();
        assert!(
            lines.is_empty(),
            "{what} stands in {} lines: {}",
            lines.len(),
            lines[0]
        );
    }
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
        every_flow(&gate, kind, &mut secrets).await;
    }
    refused_sign_ins(&gate, &mut secrets).await;
    gate.authenticate_by(
        "client_assertion = \"managed-identity\"",
        simulator::Credential::Federation(gate.sim.managed_identity_federation()),
    );
    every_flow(&gate, Kind::EntraId, &mut secrets).await;
    for (what, value) in [
        ("secret", simulator::CLIENT_SECRET),
        ("server key", gate.keys[0].as_str()),
        ("name", "Ada Lovelace"),
        ("address", "ada@contoso"),
        ("target", "private-target"),
        ("forged", "a-forged-code"),
        ("forged", "a-forged-state"),
        ("authority's words", "EVIL"),
        ("API's answer", "displayName"),
        ("API's answer", "Difference engine"),
        ("access token", "\"access_token\""),
    ] {
        secrets.add(what, value);
    }
    for needed in NEEDED {
        assert!(secrets.has(needed), "nothing showed a {needed}");
    }
    assert_none_of(&secrets);
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
