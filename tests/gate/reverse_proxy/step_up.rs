//! A route with an upstream that demands a stronger sign-in.

use super::decisions::KIND;
use crate::harness::Plan;
use crate::harness::upstream::Upstream;

// proves: B138
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weak_sign_in_reaches_no_application_that_demands_a_strong_one() {
    let upstream = Upstream::ok().await;
    let demand = "step_up = { acr = [\"c1\"] }";
    let plan = Plan::default().table(KIND, &upstream.route("/payroll", demand));
    let (gate, browser) = plan.signed_in(KIND, "ada").await;
    let address = gate.url(KIND, "/payroll/june?x=1");
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    let refused = browser.get_with(&address, &script).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.contains("acr_values=\"c1\""), "{challenge}");
    assert_eq!(refused.json()["error"], "insufficient_user_authentication");
    let led = browser.get(&address).await;
    assert_eq!(led.status, 303, "{}", led.text);
    assert_eq!(upstream.count(), 0, "nothing was forwarded before");
    let begun = browser.follow(&led).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let back = browser.follow(&callback).await;
    assert_eq!(back.location().as_str(), address);
    assert_eq!(browser.follow(&back).await.text, "ok");
}
