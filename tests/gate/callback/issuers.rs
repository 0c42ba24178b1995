//! Issuers and clocks: which issuer each kind of authority may name, the tolerance for its clock, and unknown keys.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan};
use simulator::{CONTOSO_CUSTOMERS, LogoutSignature, LogoutToken};

const ENTRA: Kind = Kind::EntraId;

// proves: T3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn external_id_names_itself_by_its_guid_and_no_other_is_believed() {
    let (gate, browser) = Plan::default()
        .line(
            Kind::ExternalId,
            &format!("tenant_id = \"{CONTOSO_CUSTOMERS}\""),
        )
        .signed_in(Kind::ExternalId, "ada")
        .await;
    let session = gate.session(&browser, Kind::ExternalId).await;
    let iss = session["claims"]["iss"].as_str().unwrap();
    assert!(
        iss.contains(&format!("{CONTOSO_CUSTOMERS}.ciamlogin")),
        "{iss}"
    );
    gate.edit(Kind::ExternalId, |text| {
        text.replace(CONTOSO_CUSTOMERS, simulator::FABRIKAM)
    });
    let begun = Browser::new()
        .get(gate.url(Kind::ExternalId, "/auth/sign_in"))
        .await;
    assert_eq!(
        begun.status, 502,
        "another GUID than the pinned one: nobody is sent there"
    );
}

// proves: T4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_issuers_of_a_custom_domain_are_believed_with_the_right_guid() {
    for on_entra_host in [false, true] {
        let gate = Plan::default()
            .sim(|options| options.shapes.custom_domain_issuer_on_entra_host = on_entra_host)
            .start()
            .await;
        let browser = Browser::new();
        gate.sign_in(&browser, Kind::ExternalIdCustomDomain, "ada")
            .await;
        let session = gate.session(&browser, Kind::ExternalIdCustomDomain).await;
        assert_eq!(
            session["claims"]["iss"]
                .as_str()
                .unwrap()
                .contains("microsoftonline"),
            on_entra_host,
            "{session}"
        );
    }
}

// proves: D31, T17
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_minutes_are_accepted_where_the_profile_says_so_and_not_by_default() {
    let now = crate::harness::beginning().timestamp();
    for (line, accepted) in [("clock_skew = \"200s\"", true), ("", false)] {
        for (claim, time) in [("exp", now - 180), ("nbf", now + 180)] {
            let gate = Plan::default().line(ENTRA, line).start().await;
            let browser = Browser::new();
            let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
            gate.sim.fault(Fault::SetClaim(claim.into(), time.into()));
            let answer = browser.follow(&callback).await;
            assert_eq!(
                answer.status.as_u16(),
                if accepted { 303 } else { 400 },
                "{claim} {line}"
            );
        }
    }
}

// proves: T18
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_looked_up_once_and_a_flood_of_strangers_looks_up_little() {
    let (gate, _) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    let before = gate.sim.count(Endpoint::Keys);
    let callback = gate.answer(&Browser::new(), Kind::Oidc, "grace", "/").await;
    let browser = Browser::new();
    gate.begins_again(&browser, Kind::Oidc, &callback.location())
        .await;
    assert_eq!(
        gate.sim.count(Endpoint::Keys),
        before,
        "a stranger's callback costs nothing"
    );
    let callback = gate.answer(&browser, Kind::Oidc, "grace", "/").await;
    gate.sim.fault(Fault::UnknownKid);
    assert_eq!(browser.follow(&callback).await.status, 400);
    assert_eq!(gate.sim.count(Endpoint::Keys), before + 1, "one look");
    gate.sim.clear_faults();
    let unknown = LogoutToken {
        sub: Some("x".into()),
        signature: LogoutSignature::UnknownKey,
        ..LogoutToken::default()
    };
    for _ in 0..50 {
        let token = gate.sim.logout_token(&unknown);
        let answer = Browser::new()
            .post(
                gate.url(Kind::Oidc, "/auth/back_channel_logout"),
                &[("logout_token", &token)],
            )
            .await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 503),
            "{}",
            answer.status
        );
    }
    assert!(
        gate.sim.count(Endpoint::Keys) <= before + 2,
        "{} fetches for fifty tokens",
        gate.sim.count(Endpoint::Keys) - before - 1
    );
    gate.sim.rotate_keys();
    gate.sim.withdraw_old_keys();
    let fresh = gate.browser_of(Kind::Oidc, "ada").await;
    assert!(
        gate.is_signed_in(&fresh, Kind::Oidc).await,
        "the flood spoils no rotation"
    );
}
