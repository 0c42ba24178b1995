//! What the policies of B2C tenants put into their tokens, or leave out: subject, object, policy, and less at a refresh.

use simulator::CONTOSO_B2C;

use crate::harness::browser::Browser;
use crate::harness::{Fault, Kind, Plan, TestGatehouse, records};

const B2C: Kind = Kind::B2c;

fn set(gate: &TestGatehouse, name: &str, value: impl Into<serde_json::Value>) {
    gate.sim
        .fault(Fault::SetClaim(name.to_owned(), value.into()));
}

fn leave_out(gate: &TestGatehouse, names: &[&str]) {
    for name in names {
        gate.sim.fault(Fault::MissingClaim((*name).to_owned()));
    }
}

/// The policies write the same `sub` for everybody.
async fn without_subjects() -> TestGatehouse {
    let gate = Plan::default().start().await;
    set(&gate, "sub", "Not supported currently. Use oid claim.");
    gate
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_whose_tokens_share_a_sub_are_not_one_person() {
    let gate = without_subjects().await;
    let ada = gate.browser_of(B2C, "ada").await;
    let grace = gate.browser_of(B2C, "grace").await;
    let sessions = gate.listed("?profile=b2c").await;
    let people: Vec<&str> = sessions
        .iter()
        .map(|it| it["person"].as_str().unwrap())
        .collect();
    assert_eq!(people.len(), 2);
    assert_ne!(people[0], people[1]);
    let keyed = people
        .iter()
        .all(|it| it.starts_with(&format!("{CONTOSO_B2C}/")));
    assert!(keyed, "the pinned tenant and oid are the key: {people:?}");
    let page = ada.visit(gate.url(B2C, "/auth/sessions")).await;
    assert!(!page.text.contains("name=\"session\""), "{}", page.text);
    assert!(!page.text.contains("name=\"others\""), "{}", page.text);
    assert!(gate.is_signed_in(&grace, B2C).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_names_nobody_is_refused_and_says_which_claim_to_add() {
    records::record();
    let gate = without_subjects().await;
    leave_out(&gate, &["oid"]);
    let browser = Browser::new();
    let callback = gate.answer(&browser, B2C, "ada", "/").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 502, "{}", refused.text);
    assert!(refused.text.contains("(oid)"), "{}", refused.text);
    assert!(!gate.is_signed_in(&browser, B2C).await);
    let log = records::log();
    let said = log
        .lines()
        .find(|line| line.contains("add the claim oid"))
        .expect("the log says what to do");
    assert!(said.contains("\"level\":\"ERROR\""), "{said}");
    assert_eq!(said.matches("add the claim oid").count(), 1, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_may_name_itself_by_one_of_three_claims_or_by_none() {
    let gate = Plan::default().start().await;
    leave_out(&gate, &["tfp"]);
    set(&gate, "trustFrameworkPolicy", "b2c_1_susi");
    let browser = gate.browser_of(B2C, "ada").await;
    assert!(gate.is_signed_in(&browser, B2C).await);
    gate.sim.clear_faults();
    leave_out(&gate, &["tfp"]);
    set(&gate, "acr", "loa2");
    let browser = Browser::new();
    let callback = gate.answer(&browser, B2C, "ada", "/").await;
    assert_eq!(browser.follow(&callback).await.status, 400);
    gate.edit(B2C, |text| {
        text.replace("[user_flows]\n", "[user_flows]\npolicy_claim = \"none\"\n")
    });
    let browser = gate.browser_of(B2C, "ada").await;
    assert!(gate.is_signed_in(&browser, B2C).await);
    gate.sim.clear_faults();
    gate.sim.fault(Fault::OtherPolicy);
    let browser = Browser::new();
    let callback = gate.answer(&browser, B2C, "ada", "/").await;
    assert_eq!(browser.follow(&callback).await.status, 400, "tfp counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refreshed_token_that_says_less_changes_neither_person_nor_name_nor_roles() {
    let gate = Plan::default()
        .table(B2C, "[allow]\nroles = [\"Admin\"]")
        .start()
        .await;
    set(&gate, "roles", serde_json::json!(["Admin"]));
    let browser = gate.browser_of(B2C, "ada").await;
    let before = gate.session(&browser, B2C).await;
    gate.sim.clear_faults();
    let less = ["oid", "tid", "tfp", "name", "given_name", "family_name"];
    leave_out(&gate, &less);
    leave_out(&gate, &["emails", "nonce", "auth_time"]);
    gate.turn(3_600);
    gate.api_answers(&browser, B2C, "the refresh is accepted")
        .await;
    assert_eq!(gate.refreshes(), 1);
    let after = gate.session(&browser, B2C).await;
    assert_eq!(after["name"], before["name"]);
    for claim in ["oid", "tfp", "name", "emails", "roles", "auth_time"] {
        assert_eq!(after["claims"][claim], before["claims"][claim], "{claim}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_a_directory_took_away_is_gone_at_the_next_refresh() {
    let entra = Kind::EntraId;
    let gate = Plan::default()
        .table(entra, "[allow]\nroles = [\"Admin\"]")
        .start()
        .await;
    let browser = gate.browser_of(entra, "grace").await;
    leave_out(&gate, &["roles"]);
    gate.turn(3_600);
    let _ = gate.call(&browser, entra).await;
    assert_eq!(gate.refreshes(), 1);
    assert!(!gate.is_signed_in(&browser, entra).await);
}
