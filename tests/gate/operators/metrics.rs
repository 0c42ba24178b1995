//! What a scrape shows: every metric of the table, with its help, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse::measure::metric::{FirstSample, MetricKind};
use gatehouse::measure::table::TABLE;

use crate::harness::browser::Browser;
use crate::harness::client_auth::OLD;
use crate::harness::{Fault, Kind, Plan, TestGatehouse, eventually, records};

/// The admin listener's answer.
pub async fn scrape(gate: &TestGatehouse) -> String {
    let page = Browser::new().get(gate.admin_url("/metrics")).await;
    assert_eq!(page.status, 200);
    page.text
}

/// A sign-in, an API call, a refresh, a refused callback, an unknown address and an unknown method.
pub async fn everything_once(gate: &TestGatehouse) {
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    gate.api_answers(&browser, Kind::EntraId, "signed in").await;
    gate.turn(3_500);
    gate.api_answers(&browser, Kind::EntraId, "refreshed").await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    let forged = "/auth/redirect?code=forged&state=forged";
    browser.get(gate.url(Kind::EntraId, forged)).await;
    browser
        .get(gate.url(Kind::EntraId, "/nowhere/ada@contoso?q=secret"))
        .await;
    let odd = reqwest::Method::from_bytes(b"BREW").unwrap();
    let request = crate::harness::browser::client().request(odd, gate.url(Kind::EntraId, "/"));
    request.send().await.unwrap();
    let stranger = Browser::new();
    let callback = gate.answer(&stranger, Kind::EntraId, "ada", "/").await;
    gate.sim.fault(Fault::BadSignature);
    stranger.follow(&callback).await;
    gate.sim.clear_faults();
}

impl TestGatehouse {
    /// Gives the profile a certificate, and waits until its end is known.
    pub async fn with_a_certificate(&self) {
        let file = self.put("cert.pem", OLD);
        self.replace_secret(&format!("client_certificate = {{ file = \"{file}\" }}"));
        eventually("the certificate is read", async || {
            let text = scrape(self).await;
            text.contains("gatehouse_credential_expires_seconds{")
        })
        .await;
    }
}

/// The name of the family that a sample belongs to.
fn family(sample: &str, kinds: &BTreeMap<&str, &str>) -> String {
    let name = sample.split(['{', ' ']).next().unwrap();
    for suffix in ["_bucket", "_sum", "_count"] {
        if let Some(base) = name.strip_suffix(suffix)
            && kinds.get(base) == Some(&"histogram")
        {
            return base.to_owned();
        }
    }
    name.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scrape_shows_every_metric_of_the_table_and_no_other() {
    records::record();
    let gate = Plan::default().start().await;
    everything_once(&gate).await;
    gate.with_a_certificate().await;
    let text = scrape(&gate).await;
    let meta = |word: &str| -> BTreeMap<&str, &str> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(word));
        lines.filter_map(|line| line.split_once(' ')).collect()
    };
    let (helps, kinds) = (meta("# HELP "), meta("# TYPE "));
    let samples = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let seen: BTreeSet<String> = samples.map(|sample| family(sample, &kinds)).collect();
    for metric in TABLE {
        assert!(seen.contains(metric.name), "{} has no sample", metric.name);
        assert_eq!(
            kinds.get(metric.name),
            Some(&metric.kind.as_str()),
            "{}",
            metric.name
        );
        assert_eq!(
            helps.get(metric.name),
            Some(&metric.help),
            "{}",
            metric.name
        );
    }
    for name in &seen {
        assert!(
            TABLE.iter().any(|metric| metric.name == name),
            "{name} is not in the table"
        );
    }
    for secret in ["ada@", "nowhere", "secret", "BREW", "forged"] {
        assert!(!text.contains(secret), "{secret} stands in the metrics");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_counted_by_route_method_and_class() {
    records::record();
    let gate = Plan::default().start().await;
    everything_once(&gate).await;
    let count = |route: &str, method: &str, status: &str| {
        let labels = [
            format!("route=\"{route}\""),
            format!("method=\"{method}\""),
            format!("status=\"{status}\""),
        ];
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        records::metric("gatehouse_http_requests_total", &labels)
    };
    assert!(count("sign_in", "GET", "3xx") >= 2.0);
    assert!(count("callback", "GET", "4xx") + count("callback", "GET", "3xx") >= 2.0);
    assert!(count("call_api", "GET", "2xx") >= 2.0);
    assert!(
        count("session", "GET", "2xx") >= 1.0,
        "the fast path counts"
    );
    assert!(count("none", "GET", "4xx") >= 1.0);
    assert!(count("home", "other", "4xx") + count("none", "other", "4xx") >= 1.0);
    let failed = ["profile=\"entra-id\"", "reason=\"answer_refused\""];
    assert!((records::metric("gatehouse_sign_ins_refused_total", &failed) - 1.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_not_happened_is_zero_from_the_first_scrape() {
    records::record();
    let gate = Plan::default().start().await;
    let text = scrape(&gate).await;
    for metric in TABLE
        .iter()
        .filter(|metric| metric.first == FirstSample::AtStart)
    {
        let suffix = if metric.kind == MetricKind::Histogram {
            "_count"
        } else {
            ""
        };
        let named = format!("{}{suffix}", metric.name);
        let there = |line: &str| line.split(['{', ' ']).next() == Some(named.as_str());
        assert!(text.lines().any(there), "{named}");
    }
    let zero = "gatehouse_sign_ins_refused_total{profile=\"b2c\",reason=\"not_allowed\"} 0";
    assert!(text.contains(zero), "{text}");
}
