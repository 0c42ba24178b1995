//! The 4×2 scenarios, and the fifth kind: sign in and out, call a web API, on both stores.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, On, Plan, TestGatehouse, api_of, postgres_is_there};

async fn signs_in_and_out(gate: &TestGatehouse, kind: Kind) {
    let browser = Browser::new();
    let home = browser.get(gate.url(kind, "/")).await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("You're not signed in"), "{}", home.text);

    let arrived = gate.sign_in(&browser, kind, "ada").await;
    assert_eq!(arrived.status, 200);
    assert!(
        arrived.text.contains("Welcome <bdi>Ada"),
        "{kind:?}: {}",
        arrived.text
    );

    let details = browser.get(gate.url(kind, "/auth/token_details")).await;
    assert_eq!(details.status, 200);
    assert!(details.text.contains("<code>sub</code>"));
    for hidden in [
        "<code>iat</code>",
        "<code>exp</code>",
        "<code>nbf</code>",
        "<code>uti</code>",
        "<code>aio</code>",
        "<code>nonce</code>",
    ] {
        assert!(!details.text.contains(hidden), "{hidden}");
    }

    let session = gate.session(&browser, kind).await;
    assert_eq!(session["signed_in"], true);
    assert!(session["name"].as_str().unwrap().starts_with("Ada"));

    let out = browser
        .get_with(
            gate.url(kind, "/auth/sign_out"),
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
            ],
        )
        .await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert_eq!(
        out.location().port(),
        Some(gate.sim.port()),
        "the authority comes next"
    );
    assert_eq!(
        out.location_parameter("post_logout_redirect_uri"),
        Some(gate.url(kind, "/"))
    );
    assert!(!gate.is_signed_in(&browser, kind).await);
    let after = browser.get(gate.url(kind, "/auth/token_details")).await;
    assert_eq!(after.status, 401);
}

async fn calls_an_api(gate: &TestGatehouse, kind: Kind) {
    let browser = Browser::new();
    gate.sign_in(&browser, kind, "ada").await;
    let path = format!("/auth/call_api/{}", api_of(kind));
    let result = browser.get(gate.url(kind, &path)).await;
    let result = browser.rest(result).await;
    assert_eq!(result.status, 200, "{}", result.text);
    assert!(result.text.contains("200 OK"), "{kind:?}: {}", result.text);

    let short = browser.visit(gate.url(kind, "/call_downstream_api")).await;
    assert!(short.text.contains("200 OK"));

    let json = browser
        .get_with(gate.url(kind, &path), &[("accept", "application/json")])
        .await
        .json();
    assert_eq!(json["status"], 200);
    assert!(json["body"].is_object());
    let calls = gate.sim.count(Endpoint::GraphMe) + gate.sim.count(Endpoint::Orders);
    assert_eq!(calls, 3);
}

macro_rules! scenarios {
    ($($name:ident, $kind:expr;)+) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn signs_in_and_out_on_sqlite() {
                signs_in_and_out(&Plan::on(On::Sqlite).start().await, $kind).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn calls_an_api_on_sqlite() {
                calls_an_api(&Plan::on(On::Sqlite).start().await, $kind).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn signs_in_and_out_on_postgres() {
                if postgres_is_there() {
                    signs_in_and_out(&Plan::on(On::Postgres).start().await, $kind).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn calls_an_api_on_postgres() {
                if postgres_is_there() {
                    calls_an_api(&Plan::on(On::Postgres).start().await, $kind).await;
                }
            }
        }
    )+};
}

scenarios! {
    entra_id, Kind::EntraId;
    external_id, Kind::ExternalId;
    external_id_custom_domain, Kind::ExternalIdCustomDomain;
    b2c, Kind::B2c;
    oidc, Kind::Oidc;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_survives_a_restart_of_the_process() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let keys = gate.keys.clone();
    let gate = gate.restart(keys).await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C90
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_in_front_signs_nobody_out_and_the_old_one_can_go() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let old = gate.keys.clone();
    let new = gatehouse::seal::new_key_text(&gatehouse::seal::OsRandom);
    let gate = gate.restart(vec![new.clone(), old[0].clone()]).await;
    // One answer re-seals the cookie; the row is sealed anew on use.
    let home = browser.get(gate.url(Kind::EntraId, "/")).await;
    assert!(home.text.contains("Welcome"));
    assert!(
        home.sets_cookies().contains(&"gatehouse".to_owned()),
        "the cookie is sealed with the new key"
    );
    let gate = gate.restart(vec![new]).await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}
