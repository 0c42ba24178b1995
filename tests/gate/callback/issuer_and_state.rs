//! Answers that are not the ones to what was asked.

use serde_json::json;
use simulator::Client;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, host};

/// The address of a callback with some parameters exchanged; `None` takes one away.
fn changed(callback: &Page, changes: &[(&str, Option<&str>)]) -> url::Url {
    let mut url = callback.location();
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    for (name, value) in changes {
        pairs.retain(|(key, _)| key != name);
        pairs.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url
}

/// Refused: 400, nobody signed in, no token endpoint asked.
async fn is_refused(
    gate: &TestGatehouse,
    browser: &Browser,
    kind: Kind,
    url: impl AsRef<str>,
) -> Page {
    let before = gate.sim.count(Endpoint::Token);
    let page = browser.get(url).await;
    assert_eq!(page.status, 400, "{}", page.text);
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        before,
        "no token endpoint is asked"
    );
    assert!(browser.cookie(host(kind), "gatehouse").is_none());
    assert!(
        page.text.contains("/auth/sign_in?return_to="),
        "a way on: {}",
        page.text
    );
    page
}

/// An answer whose `iss` is exchanged for each of these.
async fn wrong_issuers_are_refused(gate: &TestGatehouse, kind: Kind, wrong: &[&str]) {
    for issuer in wrong {
        let browser = Browser::new();
        let callback = gate.answer(&browser, kind, "ada", "/").await;
        let url = changed(&callback, &[("iss", Some(issuer))]);
        is_refused(gate, &browser, kind, url).await;
    }
}

// proves: A68, A69, B69, B70, B71, B72, B75
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_iss_that_is_wrong_missing_or_doubled_is_refused_in_success_and_error() {
    let gate = Plan::default().start().await;
    let error = || Fault::AuthorizeError {
        error: "access_denied".into(),
        description: "call 0800-EVIL".into(),
    };
    for failing in [false, true] {
        for fault in [Fault::CallbackIssWrong, Fault::CallbackIssMissing] {
            gate.sim.clear_faults();
            let browser = Browser::new();
            gate.sim.fault(fault.at(Kind::Oidc));
            if failing {
                gate.sim.fault(error().at(Kind::Oidc));
            }
            let callback = gate.answer(&browser, Kind::Oidc, "ada", "/").await;
            let page = is_refused(&gate, &browser, Kind::Oidc, callback.location()).await;
            assert!(
                !page.text.contains("EVIL") && !page.text.contains("access_denied"),
                "B70: not the authority's words"
            );
        }
    }
    gate.sim.clear_faults();
    let honest = gate.sim.base(Kind::Oidc);
    let wrong = [
        "",
        &format!("{honest}/"),
        &honest.to_uppercase(),
        "https://issuer.example",
        &honest.replace(':', "%3A"),
    ];
    wrong_issuers_are_refused(&gate, Kind::Oidc, &wrong).await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::Oidc, "ada", "/").await;
    let twice = format!("{}&iss=x", callback.location());
    is_refused(&gate, &browser, Kind::Oidc, twice).await;
    // Entra ID announces nothing; a parameter that is sent all the same has to be right.
    let common = "https://login.microsoftonline.com/common/v2.0";
    let wrong = ["", common, "https://evil.example"];
    wrong_issuers_are_refused(&gate, Kind::EntraId, &wrong).await;
}

// proves: B69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_iss_of_another_tenant_than_the_tokens_is_refused_where_many_may_enter() {
    let gate = Plan::default().start().await;
    gate.edit(Kind::EntraId, |text| {
        let text = text.replace(&format!("/{}\"", simulator::CONTOSO), "/common\"");
        format!("allowed_tenants = \"any\"\n{text}")
    });
    for (tenant, accepted) in [(simulator::FABRIKAM, false), (simulator::CONTOSO, true)] {
        let browser = Browser::new();
        let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
        let iss = format!("{}/{tenant}/v2.0", gate.sim.base(Kind::EntraId));
        let page = browser
            .get(changed(&callback, &[("iss", Some(&iss))]))
            .await;
        let status = if accepted { 303 } else { 400 };
        assert_eq!(page.status, status, "{tenant}: {}", page.text);
        assert_eq!(gate.is_signed_in(&browser, Kind::EntraId).await, accepted);
    }
}

// proves: B68, B73, B74
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_iss_that_is_right_or_neither_sent_nor_announced_goes_on() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::Oidc, "ada", "/").await;
    assert!(callback.location_parameter("iss").is_some());
    assert_eq!(browser.follow(&callback).await.status, 303);
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    assert!(callback.location_parameter("iss").is_none());
    let right = format!(
        "{}/{}/v2.0",
        gate.sim.base(Kind::EntraId),
        simulator::CONTOSO
    );
    assert_eq!(
        browser
            .get(changed(&callback, &[("iss", Some(&right))]))
            .await
            .status,
        303
    );
    let other = Browser::new();
    let callback = gate.answer(&other, Kind::EntraId, "ada", "/").await;
    assert_eq!(other.follow(&callback).await.status, 303);
}

// proves: A70, A71
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_that_is_wrong_or_missing_is_refused() {
    let gate = Plan::default().start().await;
    for fault in [Fault::CallbackStateWrong, Fault::CallbackStateMissing] {
        gate.sim.clear_faults();
        gate.sim.fault(fault);
        let browser = Browser::new();
        let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
        is_refused(&gate, &browser, Kind::EntraId, callback.location()).await;
    }
}

// proves: B12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_code_in_the_thiefs_own_attempt_opens_nothing() {
    let gate = Plan::default().start().await;
    let (victim, thief) = (Browser::new(), Browser::new());
    let stolen = gate
        .answer(&victim, Kind::EntraId, "ada", "/")
        .await
        .location_parameter("code")
        .unwrap();
    let own = gate.answer(&thief, Kind::EntraId, "grace", "/").await;
    let page = thief.get(changed(&own, &[("code", Some(&stolen))])).await;
    assert!(
        page.status.is_client_error(),
        "{} {}",
        page.status,
        page.text
    );
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        1,
        "B84: asked once, and not again"
    );
    assert!(!gate.is_signed_in(&thief, Kind::EntraId).await);
}

// proves: B13, B49, B148
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_sign_in_is_dropped_with_all_that_came_along() {
    let gate = Plan::default().start().await;
    let (first, second) = (Browser::new(), Browser::new());
    let begun = gate.begin(&first, Kind::Oidc).await;
    let nonce = begun.location_parameter("nonce").unwrap();
    let callback = gate.choose(&first, &begun, "ada").await;
    assert_eq!(first.follow(&callback).await.status, 303);
    let asked = gate.sim.count(Endpoint::Userinfo);
    let sessions = gate.store().count().await.unwrap();
    gate.sim
        .fault(Fault::SetClaim("nonce".into(), json!(nonce)));
    let callback = gate.answer(&second, Kind::Oidc, "ada", "/").await;
    let page = second.follow(&callback).await;
    assert_eq!(page.status, 400);
    assert_eq!(
        gate.sim.count(Endpoint::Userinfo),
        asked,
        "the access token is not used"
    );
    assert_eq!(
        gate.store().count().await.unwrap(),
        sessions,
        "nothing is stored"
    );
}

// proves: B31
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_with_a_good_state_is_shown_once_and_nothing_is_tried_again() {
    let gate = Plan::default().start().await;
    for error in [
        "access_denied",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
        "server_error",
        "temporarily_unavailable",
        "something_unknown",
    ] {
        gate.sim.clear_faults();
        gate.sim.fault(Fault::AuthorizeError {
            error: error.into(),
            description: "<b>call 0800-EVIL</b>".into(),
        });
        let browser = Browser::new();
        let callback = gate
            .answer(&browser, Kind::Oidc, "ada", "/auth/token_details")
            .await;
        let page = browser.follow(&callback).await;
        assert!(
            page.status.is_client_error() || page.status.is_server_error(),
            "{error}: {}",
            page.status
        );
        assert!(!page.text.contains("EVIL"), "{error}: {}", page.text);
        assert!(page.text.contains("Request id"), "{error}");
        let again = browser.follow(&callback).await;
        assert_eq!(again.status, 400, "{error}: the attempt is used up");
        assert_eq!(gate.sim.count(Endpoint::Token), 0, "{error}");
    }
}

// proves: B76, B144
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_registrations_of_one_issuer_are_not_exchanged() {
    let gate = Plan::default().start().await;
    let id = "11112222-3333-4444-8555-666677778888";
    gate.sim
        .register(Client::with_secret(id, "another-secret-of-the-simulator"));
    let text = std::fs::read_to_string(gate.profile_path(Kind::EntraId)).unwrap();
    let text = text
        .replace(host(Kind::EntraId), "second.localhost")
        .replace(Kind::EntraId.client_id(), id)
        .replace(simulator::CLIENT_SECRET, "another-secret-of-the-simulator");
    std::fs::write(gate.folder.path().join("profiles/second.toml"), text).unwrap();
    gate.live.reload().unwrap();
    let second = format!("http://second.localhost:{}", gate.port);
    let browser = Browser::new();
    let begun = browser.get(format!("{second}/auth/sign_in")).await;
    assert_eq!(begun.location_parameter("client_id").as_deref(), Some(id));
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    // A's answer at B, with A's state and with B's own.
    let elsewhere = |url: url::Url| {
        url.as_str()
            .replace(host(Kind::EntraId), "second.localhost")
    };
    let of_b = begun.location_parameter("state").unwrap();
    for url in [
        callback.location(),
        changed(&callback, &[("state", Some(&of_b))]),
    ] {
        let page = browser.get(elsewhere(url)).await;
        assert!(
            page.status.is_client_error(),
            "{} {}",
            page.status,
            page.text
        );
        assert!(browser.cookie("second.localhost", "gatehouse").is_none());
    }
}

// proves: B78
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attackers_authority_that_leads_on_to_an_honest_one_gets_nothing() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    // The person begins at the attacker's profile, which sends the browser on to the honest authority.
    let state = gate
        .begin(&browser, Kind::ExternalId)
        .await
        .location_parameter("state")
        .unwrap();
    let honest = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    let at_honest = changed(&honest, &[("state", Some(&state))]);
    is_refused(&gate, &browser, Kind::EntraId, at_honest.clone()).await;
    let at_attacker = at_honest
        .as_str()
        .replace(host(Kind::EntraId), host(Kind::ExternalId));
    let page = browser.get(at_attacker).await;
    assert!(page.status.is_client_error());
    assert_eq!(
        gate.sim.count_at(Kind::EntraId, Endpoint::Token),
        0,
        "the honest code is redeemed nowhere as its own"
    );
    assert!(
        browser
            .cookie(host(Kind::ExternalId), "gatehouse")
            .is_none()
    );
}
