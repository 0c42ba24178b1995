//! Tokens are made fresh in time; what fails for a while keeps the session, what fails for good ends it.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, shows_an_answer};
use serde_json::json;

const ENTRA: Kind = Kind::EntraId;
/// Seconds: an access token of the simulator lives for an hour and is due five minutes before.
const DUE: i64 = 3_300;
const OVER: i64 = 3_600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_exchanged_five_minutes_before_it_expires_and_not_earlier() {
    for kind in Kind::ALL {
        let (gate, browser) = Plan::default().signed_in(kind, "ada").await;
        gate.turn(DUE - 1);
        gate.api_answers(&browser, kind, "fresh").await;
        assert_eq!(gate.refreshes(), 0, "{kind:?}");
        gate.turn(1);
        gate.api_answers(&browser, kind, "due").await;
        gate.api_answers(&browser, kind, "fresh again").await;
        assert_eq!(gate.refreshes(), 1, "{kind:?}");
    }
}

// proves: T10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_in_is_respected() {
    let plan = Plan::default().sim(|options| options.refresh_in = Some(1_800));
    let (gate, browser) = plan.signed_in(ENTRA, "ada").await;
    gate.turn(1_799);
    gate.api_answers(&browser, ENTRA, "before").await;
    assert_eq!(gate.refreshes(), 0);
    gate.turn(1);
    gate.api_answers(&browser, ENTRA, "at it").await;
    assert_eq!(gate.refreshes(), 1);
}

/// Exchanging fails for a reason that passes: the token is used while it lives, then there is a 503, and the session
/// outlives it all.
async fn keeps_the_session(fault: Fault, after: u16) {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(DUE);
    gate.sim.fault(fault.clone());
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    gate.turn(OVER - DUE);
    let page = gate.call(&browser, ENTRA).await;
    assert_eq!(page.status.as_u16(), after, "{fault:?}: {}", page.text);
    assert_eq!(
        page.header("retry-after").is_some(),
        after == 503,
        "{fault:?}"
    );
    assert!(
        gate.is_signed_in(&browser, ENTRA).await,
        "{fault:?}: an outage is no sign-out"
    );
    gate.sim.clear_faults();
    gate.turn(120);
    gate.api_answers(&browser, ENTRA, "after the outage").await;
}

// proves: T10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_answers_500_signs_nobody_out() {
    keeps_the_session(Fault::TokenStatus(500), 503).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_behind_a_broken_proxy_signs_nobody_out() {
    keeps_the_session(Fault::TokenStatus(502), 503).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_expired_is_the_operators_and_signs_nobody_out() {
    keeps_the_session(Fault::InvalidClient, 502).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_throttles_is_left_alone_as_long_as_it_says() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(DUE);
    gate.sim.fault(Fault::TokenThrottled(Some(400)));
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    let asked = gate.sim.count(Endpoint::Token);
    assert_eq!(asked, 2, "the sign-in, and once");
    gate.turn(OVER - DUE);
    let page = gate.call(&browser, ENTRA).await;
    assert_eq!(
        (page.status.as_u16(), page.header("retry-after")),
        (503, Some("100"))
    );
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        asked,
        "no second call before the time"
    );
    gate.sim.clear_faults();
    gate.turn(100);
    gate.api_answers(&browser, ENTRA, "after the time").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_must_act_is_asked_only_when_the_token_is_over() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.turn(DUE);
    gate.sim.fault(Fault::InteractionRequired);
    gate.api_answers(&browser, ENTRA, "the old token lives")
        .await;
    gate.turn(OVER - DUE);
    let begun = gate.call(&browser, ENTRA).await;
    let claims: serde_json::Value =
        serde_json::from_str(&TestGatehouse::asked(&begun, "claims").unwrap()).unwrap();
    assert_eq!(
        claims["access_token"]["acrs"]["value"], "c1",
        "T8: the claims of the error body are asked for"
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

/// Exchanging fails for good: the session ends and sign-in leads back to the call.
async fn ends_the_session(kind: Kind, fault: Fault) {
    let (gate, browser) = Plan::default().signed_in(kind, "ada").await;
    gate.turn(DUE);
    gate.sim.fault(fault.clone());
    let page = gate.call(&browser, kind).await;
    assert_eq!(page.status, 303, "{fault:?}: {}", page.text);
    assert_eq!(page.location().path(), "/auth/sign_in", "{fault:?}");
    assert!(
        page.location_parameter("return_to")
            .unwrap()
            .starts_with("/auth/call_api/")
    );
    assert!(!gate.is_signed_in(&browser, kind).await, "{fault:?}");
    assert_eq!(
        gate.sim.count(Endpoint::GraphMe) + gate.sim.count(Endpoint::Orders),
        0,
        "no token is used any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_grant_ends_the_session() {
    ends_the_session(ENTRA, Fault::InvalidGrant).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refreshed_token_about_somebody_else_ends_the_session() {
    ends_the_session(ENTRA, Fault::RefreshOtherSubject).await;
    ends_the_session(Kind::Oidc, Fault::RefreshOtherSubject).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refreshed_token_of_another_issuer_ends_the_session() {
    ends_the_session(ENTRA, Fault::RefreshOtherIssuer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refreshed_token_with_a_broken_signature_ends_the_session() {
    ends_the_session(ENTRA, Fault::RefreshBadSignature).await;
    ends_the_session(Kind::B2c, Fault::RefreshBadSignature).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refreshed_token_for_another_client_ends_the_session() {
    ends_the_session(ENTRA, Fault::WrongAudience).await;
}

// proves: T10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_answer_leaves_out_stays_as_it_was() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.sim.fault(Fault::RefreshWithoutIdToken);
    gate.sim.fault(Fault::RefreshWithoutRefreshToken);
    for hour in 1..=2 {
        gate.turn(DUE);
        gate.api_answers(&browser, ENTRA, "the old refresh token is kept")
            .await;
        assert_eq!(gate.refreshes(), hour);
    }
    assert_eq!(gate.session(&browser, ENTRA).await["name"], "Ada Lovelace");
}

// proves: B21, T10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_refresh_token_is_the_one_used_next() {
    // The plain provider ends the grant when an old refresh token comes back.
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    for hour in 1..=3 {
        gate.turn(DUE);
        gate.api_answers(&browser, Kind::Oidc, "rotated").await;
        assert_eq!(gate.refreshes(), hour);
    }
}

// proves: T10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_requests_at_once_refresh_once() {
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(200));
    let calls = (0..8).map(|_| gate.call(&browser, Kind::Oidc));
    for page in futures_util::future::join_all(calls).await {
        shows_an_answer(&page, "the API answers");
    }
    assert_eq!(gate.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_nonce_may_come_again_and_another_may_not() {
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    gate.turn(DUE);
    gate.sim
        .fault(Fault::SetClaim("nonce".into(), json!("another")).times(1));
    assert_eq!(gate.call(&browser, Kind::Oidc).await.status, 303);
    assert!(!gate.is_signed_in(&browser, Kind::Oidc).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_that_changed_are_seen_at_the_next_refresh() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "grace").await;
    assert_eq!(
        gate.session(&browser, ENTRA).await["claims"]["roles"],
        json!(["Orders.Read", "Admin"])
    );
    gate.sim.set_person_roles("grace", &["Orders.Read"]);
    gate.turn(DUE);
    gate.api_answers(&browser, ENTRA, "refreshed").await;
    assert_eq!(
        gate.session(&browser, ENTRA).await["claims"]["roles"],
        json!(["Orders.Read"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_role_is_out_at_the_next_refresh() {
    let plan = Plan::default().table(ENTRA, "[allow]\nroles = [\"Admin\"]\n");
    let (gate, browser) = plan.signed_in(ENTRA, "grace").await;
    gate.sim.set_person_roles("grace", &["Orders.Read"]);
    gate.api_answers(&browser, ENTRA, "the token of the sign-in still says so")
        .await;
    gate.turn(DUE);
    assert_eq!(gate.call(&browser, ENTRA).await.status, 303);
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
    let callback = gate.answer(&browser, ENTRA, "grace", "/").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("roles"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_read_again_at_refresh_and_kept_while_graph_is_down() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sim.set_person_groups(
        "gus",
        &groups(300).iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let wanted = groups(300).remove(7);
    gate.edit(ENTRA, |text| {
        format!("{text}\n[allow]\ngroups = [\"{wanted}\"]\n")
    });
    gate.sign_in(&browser, ENTRA, "gus").await;
    gate.turn(DUE);
    // The call of the API itself fails too; what counts is the session.
    gate.sim.fault(Fault::ApiStatus(500));
    gate.call(&browser, ENTRA).await;
    assert_eq!(gate.refreshes(), 1);
    assert!(
        gate.is_signed_in(&browser, ENTRA).await,
        "unknown is not none"
    );
    gate.sim.clear_faults();
    gate.sim
        .set_person_groups("gus", &["8a2f6f86-4f3b-4a53-9f7e-0c5b1f6f2a11"]);
    gate.turn(DUE);
    assert_eq!(
        gate.call(&browser, ENTRA).await.status,
        303,
        "no longer a member"
    );
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
}

fn groups(count: u32) -> Vec<String> {
    (1..=count)
        .map(|nth| format!("{nth:08x}-0000-4000-8000-000000000000"))
        .collect()
}

// proves: D42
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_remembers_the_old_token_uses_the_new_one_without_a_call() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    let replica = gate.replica().await;
    let there = async || {
        let page = replica
            .get(&gate, &browser, ENTRA, "/auth/call_api/graph")
            .await;
        shows_an_answer(&page, "the API answers");
    };
    there().await;
    gate.turn(OVER);
    gate.api_answers(&browser, ENTRA, "exchanged here").await;
    gate.turn(20);
    there().await;
    assert_eq!(gate.refreshes(), 1, "it was read, not asked for");
}
