//! Scopes that a token lacks: the first call asks the person for them, and who comes back without them reads which are missing. No loop.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, api_of, host, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;

/// Adds a scope to the profile's first API while people are signed in.
fn demand(gate: &TestGatehouse, kind: Kind, old: &str, more: &str) {
    gate.edit(kind, |text| {
        text.replace(&format!("[\"{old}\"]"), &format!("[\"{old}\", \"{more}\"]"))
    });
}

/// Follows a call to the authority, which asks nothing, and back to the call.
async fn round(gate: &TestGatehouse, browser: &Browser, begun: &Page, kind: Kind) -> Page {
    assert_eq!(begun.status, 303, "{}", begun.text);
    let back = gate.choose(browser, begun, "ada").await;
    let done = browser.follow(&back).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, format!("/auth/call_api/{}", api_of(kind)).as_str()),
        "{}",
        done.text
    );
    browser.follow(&done).await
}

// proves: W13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_that_are_added_to_an_api_are_asked_for_at_the_next_call() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    shows_an_answer(&gate.call(&browser, ENTRA).await, "the API answers");
    demand(&gate, ENTRA, "User.Read", "Mail.Read");
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    let told = browser
        .get_with(gate.url(ENTRA, "/auth/call_api/graph"), &script)
        .await;
    assert_eq!(
        told.json()["error"],
        "interaction_required",
        "a script is told"
    );
    let begun = gate.call(&browser, ENTRA).await;
    assert!(
        TestGatehouse::asked(&begun, "scope")
            .unwrap()
            .contains("Mail.Read")
    );
    let done = gate.consents(&browser, &begun, "accept").await;
    shows_an_answer(&browser.rest(done).await, "the API answers");
}

// proves: W13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_providers_scopes_are_asked_for_at_the_next_call_too() {
    let (gate, browser) = Plan::default().signed_in(Kind::Oidc, "ada").await;
    demand(
        &gate,
        Kind::Oidc,
        "api://orders/Orders.Read",
        "api://orders/Orders.Write",
    );
    let begun = gate.call(&browser, Kind::Oidc).await;
    assert!(
        TestGatehouse::asked(&begun, "scope")
            .unwrap()
            .contains("Orders.Write")
    );
    let page = round(&gate, &browser, &begun, Kind::Oidc).await;
    shows_an_answer(&page, "the API answers");
}

// proves: T9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_without_the_scope_reads_its_name_and_no_loop_begins() {
    let gate = Plan::default().start().await;
    demand(&gate, ENTRA, "User.Read", "Mail.Read");
    let browser = Browser::new();
    gate.sim.fault(Fault::ScopeDropped("Mail.Read".into()));
    gate.sign_in(&browser, ENTRA, "ada").await;
    let begun = gate.call(&browser, ENTRA).await;
    assert!(
        TestGatehouse::asked(&begun, "scope")
            .unwrap()
            .contains("Mail.Read")
    );
    let page = round(&gate, &browser, &begun, ENTRA).await;
    assert_eq!(page.status, 403, "one round and no more");
    assert!(
        page.text.contains("Mail.Read")
            && !page.text.contains("<code>User.Read")
            && page.text.contains("ask_again=1"),
        "{}",
        page.text
    );
    assert_eq!(gate.call(&browser, ENTRA).await.status, 403, "nor later");
    assert_eq!(gate.sim.count(Endpoint::GraphMe), 0);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    gate.turn(600);
    let later = gate.call(&browser, ENTRA).await;
    assert_eq!(later.status, 303, "somebody may have consented meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_asked_for_one_apis_scopes_is_asked_for_anothers_all_the_same() {
    let gate = Plan::default().start().await;
    let graph = gate.sim.graph();
    demand(&gate, ENTRA, "User.Read", "Mail.Read");
    gate.edit(ENTRA, |text| {
        format!("{text}\n[[api]]\nname = \"notes\"\nendpoint = \"{graph}/v1.0/me\"\nscopes = [\"User.Read\", \"Mail.Read\"]\n")
    });
    let browser = Browser::new();
    gate.sim.fault(Fault::ScopeDropped("Mail.Read".into()));
    gate.sign_in(&browser, ENTRA, "ada").await;
    let begun = gate.call(&browser, ENTRA).await;
    assert_eq!(round(&gate, &browser, &begun, ENTRA).await.status, 403);
    let notes = browser.get(gate.url(ENTRA, "/auth/call_api/notes")).await;
    assert_eq!(notes.status, 303, "{}", notes.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signs_in_after_somebody_who_was_asked_is_asked_too() {
    const ASKED: &str = "gatehouse-asked";
    let gate = Plan::default().start().await;
    demand(&gate, ENTRA, "User.Read", "Mail.Read");
    let browser = Browser::new();
    gate.sim.fault(Fault::ScopeDropped("Mail.Read".into()));
    gate.sign_in(&browser, ENTRA, "ada").await;
    let begun = gate.call(&browser, ENTRA).await;
    assert_eq!(round(&gate, &browser, &begun, ENTRA).await.status, 403);
    let adas = browser.cookie(host(ENTRA), ASKED).unwrap();
    assert!(!adas.contains("ada"), "{adas}");
    let own_link = [("sec-fetch-site", "same-origin")];
    browser
        .get_with(gate.url(ENTRA, "/auth/sign_out"), &own_link)
        .await;
    let left = browser.cookie(host(ENTRA), ASKED);
    assert!(
        left.is_none_or(|left| left.is_empty()),
        "it goes with the sign-out"
    );
    // A session that ended otherwise leaves the cookie behind.
    let (other, grace) = (Browser::new(), Browser::new());
    gate.sign_in(&other, ENTRA, "ada").await;
    gate.sign_in(&grace, ENTRA, "grace").await;
    other.set_cookie(host(ENTRA), ASKED, &adas);
    grace.set_cookie(host(ENTRA), ASKED, &adas);
    assert_eq!(gate.call(&other, ENTRA).await.status, 403, "ada was asked");
    assert_eq!(gate.call(&grace, ENTRA).await.status, 303, "grace was not");
}
