//! An edit of `allow` reaches people who are signed in already, whatever is known of them.

use chrono::TimeDelta;

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse};

const ENTRA: Kind = Kind::EntraId;
const LISTED: &str = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";

/// Somebody signed in while the profile had no rule.
async fn signed_in(kind: Kind, person: &str) -> (TestGatehouse, Browser) {
    let gate = Plan::default().start().await;
    let mut groups = vec![LISTED.to_owned()];
    groups.extend((2..=300).map(|nth| format!("{nth:08x}-0000-4000-8000-000000000000")));
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    gate.sim.set_person_groups("gus", &groups);
    let browser = gate.browser_of(kind, person).await;
    assert!(gate.is_signed_in(&browser, kind).await);
    (gate, browser)
}

/// The operator adds a rule.
fn add(gate: &TestGatehouse, kind: Kind, rule: &str) {
    gate.edit(kind, |text| format!("{text}\n[allow]\n{rule}\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_rule_reaches_people_who_are_signed_in() {
    for rule in [
        "roles = [\"Admin\"]",
        "groups = [\"g1\"]",
        "emails = [\"eve@evil.example\"]",
        "email_domains = [\"evil.example\"]",
    ] {
        let (gate, browser) = signed_in(ENTRA, "ada").await;
        add(&gate, ENTRA, rule);
        assert!(!gate.is_signed_in(&browser, ENTRA).await, "{rule}");
        let call = gate.call(&browser, ENTRA).await;
        let answer = (call.status.as_u16(), call.location().path().to_owned());
        assert_eq!(answer, (303, "/auth/sign_in".to_owned()), "{rule}");
        assert_eq!(gate.api_calls(), 0, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_lists_are_judged_although_groups_are_unknown() {
    for rule in ["roles = [\"Admin\"]", "email_domains = [\"evil.example\"]"] {
        let (gate, browser) = signed_in(ENTRA, "gus").await;
        add(&gate, ENTRA, &format!("groups = [\"{LISTED}\"]\n{rule}"));
        assert!(!gate.is_signed_in(&browser, ENTRA).await, "{rule}");
        assert_eq!(gate.sim.count(Endpoint::GraphGroups), 0, "no need to ask");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_were_never_read_are_read_once_when_a_rule_needs_them() {
    let (gate, browser) = signed_in(ENTRA, "gus").await;
    add(&gate, ENTRA, &format!("groups = [\"{LISTED}\"]"));
    for _ in 0..3 {
        assert!(gate.is_signed_in(&browser, ENTRA).await);
    }
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
    gate.api_answers(&browser, ENTRA, "the newest tokens are stored")
        .await;
    gate.edit(ENTRA, |text| text.replace(LISTED, "another-group"));
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_at_once_read_missing_groups_once() {
    let (gate, browser) = signed_in(ENTRA, "gus").await;
    add(&gate, ENTRA, &format!("groups = [\"{LISTED}\"]"));
    let ask = || gate.is_signed_in(&browser, ENTRA);
    let all = futures_util::future::join_all((0..8).map(|_| ask())).await;
    assert!(all.into_iter().all(|yes| yes));
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
    assert_eq!(gate.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_cannot_be_read_now_are_an_outage_and_no_sign_out() {
    let (gate, browser) = signed_in(ENTRA, "gus").await;
    gate.sim.fault(Fault::ApiStatus(503));
    add(&gate, ENTRA, &format!("groups = [\"{LISTED}\"]"));
    for _ in 0..2 {
        let page = browser.get(gate.url(ENTRA, "/auth/token_details")).await;
        assert_eq!(page.status, 503, "{}", page.text);
        assert!(page.header("retry-after").is_some());
        assert!(page.text.contains("Your groups could not be read"));
        assert!(page.header("set-cookie").is_none(), "no cookie goes");
    }
    assert_eq!(
        gate.sim.count(Endpoint::GraphGroups),
        1,
        "a pause between two tries"
    );
    let begun = browser.get(gate.url(ENTRA, "/auth/sign_in")).await;
    assert_eq!(
        begun.status, 303,
        "a new sign-in is possible: {}",
        begun.text
    );
    gate.sim.clear_faults();
    gate.clock.turn(TimeDelta::seconds(6));
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_nothing_can_read_demand_a_new_sign_in() {
    let gate = Plan::default().start().await;
    let left_out = Fault::SetClaim("hasgroups".into(), true.into());
    gate.sim.fault(left_out);
    let browser = gate.browser_of(Kind::Oidc, "ada").await;
    add(&gate, Kind::Oidc, "groups = [\"g1\"]");
    assert!(!gate.is_signed_in(&browser, Kind::Oidc).await);
    let begun = gate.begin(&browser, Kind::Oidc).await;
    let callback = gate.at_authority(&browser, &begun).await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 403, "no loop: {}", refused.text);
}
