//! The scenarios in real Chromium: sign in, see the name, call the API, sign out; with photographs to look at.

use super::chromium::{Driver, Look};
use crate::harness::{Kind, Plan, TestGatehouse, api_of};

async fn walks_through(gate: &TestGatehouse, driver: &Driver, kind: Kind) {
    let window = driver.window(Look::Desktop).await;
    window.open(&gate.url(kind, "/")).await;
    window.reads("You're not signed in.").await;
    window.click_link("Sign in").await;
    window.click("button[value=ada]").await;
    window.reads("Welcome Ada").await;
    assert_eq!(window.address().await, gate.url(kind, "/"));

    window
        .click(&format!("a[href$='/auth/call_api/{}']", api_of(kind)))
        .await;
    window.reads("Result of the API call").await;
    window.reads("200 OK").await;
    window.click_link("Back").await;
    window.click_link("ID token details").await;
    window
        .reads("What the sign-in service says about you")
        .await;

    // A link on a page of ours signs out, and the authority returns the browser home.
    window.click_link("Sign out").await;
    window.reads("You're not signed in.").await;
    window.open(&gate.url(kind, "/auth/token_details")).await;
    window.reads("401: Unauthorized").await;
    window.close().await;
}

macro_rules! scenarios {
    ($($name:ident: $kind:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let driver = Driver::start().await;
            walks_through(&Plan::default().start().await, &driver, Kind::$kind).await;
        }
    )+};
}

scenarios! {
    entra_id_signs_in_calls_an_api_and_signs_out: EntraId;
    external_id_signs_in_calls_an_api_and_signs_out: ExternalId;
    external_id_with_custom_domain_signs_in_calls_an_api_and_signs_out: ExternalIdCustomDomain;
    b2c_signs_in_calls_an_api_and_signs_out: B2c;
    an_openid_provider_signs_in_calls_an_api_and_signs_out: Oidc;
}

/// A claim that is a script stays text, under the policy that allows no script at all.
// proves: C134
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_a_script_is_shown_and_not_run() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    let window = driver.window(Look::Desktop).await;
    window.open(&gate.url(Kind::EntraId, "/auth/sign_in")).await;
    window.click("button[value=mallory]").await;
    window.reads("<script>alert(1)</script>").await;
    assert!(
        window.client.get_alert_text().await.is_err(),
        "no script ran"
    );
    window.close().await;
}

/// Twelve tabs restored at once all arrive, though the oldest attempts had to go: the person begins in the tab before
/// them, the newest (conformance C110).
// proves: C110
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_restored_tabs_all_arrive() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    let window = driver.window(Look::Desktop).await;
    window.open(&gate.url(Kind::EntraId, "/")).await;
    let mut tabs = Vec::new();
    for number in 0..12 {
        let tab = window.client.new_window(true).await.unwrap().handle;
        window.client.switch_to_window(tab.clone()).await.unwrap();
        window
            .open(&gate.url(
                Kind::EntraId,
                &format!("/auth/sign_in?return_to=/auth/sessions%3Ftab%3D{number}"),
            ))
            .await;
        tabs.push(tab);
    }
    for (number, tab) in tabs.into_iter().enumerate().rev() {
        window.client.switch_to_window(tab).await.unwrap();
        window.click("button[value=ada]").await;
        window.reads("My sessions").await;
        assert!(
            window.address().await.ends_with(&format!("tab={number}")),
            "{}",
            window.address().await
        );
    }
    window.close().await;
}

/// Every page, on a desk and on a phone, light and dark: `make screenshots`, then look at them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_photographed_and_fits_its_window() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    for look in Look::ALL {
        let window = driver.window(look).await;
        let kind = Kind::B2c;
        window.open(&gate.url(kind, "/")).await;
        window.photograph("home-signed-out").await;
        window.open(&gate.url(kind, "/auth/token_details")).await;
        window.photograph("unauthorized").await;
        window
            .open(&gate.url(kind, "/auth/redirect?code=x&state=y"))
            .await;
        window.photograph("problem").await;
        window.open(&gate.url(kind, "/auth/sign_in")).await;
        window.click("button[value=ada]").await;
        window.reads("Welcome").await;
        for (name, path) in [
            ("home", "/"),
            ("token-details", "/auth/token_details"),
            ("api-result", "/auth/call_api/orders"),
            ("sessions", "/auth/sessions"),
            ("sign-out", "/auth/sign_out"),
            ("not-found", "/nowhere"),
        ] {
            window.open(&gate.url(kind, path)).await;
            window.photograph(name).await;
            let overflow = window
                .client
                .execute(
                    "return document.documentElement.scrollWidth - window.innerWidth",
                    vec![],
                )
                .await
                .unwrap();
            assert!(
                overflow.as_i64().unwrap() <= 0,
                "{name} is wider than its window at {look:?} by {overflow}"
            );
            let headings = window
                .client
                .execute("return document.querySelectorAll('h1').length", vec![])
                .await
                .unwrap();
            assert_eq!(headings, 1, "{name} has one first heading");
        }
        window.close().await;
    }
}
