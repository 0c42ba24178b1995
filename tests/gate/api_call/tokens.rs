//! Calls of web APIs on a person's behalf: a token for each, consent when it is needed, and whatever they answer.

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;

/// A further API at the simulator's Graph.
fn mail(name: &str, scopes: &str) -> String {
    format!(
        "[[api]]\nname = \"{name}\"\ntitle = \"Mail\"\nendpoint = \"GRAPH/v1.0/me\"\nscopes = [{scopes}]\n"
    )
}

/// Starts with further tables, in which GRAPH and API stand for the simulator's addresses.
async fn with_tables(kind: Kind, table: &str) -> TestGatehouse {
    let gate = Plan::default().start().await;
    let table = table
        .replace("GRAPH", &gate.sim.graph())
        .replace("API", &gate.sim.api());
    gate.edit(kind, |text| format!("{text}\n{table}"));
    gate
}

const ORDERS: &str = "[[api]]\nname = \"orders\"\nendpoint = \"API/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_api_gets_a_token_of_its_own_from_the_one_refresh_token() {
    let gate = with_tables(ENTRA, ORDERS).await;
    let browser = gate.browser_of(ENTRA, "ada").await;
    let orders = gate.call_named(&browser, ENTRA, "orders").await;
    assert!(orders.text.contains("Difference engine"), "{}", orders.text);
    assert!(
        gate.call_named(&browser, ENTRA, "graph")
            .await
            .text
            .contains("displayName")
    );
    shows_an_answer(
        &gate.call_named(&browser, ENTRA, "orders").await,
        "the API answers",
    );
    let calls = gate.sim.calls();
    let bearers: Vec<&str> = calls
        .iter()
        .filter(|call| matches!(call.endpoint, Endpoint::GraphMe | Endpoint::Orders))
        .filter_map(|call| call.authorization.as_deref())
        .collect();
    assert_eq!(bearers.len(), 3);
    assert_ne!(bearers[0], bearers[1], "no API sees the other's token");
    assert_eq!(bearers[0], bearers[2], "a token is kept while it lives");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_provider_is_asked_for_the_scopes_of_all_apis_at_sign_in() {
    let more = "[[api]]\nname = \"write\"\nendpoint = \"API/orders\"\nscopes = [\"api://orders/Orders.Write\"]\n";
    let gate = with_tables(Kind::Oidc, more).await;
    let browser = Browser::new();
    let begun = browser.get(gate.url(Kind::Oidc, "/auth/sign_in")).await;
    let scope = TestGatehouse::asked(&begun, "scope").unwrap();
    assert!(
        scope.contains("Orders.Read") && scope.contains("Orders.Write"),
        "one token serves all: {scope}"
    );
    let callback = gate.choose(&browser, &begun, "ada").await;
    browser.follow(&callback).await;
    for api in ["orders", "write"] {
        shows_an_answer(
            &gate.call_named(&browser, Kind::Oidc, api).await,
            "the API answers",
        );
    }
    assert_eq!(gate.sim.count(Endpoint::Refresh), 0);
}

// proves: W13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_that_nobody_granted_yet_are_asked_for_and_the_page_is_reached() {
    let gate = with_tables(ENTRA, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    gate.edit(ENTRA, |text| format!("prompt = \"select_account\"\n{text}"));
    let browser = gate.browser_of(ENTRA, "ada").await;
    let begun = gate.call_named(&browser, ENTRA, "mail").await;
    assert!(
        TestGatehouse::asked(&begun, "scope")
            .unwrap()
            .contains("Mail.Read")
    );
    assert_eq!(
        TestGatehouse::asked(&begun, "prompt"),
        None,
        "who it is, is known: no account picker"
    );
    assert!(TestGatehouse::asked(&begun, "login_hint").is_some());
    let done = gate.consents(&browser, &begun, "accept").await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/call_api/mail")
    );
    shows_an_answer(&browser.rest(done).await, "the API answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_that_is_declined_is_explained_and_asked_again_only_by_the_person() {
    let gate = with_tables(ENTRA, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    let browser = gate.browser_of(ENTRA, "ada").await;
    let begun = gate.call_named(&browser, ENTRA, "mail").await;
    let page = gate.consents(&browser, &begun, "decline").await;
    assert_eq!(page.status, 403, "a page, no further round");
    assert!(
        page.text.contains("Mail.Read") && page.text.contains("ask_again=1"),
        "{}",
        page.text
    );
    assert!(
        gate.is_signed_in(&browser, ENTRA).await,
        "who declines stays signed in"
    );
    let again = browser
        .get(gate.url(
            ENTRA,
            "/auth/sign_in?ask_again=1&api=mail&return_to=%2Fauth%2Fcall_api%2Fmail",
        ))
        .await;
    assert_eq!(
        TestGatehouse::asked(&again, "prompt").as_deref(),
        Some("consent")
    );
    let consent = gate.at_authority(&browser, &again).await;
    let back = gate
        .press(&browser, &consent, ("consent", "accept"), &[])
        .await;
    let done = browser.follow(&back).await;
    shows_an_answer(&browser.rest(done).await, "the API answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_person_who_comes_back_from_a_step_up_is_refused() {
    let gate = with_tables(ENTRA, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    let browser = gate.browser_of(ENTRA, "ada").await;
    let begun = gate.call_named(&browser, ENTRA, "mail").await;
    for (name, _) in browser.cookies("login.microsoftonline.localhost") {
        browser.forget_cookie("login.microsoftonline.localhost", &name);
    }
    let callback = gate.choose(&browser, &begun, "grace").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("a different account"),
        "{}",
        refused.text
    );
    assert_eq!(
        gate.session(&browser, ENTRA).await["name"],
        "Ada Lovelace",
        "the session stays the first person's"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_person_who_comes_back_from_a_repeated_step_up_is_refused() {
    let gate = with_tables(ENTRA, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    let browser = gate.browser_of(ENTRA, "ada").await;
    let begun = gate.call_named(&browser, ENTRA, "mail").await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    gate.sim.fault(Fault::InteractionRequired.times(1));
    let again = browser.follow(&callback).await;
    assert_eq!(again.status, 303, "{}", again.text);
    for (name, _) in browser.cookies("login.microsoftonline.localhost") {
        browser.forget_cookie("login.microsoftonline.localhost", &name);
    }
    let callback = gate.choose(&browser, &again, "grace").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("a different account"),
        "{}",
        refused.text
    );
    assert_eq!(gate.session(&browser, ENTRA).await["name"], "Ada Lovelace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_that_only_an_administrator_can_give_is_said_without_a_round() {
    for kind in [Kind::ExternalId, Kind::ExternalIdCustomDomain] {
        let gate = with_tables(kind, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
        let browser = Browser::new();
        gate.sign_in(&browser, kind, "ada").await;
        let page = gate.call_named(&browser, kind, "mail").await;
        assert_eq!(page.status, 403, "{kind:?}: {:?}", page.headers);
        assert!(
            page.text.contains("Only an administrator") && page.text.contains("Mail.Read"),
            "{}",
            page.text
        );
        assert!(
            !page.text.contains("ask_again"),
            "asking again does not help"
        );
        assert!(gate.is_signed_in(&browser, kind).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_page_names_what_cannot_be_used_and_no_scopes() {
    let kind = Kind::ExternalId;
    let gate = with_tables(kind, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    gate.edit(kind, |text| format!("developer_pages = false\n{text}"));
    let browser = gate.browser_of(kind, "ada").await;
    let page = gate.call_named(&browser, kind, "mail").await;
    assert_eq!(page.status, 403, "{}", page.text);
    let body = page.text.split("<body").nth(1).unwrap();
    assert!(body.contains("cannot be used yet"), "{body}");
    assert!(body.contains("Only an administrator"), "{body}");
    for word in ["Mail.Read", "User.Read", "API", "token", "403"] {
        assert!(!body.contains(word), "{word}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrators_consent_at_entra_id_is_asked_once_and_explained() {
    let gate = with_tables(ENTRA, &mail("directory", "\"Directory.Read.All\"")).await;
    let browser = gate.browser_of(ENTRA, "ada").await;
    let begun = gate.call_named(&browser, ENTRA, "directory").await;
    let back = gate.at_authority(&browser, &begun).await;
    let page = browser.follow(&back).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("Only an administrator") && page.text.contains("Directory.Read.All"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_needs_an_administrators_consent_says_so() {
    let gate = Plan::default().start().await;
    gate.edit(Kind::ExternalId, |text| {
        text.replace("[\"User.Read\"]", "[\"Mail.Read\"]")
    });
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::ExternalId, "ada", "/").await;
    let page = browser.follow(&callback).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("administrator"), "{}", page.text);
    assert!(!page.text.contains("Start again"));
}

// proves: T9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_in_another_spelling_are_granted_all_the_same() {
    for fault in [
        Fault::ScopeUpperCase,
        Fault::ScopeWithGraphPrefix,
        Fault::ScopeEmpty,
        Fault::ScopeMissing,
    ] {
        let gate = Plan::default().start().await;
        gate.sim.fault(fault.clone());
        let browser = Browser::new();
        gate.sign_in(&browser, ENTRA, "ada").await;
        shows_an_answer(
            &gate.call_named(&browser, ENTRA, "graph").await,
            &format!("{fault:?}"),
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_get_json_and_never_a_redirect() {
    let gate = with_tables(ENTRA, &mail("mail", "\"User.Read\", \"Mail.Read\"")).await;
    let browser = Browser::new();
    let path = gate.url(ENTRA, "/auth/call_api/graph");
    let script = [
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("accept", "*/*"),
    ];
    let nobody = browser.get_with(&path, &script).await;
    assert_eq!(nobody.status, 401);
    assert!(
        nobody.json()["sign_in_url"]
            .as_str()
            .unwrap()
            .starts_with(&gate.url(ENTRA, "/auth/sign_in"))
    );
    assert!(
        nobody.sets_cookies().is_empty(),
        "a script begins no attempt"
    );
    gate.sign_in(&browser, ENTRA, "ada").await;
    let json = browser
        .get_with(&path, &[("accept", "application/json")])
        .await;
    assert_eq!(json.json()["body"]["displayName"], "Ada Lovelace");
    let more = browser
        .get_with(gate.url(ENTRA, "/auth/call_api/mail"), &script)
        .await;
    assert_eq!(more.status, 401);
    assert_eq!(more.json()["error"], "interaction_required");
    assert_eq!(
        more.json()["sign_in_url"],
        gate.url(ENTRA, "/auth/call_api/mail")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_out_the_call_leads_through_sign_in_and_back() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let answer = gate.call_named(&browser, ENTRA, "graph").await;
    let begun = browser.follow(&answer).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let done = browser.follow(&callback).await;
    assert_eq!(done.location().path(), "/auth/call_api/graph", "w12");
    assert!(browser.rest(done).await.text.contains("displayName"));
}

// proves: B15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_goes_to_the_apis_own_address_and_no_redirect_is_followed() {
    let elsewhere = ScriptedApi::start(|_| response("200 OK", &[], b"caught")).await;
    let to = elsewhere.address.clone();
    let api = ScriptedApi::start(move |_| response("302 Found", &[("Location", &to)], b"")).await;
    let (gate, browser) = Plan::default()
        .table(ENTRA, &api.table("own", "\"api://orders/Orders.Read\""))
        .signed_in(ENTRA, "ada")
        .await;
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert!(page.text.contains("302 Found"), "{}", page.text);
    assert_eq!((api.count(), elsewhere.count()), (1, 0));
    let head = api.heads().remove(0).to_ascii_lowercase();
    assert!(
        head.contains("authorization: bearer ey") && !head.contains("cookie:"),
        "no cookie of ours reaches an API"
    );
}
