//! A certificate that ends soon: a running gateway tells its operator in time, and not at every turn.

use crate::harness::client_auth::{ENTRA, NEW, NEW_KEY, OLD};
use crate::harness::{Plan, TestGatehouse, eventually, records};
use serde_json::Value;
use simulator::CLIENT_SECRET;

/// `OLD` ends on 2126-10-28 at 12:37:16, `NEW` at 12:16:40.
const DAY: i64 = 24 * 3_600;

fn warnings() -> Vec<Value> {
    records::log()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| {
            let message = line["message"].as_str().unwrap_or_default();
            message.starts_with("a client certificate ")
        })
        .collect()
}

async fn warned(times: usize) {
    eventually("the warning", async || warnings().len() >= times).await;
    assert_eq!(warnings().len(), times);
}

fn seconds_left() -> f64 {
    records::metric(
        "gatehouse_credential_expires_seconds",
        &["profile=\"entra-id\""],
    )
}

/// A gatehouse forty days before the certificate of its profile ends.
async fn forty_days_before() -> TestGatehouse {
    records::record();
    let gate = Plan {
        beginning: "2126-09-18T12:37:16Z".parse().unwrap(),
        ..Plan::default()
    }
    .start()
    .await;
    let file = gate.put("cert.pem", OLD);
    gate.replace_secret(&format!("client_certificate = {{ file = \"{file}\" }}"));
    gate
}

/// Reloads the profile, so that its certificates are checked again; waits until the gauge shows `left`.
async fn reload(gate: &TestGatehouse, title: &str, left: i64) {
    gate.edit(ENTRA, |text| format!("# {title}\n{text}"));
    #[expect(clippy::cast_precision_loss, reason = "seconds of some days")]
    let left = left as f64;
    eventually("the gauge follows", async || {
        (seconds_left() - left).abs() < 0.5
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_ends_within_thirty_days_is_logged_once_a_day() {
    let gate = forty_days_before().await;
    reload(&gate, "first", 40 * DAY).await;
    assert_eq!(warnings().len(), 0, "forty days are time enough");

    gate.turn(11 * DAY);
    reload(&gate, "second", 29 * DAY).await;
    warned(1).await;
    let line = &warnings()[0];
    assert_eq!(line["message"], "a client certificate ends soon");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["profile.id"], "entra-id");
    assert_eq!(line["not_after"], "2126-10-28 12:37:16 UTC");
    assert!(line["file"].as_str().unwrap().ends_with("cert.pem"));

    gate.turn(DAY - 60);
    reload(&gate, "third", 28 * DAY + 60).await;
    warned(1).await;

    gate.turn(60);
    reload(&gate, "fourth", 28 * DAY).await;
    warned(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_certificate_counts_below_zero_and_its_successor_is_logged_again() {
    let gate = forty_days_before().await;
    gate.turn(41 * DAY);
    reload(&gate, "ended", -DAY).await;
    warned(1).await;
    assert_eq!(warnings()[0]["message"], "a client certificate has ended");

    gate.put("cert.pem", &format!("{NEW}{NEW_KEY}"));
    gate.live.reload().unwrap();
    eventually("another certificate", async || warnings().len() == 2).await;

    let secret = format!("client_secret = {{ value = \"{CLIENT_SECRET}\" }}");
    gate.edit(ENTRA, |text| {
        text.lines()
            .map(|line| {
                if line.starts_with("client_certificate") {
                    &secret
                } else {
                    line
                }
            })
            .collect::<Vec<_>>()
            .join("\n")
    });
    eventually("no certificate, no countdown", async || {
        seconds_left().is_nan()
    })
    .await;
}
