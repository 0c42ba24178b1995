//! What an upstream is told, and what becomes of a check when the session ends or the store is away.

use super::families::{KIND, TRUSTED, Way, ask, navigate};
use crate::harness::Plan;
use crate::harness::browser::Browser;
use crate::harness::wire::Mood;

// proves: C33, C34
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn envoy_is_told_to_remove_every_identity_header_without_a_value() {
    let route = "[[route]]\npath = \"/\"\npublic = [\"/public\"]";
    let plan = Plan::default().settings(TRUSTED).table(KIND, route);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let removed = |page: &crate::harness::browser::Page| -> Vec<String> {
        let list = page.header("x-envoy-auth-headers-to-remove").unwrap();
        list.split(',').map(str::to_owned).collect()
    };
    let forged = [("x-auth-roles", "Admin"), ("x-auth-subject", "mallory")];
    let person = ask(&gate, &browser, Way::Path, "/private", &forged).await;
    assert_eq!(person.status, 200);
    let gone = removed(&person);
    for name in ["x-auth-groups", "x-auth-truncated"] {
        assert!(gone.contains(&name.to_owned()), "{gone:?}");
    }
    assert!(!gone.contains(&"x-auth-subject".to_owned()), "{gone:?}");
    assert_ne!(person.header("x-auth-subject"), Some("mallory"));
    let nobody = ask(&gate, &Browser::new(), Way::Path, "/public", &forged).await;
    assert_eq!(nobody.status, 200);
    let gone = removed(&nobody);
    for name in [
        "subject",
        "name",
        "email",
        "roles",
        "groups",
        "tenant",
        "profile",
        "assertion",
    ] {
        assert!(gone.contains(&format!("x-auth-{name}")), "{name}: {gone:?}");
        assert!(nobody.header(&format!("x-auth-{name}")).is_none(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_is_a_use_of_the_session() {
    let table = "[session]\nidle_timeout = \"10m\"\nlifetime = \"2h\"";
    let plan = Plan::default().settings(TRUSTED).table(KIND, table);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    for _ in 0..4 {
        gate.turn(500);
        let passed = navigate(&gate, &browser, Way::Original, "/").await;
        assert_eq!(passed.status, 200, "{}", passed.text);
    }
    gate.turn(601);
    let ended = navigate(&gate, &browser, Way::Original, "/").await;
    assert_eq!(ended.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_another_profile_opens_nothing() {
    let gate = Plan::default().settings(TRUSTED).start().await;
    let other = gate.browser_of(crate::harness::Kind::Oidc, "ada").await;
    let stolen = other.cookie("oidc.localhost", "gatehouse").unwrap();
    let browser = Browser::new();
    browser.set_cookie("entra.localhost", "gatehouse", &stolen);
    let refused = navigate(&gate, &browser, Way::Forwarded, "/").await;
    assert_eq!(refused.status, 303, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_is_503_and_sends_nobody_to_sign_in_on_postgres() {
    if !crate::harness::postgres_is_there() {
        return;
    }
    let mut gate = Plan::wired().settings(TRUSTED).start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let wire = gate.wire.as_mut().unwrap();
    wire.set(Mood::Refused).await;
    gate.turn(60);
    crate::harness::eventually("the store is known to be away", async || {
        let away = navigate(&gate, &browser, Way::Forwarded, "/").await;
        assert!([200, 503].contains(&away.status.as_u16()), "{}", away.text);
        away.status == 503
    })
    .await;
    let away = navigate(&gate, &browser, Way::Forwarded, "/").await;
    assert!(away.header("retry-after").is_some());
    assert!(away.header("location").is_none() && away.sets_cookies().is_empty());
}
