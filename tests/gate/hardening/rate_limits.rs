//! Floods: what one address sends too much of costs it that, and nobody anything else. Headers that name an address count
//! from a trusted proxy only, and an operator who forgot to name the proxy is warned.

use crate::harness::browser::{Browser, Page, client};
use crate::harness::{Kind, Plan, TestGatehouse, records};
use serde_json::Value;

const OFFICE: &str = "203.0.113.7";
const HOME: &str = "198.51.100.9";

/// Behind a proxy, so that people have addresses.
async fn behind_a_proxy() -> TestGatehouse {
    Plan::default()
        .settings("trusted_proxies = [\"127.0.0.0/8\"]")
        .start()
        .await
}

async fn from(
    gate: &TestGatehouse,
    browser: &Browser,
    kind: Kind,
    address: &str,
    path: &str,
) -> Page {
    browser
        .get_with(gate.url(kind, path), &[("x-forwarded-for", address)])
        .await
}

/// Sends many at once until some are refused. The limit grows again with the time, so that it is not looked at twice.
async fn flood(gate: &TestGatehouse, kind: Kind, address: &str, path: &str) {
    // Each without the cookies of the others: an attempt leaves one.
    let client = client();
    let browsers: Vec<Browser> = (0..100).map(|_| Browser::sharing(client.clone())).collect();
    for _ in 0..30 {
        let sent = browsers
            .iter()
            .map(|browser| from(gate, browser, kind, address, path));
        let answers = futures_util::future::join_all(sent).await;
        if let Some(refused) = answers.iter().find(|answer| answer.status == 429) {
            assert!(refused.header("retry-after").is_some());
            return;
        }
    }
    panic!("nothing stops it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_settings_say_how_many_attempts_an_address_has() {
    let gate = Plan::default()
        .settings("trusted_proxies = [\"127.0.0.0/8\"]\n[rate_limits]\nattempts_at_once = 2\nattempts_per_minute = 1")
        .start()
        .await;
    for status in [303, 303, 429] {
        let answer = from(
            &gate,
            &Browser::new(),
            Kind::EntraId,
            OFFICE,
            "/auth/sign_in",
        )
        .await;
        assert_eq!(answer.status, status);
    }
}

const NOTICE: &str = "/auth/front_channel_logout?sid=nobodys";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_logout_requests_blocks_no_sign_in_and_no_other_profile_or_address() {
    let gate = behind_a_proxy().await;
    let browser = Browser::new();
    flood(&gate, Kind::EntraId, OFFICE, NOTICE).await;
    for (kind, address, path, status) in [
        (Kind::B2c, OFFICE, NOTICE, 200),
        (Kind::EntraId, HOME, NOTICE, 200),
        (Kind::EntraId, OFFICE, "/auth/sign_in", 303),
    ] {
        let answer = from(&gate, &browser, kind, address, path).await;
        assert_eq!(answer.status, status, "{kind:?} {address} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_sign_ins_blocks_no_logout_request_and_no_other_address() {
    let gate = behind_a_proxy().await;
    let browser = Browser::new();
    flood(&gate, Kind::EntraId, OFFICE, "/auth/sign_in").await;
    for (address, path, status) in [(OFFICE, NOTICE, 200), (HOME, "/auth/sign_in", 303)] {
        let answer = from(&gate, &browser, Kind::EntraId, address, path).await;
        assert_eq!(answer.status, status, "{address} {path}");
    }
}

/// After a flood of sign-ins one of these addresses is refused. The limit grows again with the time, so that a slow machine
/// may need several tries.
async fn is_stopped(gate: &TestGatehouse, browser: &Browser, paths: &[String]) {
    for path in paths {
        flood(gate, Kind::EntraId, OFFICE, "/auth/sign_in").await;
        let page = from(gate, browser, Kind::EntraId, OFFICE, path).await;
        if page.status == 429 {
            assert!(page.sets_cookies().is_empty(), "{path}");
            return;
        }
        assert_eq!(page.status, 303, "{path}: {}", page.text);
    }
    panic!("nothing stops {paths:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_stops_step_ups_and_callbacks_that_begin_again() {
    let gate = behind_a_proxy().await;
    let person = gate.browser_of(Kind::EntraId, "chad").await;
    let (began, stranger) = (Browser::new(), Browser::new());
    let mut lost = Vec::new();
    for _ in 0..6 {
        let callback = gate.answer(&began, Kind::EntraId, "ada", "/").await;
        let query = callback.location().query().unwrap().to_owned();
        lost.push(format!("/auth/redirect?{query}"));
    }
    let step_ups = vec!["/auth/call_api/graph".to_owned(); 6];
    let unused = lost.pop().unwrap();
    is_stopped(&gate, &person, &step_ups).await;
    is_stopped(&gate, &stranger, &lost).await;
    for (browser, path) in [(&person, &step_ups[0]), (&stranger, &unused)] {
        let page = from(&gate, browser, Kind::EntraId, HOME, path).await;
        assert_eq!(page.status, 303, "{path}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_bad_callbacks_writes_a_bounded_log_and_blocks_no_other_address() {
    records::record();
    let gate = behind_a_proxy().await;
    let callback = "/auth/redirect?code=stolen&state=unknown";
    flood(&gate, Kind::EntraId, OFFICE, callback).await;
    let answers = gate.url(Kind::EntraId, callback);
    for _ in 0..20 {
        let told = [("x-forwarded-for", OFFICE)];
        Browser::new().get_with(&answers, &told).await;
    }
    let told = records::audit(|event| event["event"] == "refused");
    assert!(told.len() < 600, "{} lines", told.len());
    let log = records::log();
    let loud = |line: &&str| line.contains("too many") && !line.contains("\"DEBUG\"");
    assert_eq!(log.lines().filter(loud).count(), 0);
    let elsewhere = from(&gate, &Browser::new(), Kind::EntraId, HOME, callback).await;
    assert_eq!(elsewhere.status, 400);
}

fn warnings() -> Vec<Value> {
    records::log()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| {
            line["message"]
                .as_str()
                .is_some_and(|text| text.contains("set trusted_proxies"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_forgot_the_proxy_is_warned_once() {
    records::record();
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    browser.get(gate.url(Kind::EntraId, "/")).await;
    assert!(warnings().is_empty(), "no header, no word");
    for header in ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-for"] {
        browser
            .get_with(
                gate.url(Kind::EntraId, "/"),
                &[(header, "secret-host.example")],
            )
            .await;
    }
    let told = warnings();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["level"], "WARN");
    assert_eq!(told[0]["peer.network"], "127.0.0.0/24");
    assert!(
        !told[0].to_string().contains("secret-host"),
        "what was sent is not repeated"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_is_not_warned_about() {
    records::record();
    let gate = behind_a_proxy().await;
    from(&gate, &Browser::new(), Kind::EntraId, OFFICE, "/").await;
    assert!(warnings().is_empty());
}
