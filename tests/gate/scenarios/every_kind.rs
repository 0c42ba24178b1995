//! The 4×2 scenarios, and the fifth kind: sign in and out, call a web API, on both stores.

use crate::harness::browser::Browser;
use crate::harness::{
    Endpoint, Kind, On, Plan, TestGatehouse, api_of, postgres_is_there, shows_an_answer,
};

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
    assert!(details.text.contains("<code dir=\"ltr\">sub</code>"));
    for hidden in [
        "<code dir=\"ltr\">iat</code>",
        "<code dir=\"ltr\">exp</code>",
        "<code dir=\"ltr\">nbf</code>",
        "<code dir=\"ltr\">uti</code>",
        "<code dir=\"ltr\">aio</code>",
        "<code dir=\"ltr\">nonce</code>",
    ] {
        assert!(!details.text.contains(hidden), "{hidden}");
    }

    let session = gate.session(&browser, kind).await;
    assert_eq!(session["signed_in"], true);
    assert!(session["name"].as_str().unwrap().starts_with("Ada"));
    let subject = gate.sim.subject(kind, "ada", kind.client_id());
    assert_eq!(session["claims"]["sub"], subject.as_deref().unwrap());
    assert_eq!(gate.sim.count_at(kind, Endpoint::Token), 1, "one code");
    assert_eq!(gate.store().count().await.unwrap(), 1, "one session");

    let out = gate.sign_out(&browser, kind).await;
    assert_eq!(gate.store().count().await.unwrap(), 0, "ended here first");
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
    browser.follow(&out).await;
    assert_eq!(gate.sim.count_at(kind, Endpoint::Logout), 1);
}

async fn calls_an_api(gate: &TestGatehouse, kind: Kind) {
    let browser = gate.browser_of(kind, "ada").await;
    gate.api_answers(&browser, kind, "the API's own address")
        .await;
    let short = browser.visit(gate.url(kind, "/call_downstream_api")).await;
    shows_an_answer(&short, "the short address");
    let path = format!("/auth/call_api/{}", api_of(kind));

    let json = browser
        .get_with(gate.url(kind, &path), &[("accept", "application/json")])
        .await
        .json();
    assert_eq!(json["status"], 200);
    assert!(json["body"].is_object(), "{json}");
    let calls = gate.sim.calls().into_iter();
    let api = |endpoint| matches!(endpoint, Endpoint::GraphMe | Endpoint::Orders);
    let shown: Vec<String> = calls
        .filter(|call| api(call.endpoint))
        .map(|call| call.authorization.unwrap())
        .collect();
    assert_eq!(shown.len(), 3, "each page is one call");
    assert!(shown[0].starts_with("Bearer ") && shown.iter().all(|token| *token == shown[0]));
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
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let keys = gate.keys.clone();
    let gate = gate.restart(keys).await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C90
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_in_front_signs_nobody_out_and_the_old_one_can_go() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let old = gate.keys.clone();
    let new = gatehouse::seal::new_key_text(&gatehouse::seal::OsRandom);
    let gate = gate.restart(vec![new.clone(), old[0].clone()]).await;
    // One answer re-seals the cookie; the row is sealed again when it is used.
    let home = browser.get(gate.url(Kind::EntraId, "/")).await;
    assert!(home.text.contains("Welcome"));
    assert!(
        home.sets_cookies().contains(&"gatehouse".to_owned()),
        "the cookie is sealed with the new key"
    );
    let gate = gate.restart(vec![new]).await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}
