//! A route that demands a stronger or fresher sign-in.

use super::families::{TRUSTED, Way, ask, navigate};
use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, host};

const C1: &str = "[[route]]\npath = \"/\"\n[[route]]\npath = \"/payroll\"\npublic = [\"/payroll/help\"]\nstep_up = { acr = [\"c1\"] }";
const HOUR: &str = "[[route]]\npath = \"/payroll\"\nstep_up = { max_age = \"1h\" }";

fn guarded(kind: Kind, route: &str) -> Plan {
    Plan::default().settings(TRUSTED).table(kind, route)
}

/// What a proxy learns about a person who navigates, at the profile of any kind.
async fn check(gate: &TestGatehouse, browser: &Browser, kind: Kind, path: &str) -> Page {
    let authority = format!("{}:{}", host(kind), gate.port);
    let headers = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", authority.as_str()),
        ("x-forwarded-uri", path),
        ("sec-fetch-mode", "navigate"),
    ];
    browser
        .get_with(gate.url(kind, "/auth/check"), &headers)
        .await
}

/// The authentication contexts that a redirect to the authority demands.
fn contexts(begun: &Page) -> Vec<String> {
    let claims = begun.location_parameter("claims").unwrap_or_default();
    let claims: serde_json::Value = serde_json::from_str(&claims).unwrap_or_default();
    let acrs = &claims["id_token"]["acrs"];
    let values = acrs["values"].as_array().cloned().unwrap_or_default();
    assert!(values.is_empty() || acrs["essential"] == true);
    values
        .iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}

/// From the answer of a check to the authority's redirect to the callback.
async fn step_up(gate: &TestGatehouse, browser: &Browser, refused: &Page, person: &str) -> Page {
    let begun = browser.get(refused.location()).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    gate.choose(browser, &begun, person).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_again_for_an_authentication_context_and_arrives() {
    let gate = guarded(Kind::EntraId, C1).start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    for path in ["/", "/payroll/help", "/payrolls"] {
        let passed = check(&gate, &browser, Kind::EntraId, path).await;
        assert_eq!(passed.status, 200, "{path}");
    }
    let refused = check(&gate, &browser, Kind::EntraId, "/payroll/june?x=1").await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let begun = browser.get(refused.location()).await;
    assert_eq!(contexts(&begun), ["c1"]);
    assert_eq!(begun.location_parameter("prompt"), None);
    let callback = gate.choose(&browser, &begun, "ada").await;
    let arrived = browser.follow(&callback).await;
    assert_eq!(arrived.location().path(), "/payroll/june");
    let passed = check(&gate, &browser, Kind::EntraId, "/payroll/june?x=1").await;
    assert_eq!(passed.status, 200, "{}", passed.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_asked_for_the_context_at_once() {
    let gate = guarded(Kind::EntraId, C1).start().await;
    let browser = Browser::new();
    let refused = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    let callback = step_up(&gate, &browser, &refused, "ada").await;
    browser.follow(&callback).await;
    assert_eq!(gate.sim.count(Endpoint::Token), 1, "one sign-in");
    let passed = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    assert_eq!(passed.status, 200, "{}", passed.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_learns_what_the_route_demands() {
    let route =
        "[[route]]\npath = \"/payroll\"\nstep_up = { acr = [\"c1\", \"c2\"], max_age = \"1h\" }";
    let gate = guarded(Kind::EntraId, route).start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    for way in [Way::Forwarded, Way::Original] {
        let refused = ask(&gate, &browser, way, "/payroll/june", &script).await;
        assert_eq!(refused.status, 401, "{}", refused.text);
        assert!(refused.header("location").is_none());
        let challenge = refused.header("www-authenticate").unwrap();
        for part in [
            "Bearer error=\"insufficient_user_authentication\"",
            "acr_values=\"c1 c2\"",
            "max_age=\"3600\"",
        ] {
            assert!(challenge.contains(part), "{challenge}");
        }
        let body = refused.json();
        assert_eq!(body["error"], "insufficient_user_authentication");
        // The page leads the person there, and back to a page of its own that demands nothing.
        let url = body["sign_in_url"].as_str().unwrap();
        let begun = browser.get(format!("{url}&return_to=/")).await;
        assert_eq!(contexts(&begun), ["c1", "c2"]);
    }
    let stranger = ask(&gate, &Browser::new(), Way::Forwarded, "/payroll", &script).await;
    assert_eq!(stranger.json()["error"], "not_signed_in");
    let person = navigate(&gate, &browser, Way::Original, "/payroll").await;
    assert_eq!(person.status, 401);
    assert!(person.header("location").is_some(), "the guide redirects");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_does_not_grant_the_context_ends_on_a_page_and_in_no_loop() {
    let plan = guarded(Kind::EntraId, C1).sim(|sim| sim.shapes.contexts_not_granted = true);
    let gate = plan.start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let before = browser.cookie(host(Kind::EntraId), "gatehouse");
    let refused = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    let callback = step_up(&gate, &browser, &refused, "ada").await;
    let page = browser.follow(&callback).await;
    assert_eq!(page.status, 403, "{}", page.text);
    assert!(
        page.text.contains("needs a stronger sign-in"),
        "{}",
        page.text
    );
    assert!(page.header("location").is_none());
    assert_eq!(browser.cookie(host(Kind::EntraId), "gatehouse"), before);
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    let still = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    assert_eq!(still.status, 303, "not a weaker session, either");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_takes_the_demand_out_of_the_request_gets_no_session() {
    let gate = guarded(Kind::EntraId, C1).start().await;
    let browser = Browser::new();
    let refused = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    let mut begun = browser.get(refused.location()).await;
    let mut weaker = begun.location();
    let kept: Vec<(String, String)> = weaker
        .query_pairs()
        .filter(|(name, _)| name != "claims")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    weaker.query_pairs_mut().clear().extend_pairs(kept);
    let location = reqwest::header::HeaderValue::from_str(weaker.as_str()).unwrap();
    begun.headers.insert("location", location);
    let callback = gate.choose(&browser, &begun, "ada").await;
    let page = browser.follow(&callback).await;
    assert_eq!(page.status, 403, "{}", page.text);
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_cannot_ask_for_less_than_the_route_demands() {
    let route =
        "[[route]]\npath = \"/payroll\"\nstep_up = { acr = [\"urn:mfa\"], max_age = \"1h\" }";
    let line = "pass_parameters = [\"acr_values\", \"max_age\", \"prompt\"]";
    let gate = guarded(Kind::Oidc, route)
        .line(Kind::Oidc, line)
        .start()
        .await;
    let path = "/auth/sign_in?return_to=/payroll&acr_values=weak&max_age=999999&step_up_for=/";
    let begun = Browser::new().get(gate.url(Kind::Oidc, path)).await;
    let asked = |name| begun.location_parameter(name);
    assert_eq!(asked("acr_values").as_deref(), Some("urn:mfa"));
    assert_eq!(asked("max_age").as_deref(), Some("3600"));
    let path = "/auth/sign_in?return_to=/payroll&max_age=60";
    let begun = Browser::new().get(gate.url(Kind::Oidc, path)).await;
    assert_eq!(begun.location_parameter("max_age").as_deref(), Some("60"));
    // Whoever signs in for another page has a session that the route does not take.
    let browser = gate.browser_of(Kind::Oidc, "ada").await;
    let refused = check(&gate, &browser, Kind::Oidc, "/payroll").await;
    assert_eq!(refused.status, 303);
    let callback = step_up(&gate, &browser, &refused, "ada").await;
    browser.follow(&callback).await;
    let passed = check(&gate, &browser, Kind::Oidc, "/payroll").await;
    assert_eq!(passed.status, 200, "{}", passed.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_sign_in_is_made_fresh_and_grows_old_again() {
    for kind in [Kind::Oidc, Kind::EntraId] {
        let gate = guarded(kind, HOUR).start().await;
        let browser = gate.browser_of(kind, "ada").await;
        if kind == Kind::Oidc {
            let fresh = check(&gate, &browser, kind, "/payroll").await;
            assert_eq!(fresh.status, 200, "signed in a moment ago");
        }
        for _ in 0..2 {
            gate.turn(3_601);
            let old = check(&gate, &browser, kind, "/payroll").await;
            assert_eq!(old.status, 303, "{kind:?}: {}", old.text);
            let begun = browser.get(old.location()).await;
            assert_eq!(begun.location_parameter("max_age").as_deref(), Some("3600"));
            let prompt = begun.location_parameter("prompt");
            let expected = (kind == Kind::EntraId).then_some("login");
            assert_eq!(prompt.as_deref(), expected, "{kind:?}");
            let callback = gate.choose(&browser, &begun, "ada").await;
            let arrived = browser.follow(&callback).await;
            assert_eq!(arrived.status, 303, "{}", arrived.text);
            let passed = check(&gate, &browser, kind, "/payroll").await;
            assert_eq!(passed.status, 200, "{kind:?}: {}", passed.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_attempt_begins_again_with_the_same_demand() {
    let gate = guarded(Kind::EntraId, C1).start().await;
    let browser = Browser::new();
    let refused = check(&gate, &browser, Kind::EntraId, "/payroll").await;
    let callback = step_up(&gate, &browser, &refused, "ada").await;
    let other = Browser::new();
    let begun = other.follow(&callback).await;
    assert_eq!(contexts(&begun), ["c1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_address_leads_back_to_the_route_and_still_steps_up() {
    let gate = guarded(Kind::EntraId, C1).start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let long = format!("/payroll/june?x={}", "y".repeat(1_600));
    let refused = check(&gate, &browser, Kind::EntraId, &long).await;
    assert_eq!(
        refused.location_parameter("return_to").as_deref(),
        Some("/payroll")
    );
    let callback = step_up(&gate, &browser, &refused, "ada").await;
    browser.follow(&callback).await;
    let passed = check(&gate, &browser, Kind::EntraId, &long).await;
    assert_eq!(passed.status, 200, "{}", passed.text);
}
