//! Who may enter: tenants, personal accounts, roles, groups, addresses. Whoever is refused reads why and can switch
//! account.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, host, records};
use simulator::{CONTOSO, FABRIKAM};

const ENTRA: Kind = Kind::EntraId;

async fn with_rule(kind: Kind, rule: &str) -> TestGatehouse {
    Plan::default()
        .table(kind, &format!("[allow]\n{rule}\n"))
        .start()
        .await
}

/// Goes as far as the callback's answer.
async fn tries(gate: &TestGatehouse, browser: &Browser, kind: Kind, person: &str) -> Page {
    let callback = gate.answer(browser, kind, person, "/").await;
    browser.follow(&callback).await
}

async fn is_admitted(gate: &TestGatehouse, kind: Kind, person: &str) {
    let browser = Browser::new();
    let answer = tries(gate, &browser, kind, person).await;
    assert_eq!(answer.status, 303, "{person}: {}", answer.text);
    assert!(gate.is_signed_in(&browser, kind).await, "{person}");
}

async fn is_refused(gate: &TestGatehouse, kind: Kind, person: &str, why: &str) {
    let browser = Browser::new();
    let sessions = gate.store().count().await.unwrap();
    let answer = tries(gate, &browser, kind, person).await;
    assert_eq!(answer.status, 403, "{person}: {:?}", answer.headers);
    assert!(answer.text.contains(why), "{person}: {}", answer.text);
    assert!(
        answer.text.contains("other_account=1"),
        "a way to switch account"
    );
    assert!(
        browser.cookie(host(kind), "gatehouse").is_none(),
        "no session"
    );
    assert!(!gate.is_signed_in(&browser, kind).await);
    assert_eq!(gate.store().count().await.unwrap(), sessions);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_one_of_the_roles_enters_and_who_has_none_reads_why() {
    records::record();
    let gate = with_rule(ENTRA, "roles = [\"Admin\", \"Auditor\"]").await;
    is_admitted(&gate, ENTRA, "grace").await;
    is_refused(&gate, ENTRA, "ada", "none of the roles").await;
    let refused =
        records::audit(|line| line["event"] == "refused" && line["profile.id"] == "entra-id");
    assert!(!refused.is_empty(), "the refusal is audited");
    gate.sim
        .set_person_roles("ada", &["Orders.Read", "Auditor"]);
    is_admitted(&gate, ENTRA, "ada").await;
    gate.sim.set_person_roles("grace", &["Orders.Read"]);
    is_refused(&gate, ENTRA, "grace", "none of the roles").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_can_switch_to_another_account() {
    let gate = with_rule(ENTRA, "roles = [\"Admin\"]").await;
    let browser = Browser::new();
    let refused = tries(&gate, &browser, ENTRA, "ada").await;
    assert_eq!(refused.status, 403);
    // Single sign-on would bring Ada back for ever.
    let again = tries_silently(&gate, &browser).await;
    assert_eq!(again.status, 403);
    let begun = browser
        .get(gate.url(ENTRA, "/auth/sign_in?other_account=1&return_to=%2F"))
        .await;
    assert_eq!(
        TestGatehouse::asked(&begun, "prompt").as_deref(),
        Some("select_account")
    );
    let callback = gate.choose(&browser, &begun, "grace").await;
    assert_eq!(browser.follow(&callback).await.status, 303);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

async fn tries_silently(gate: &TestGatehouse, browser: &Browser) -> Page {
    let begun = browser.get(gate.url(ENTRA, "/auth/sign_in")).await;
    let callback = gate.at_authority(browser, &begun).await;
    browser.follow(&callback).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_person_does_not_end_the_session_of_the_one_before() {
    let gate = with_rule(ENTRA, "roles = [\"Admin\"]").await;
    let browser = gate.browser_of(ENTRA, "grace").await;
    let callback = gate.answer_as_other(&browser, ENTRA, "ada").await;
    assert_eq!(browser.follow(&callback).await.status, 403);
    assert_eq!(gate.session(&browser, ENTRA).await["name"], "Grace Hopper");
}

fn many(first: &str) -> Vec<String> {
    std::iter::once(first.to_owned())
        .chain((2..=300).map(|nth| format!("{nth:08x}-0000-4000-8000-000000000000")))
        .collect()
}

const LISTED: &str = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";

async fn with_groups() -> TestGatehouse {
    let gate = with_rule(ENTRA, &format!("groups = [\"{}\"]", LISTED.to_uppercase())).await;
    gate.sim.set_person_groups(
        "gus",
        &many(LISTED).iter().map(String::as_str).collect::<Vec<_>>(),
    );
    gate.sim.set_person_groups("grace", &[LISTED]);
    gate
}

// proves: T12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_in_the_token_need_no_call_and_those_left_out_are_read_from_graph() {
    let gate = with_groups().await;
    is_admitted(&gate, ENTRA, "grace").await;
    is_refused(&gate, ENTRA, "ada", "none of the groups").await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 0);
    is_admitted(&gate, ENTRA, "gus").await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
}

// proves: T12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_sign_of_overage_is_understood() {
    let gate = with_groups().await;
    gate.sim.shapes(|shapes| shapes.overage_as_hasgroups = true);
    is_admitted(&gate, ENTRA, "gus").await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
}

// proves: T12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_cannot_be_read_refuse_and_say_so_and_trying_again_helps() {
    let gate = with_groups().await;
    for fault in [
        Fault::ApiStatus(500),
        Fault::ApiForbidden,
        Fault::ApiNotJson,
        Fault::ApiThrottled(Some(5)),
    ] {
        gate.sim.fault(fault.clone());
        is_refused(&gate, ENTRA, "gus", "could not be read just now").await;
        gate.sim.clear_faults();
    }
    let browser = Browser::new();
    gate.sim.fault(Fault::ApiStatus(503));
    let refused = tries(&gate, &browser, ENTRA, "gus").await;
    assert!(refused.text.contains("Start again"), "{}", refused.text);
    gate.sim.clear_faults();
    assert_eq!(tries_silently(&gate, &browser).await.status, 303);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_read_also_when_the_sign_in_brought_a_token_for_another_api() {
    let gate = with_groups().await;
    let api = gate.sim.api();
    gate.edit(ENTRA, |text| {
        let (head, _) = text.split_once("[[api]]").unwrap();
        let allow = text.split_once("[allow]").unwrap().1;
        format!("{head}[[api]]\nname = \"orders\"\nendpoint = \"{api}/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n[allow]{allow}")
    });
    is_admitted(&gate, ENTRA, "gus").await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_rule_for_groups_nobody_asks_graph() {
    let gate = Plan::default().start().await;
    is_admitted(&gate, ENTRA, "gus").await;
    assert_eq!(gate.sim.count(Endpoint::GraphGroups), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_lists_must_pass() {
    let gate = with_rule(
        ENTRA,
        &format!("roles = [\"Admin\"]\ngroups = [\"{LISTED}\"]"),
    )
    .await;
    is_refused(&gate, ENTRA, "grace", "none of the groups").await;
    gate.sim.set_person_groups("grace", &[LISTED]);
    is_admitted(&gate, ENTRA, "grace").await;
}

// proves: B206
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_is_the_person_of_the_directory_that_invites() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "guest").await;
    let claims = &gate.session(&browser, ENTRA).await["claims"];
    assert_eq!(claims["tid"], CONTOSO);
    assert!(
        claims["idp"].as_str().unwrap().contains(FABRIKAM),
        "{claims}"
    );
    let listed = Browser::new().get(gate.admin_url("/sessions")).await;
    assert!(
        listed.text.contains(&format!("{CONTOSO}/")),
        "tid/oid is the key: {}",
        listed.text
    );
}

/// A profile for several directory tenants.
async fn for_many(path: &str, lines: &str) -> TestGatehouse {
    let gate = Plan::default().start().await;
    gate.edit(ENTRA, |text| {
        format!(
            "{lines}\n{}",
            text.replace(&format!("/{CONTOSO}\""), &format!("/{path}\""))
        )
    });
    gate
}

// proves: B193, T1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_listed_tenants_enter_and_the_page_names_no_other() {
    let gate = for_many("common", &format!("allowed_tenants = [\"{CONTOSO}\"]")).await;
    is_admitted(&gate, ENTRA, "ada").await;
    is_refused(
        &gate,
        ENTRA,
        "fred",
        "Your organisation does not have access",
    )
    .await;
    let browser = Browser::new();
    let page = tries(&gate, &browser, ENTRA, "fred").await;
    assert!(!page.text.contains(CONTOSO) && !page.text.contains(FABRIKAM));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_accounts_enter_common_only_where_the_profile_says_so() {
    let gate = for_many("common", "allowed_tenants = \"any\"").await;
    is_admitted(&gate, ENTRA, "fred").await;
    is_refused(
        &gate,
        ENTRA,
        "mona",
        "Your organisation does not have access",
    )
    .await;
    let gate = for_many(
        "common",
        "allowed_tenants = \"any\"\nallow_personal_accounts = true",
    )
    .await;
    is_admitted(&gate, ENTRA, "mona").await;
}

/// Fred of Fabrikam and Mona of nowhere, signed in at a profile that admits both.
async fn signed_in_from_elsewhere() -> (TestGatehouse, Browser, Browser) {
    let gate = for_many(
        "common",
        "allowed_tenants = \"any\"\nallow_personal_accounts = true",
    )
    .await;
    let (fred, mona) = (Browser::new(), Browser::new());
    gate.sign_in(&fred, ENTRA, "fred").await;
    gate.sign_in(&mona, ENTRA, "mona").await;
    (gate, fred, mona)
}

// proves: B193
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_is_struck_off_the_list_is_out_at_the_next_request() {
    let (gate, fred, mona) = signed_in_from_elsewhere().await;
    gate.edit(ENTRA, |text| {
        text.replace("\"any\"", &format!("[\"{CONTOSO}\"]"))
    });
    assert!(!gate.is_signed_in(&fred, ENTRA).await);
    let call = fred.get(gate.url(ENTRA, "/auth/call_api/graph")).await;
    assert_eq!(
        (call.status.as_u16(), call.location().path()),
        (303, "/auth/sign_in"),
        "no token of a person who may not be here"
    );
    assert_eq!(gate.sim.count(Endpoint::GraphMe), 0);
    assert!(
        gate.is_signed_in(&mona, ENTRA).await,
        "that was another key"
    );
    gate.edit(ENTRA, |text| {
        text.replace(CONTOSO, &format!("{CONTOSO}\", \"{FABRIKAM}"))
    });
    assert!(
        gate.is_signed_in(&fred, ENTRA).await,
        "a slip of the editor signs nobody out for good"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_personal_account_is_out_at_the_next_request_when_the_profile_says_so() {
    let (gate, fred, mona) = signed_in_from_elsewhere().await;
    gate.edit(ENTRA, |text| {
        text.replace("allow_personal_accounts = true", "")
    });
    assert!(!gate.is_signed_in(&mona, ENTRA).await);
    assert!(gate.is_signed_in(&fred, ENTRA).await);
}

// proves: F10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organizations_is_for_organisations_and_consumers_for_persons() {
    let gate = for_many("organizations", "allowed_tenants = \"any\"").await;
    is_admitted(&gate, ENTRA, "fred").await;
    let begun = Browser::new();
    let start = begun.get(gate.url(ENTRA, "/auth/sign_in")).await;
    assert!(
        !gate
            .at_authority(&begun, &start)
            .await
            .text
            .contains("value=\"mona\"")
    );
    let gate = for_many("consumers", "").await;
    is_admitted(&gate, ENTRA, "mona").await;
}

// proves: T1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_personal_accounts_key_signs_for_no_organisation() {
    let gate = for_many("common", "allowed_tenants = \"any\"").await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    gate.sim.fault(Fault::KeyOfOtherIssuer);
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 400);
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
}

/// The profile says that its user flows verify addresses.
fn vouch_for_flows(gate: &TestGatehouse) {
    gate.edit(Kind::B2c, |text| {
        text.replace("[user_flows]\n", "[user_flows]\nemails_verified = true\n")
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emails_beside_an_acr_of_a_plain_provider_open_nothing() {
    let gate = with_rule(Kind::Oidc, "email_domains = [\"evil.example\"]").await;
    for (name, value) in [
        ("email_verified", serde_json::json!(false)),
        ("emails", serde_json::json!(["eve@evil.example"])),
        ("acr", serde_json::json!("1")),
    ] {
        gate.sim.fault(Fault::SetClaim(name.into(), value));
    }
    is_refused(&gate, Kind::Oidc, "ada", "not verified").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_count_where_the_authority_vouches_for_them() {
    let gate = with_rule(Kind::B2c, "email_domains = [\"contoso.onmicrosoft.com\"]").await;
    is_refused(&gate, Kind::B2c, "ada", "not verified").await;
    vouch_for_flows(&gate);
    is_admitted(&gate, Kind::B2c, "ada").await;
    gate.sim
        .fault(Fault::SetClaim("email_verified".into(), false.into()));
    is_refused(&gate, Kind::B2c, "ada", "not verified").await;
    let gate = with_rule(Kind::B2c, "emails = [\"ada@contoso.onmicrosoft.com\"]").await;
    vouch_for_flows(&gate);
    is_admitted(&gate, Kind::B2c, "ada").await;
    is_refused(&gate, Kind::B2c, "grace", "e-mail address is not on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_nobody_vouches_for_opens_nothing() {
    let gate = with_rule(ENTRA, "emails = [\"ada@contoso.onmicrosoft.com\"]").await;
    gate.sim.fault(Fault::SetClaim(
        "email".into(),
        "ada@contoso.onmicrosoft.com".into(),
    ));
    is_refused(&gate, ENTRA, "ada", "not verified").await;
    gate.sim
        .fault(Fault::SetClaim("xms_edov".into(), true.into()));
    is_admitted(&gate, ENTRA, "ada").await;
}
