//! What refuses everybody of a profile is one warning that names its cause once.

use serde_json::Value;

use crate::harness::browser::Browser;
use crate::harness::records::{log, record};
use crate::harness::{Fault, Kind, Plan};

/// The lines of the web about a failed answer.
fn answered() -> Vec<Value> {
    let text = log();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_web = |line: &Value| {
        let target = line["target"].as_str().unwrap_or_default();
        target.starts_with("gatehouse::web::errors") && line["error"].is_string()
    };
    lines.filter(of_web).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_refuses_everybody_is_a_warning_with_one_cause() {
    record();
    let set = |name: &str, value: &str| Fault::SetClaim(name.into(), value.into());
    for (kind, fault, cause) in [
        (
            Kind::EntraId,
            Fault::WrongAudience,
            "aud is not this client",
        ),
        (
            Kind::B2c,
            set("tfp", "B2C_1_x"),
            "tfp names another user flow",
        ),
        (Kind::EntraId, Fault::UnknownKid, "no signing key"),
        (
            Kind::EntraId,
            set("email", "a@b.example"),
            "needs email_verified",
        ),
    ] {
        let gate = Plan::default()
            .table(Kind::EntraId, "[allow]\nemails = [\"a@b.example\"]")
            .start()
            .await;
        gate.sim.fault(fault);
        let before = answered().len();
        let browser = Browser::new();
        let callback = gate.answer(&browser, kind, "ada", "/").await;
        let refused = browser.follow(&callback).await;
        assert!(refused.status.is_client_error(), "{}", refused.text);
        let lines = answered().split_off(before);
        assert_eq!(lines.len(), 1, "{cause}: {lines:?}");
        assert_eq!(lines[0]["level"], "WARN", "{cause}: {lines:?}");
        let said = lines[0].to_string();
        assert_eq!(said.matches(cause).count(), 1, "{cause}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_one_sign_in_is_no_warning() {
    record();
    let gate = Plan::default().start().await;
    gate.sim.fault(Fault::WrongNonce);
    let before = answered().len();
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    assert_eq!(browser.follow(&callback).await.status, 400);
    let lines = answered().split_off(before);
    assert_eq!(lines[0]["level"], "INFO", "{lines:?}");
}
