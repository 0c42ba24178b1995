//! The authorization request: what a profile fixes, what a link may pass, and what the answer is then held to.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate};
use simulator::Registered;

const ENTRA: Kind = Kind::EntraId;
/// A navigation from another site.
const FOREIGN: [(&str, &str); 3] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

async fn begun(gate: &TestGate, kind: Kind, query: &str) -> Page {
    let page = Browser::new()
        .get(gate.url(kind, &format!("/auth/sign_in{query}")))
        .await;
    assert_eq!(page.status, 303, "{}", page.text);
    page
}

fn has(page: &Page, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(
            TestGate::asked(page, name).as_deref(),
            *value,
            "{name} in {}",
            page.location()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_profile_fixes_is_in_every_request() {
    let lines = "prompt = \"login\"\nlogin_hint = \"ada@contoso.example\"\ndomain_hint = \"contoso.example\"\nui_locales = \"fr de\"\nmax_age = \"1h\"\nacr_values = \"urn:mfa\"\nextra_scopes = [\"email\"]";
    let gate = Plan::default().line(ENTRA, lines).start().await;
    let page = begun(
        &gate,
        ENTRA,
        "?prompt=consent&login_hint=eve&domain_hint=evil&ui_locales=xx&max_age=1&acr_values=0",
    )
    .await;
    has(
        &page,
        &[
            ("prompt", Some("login")),
            ("login_hint", Some("ada@contoso.example")),
            ("domain_hint", Some("contoso.example")),
            ("ui_locales", Some("fr de")),
            ("max_age", Some("3600")),
            ("acr_values", Some("urn:mfa")),
            (
                "scope",
                Some("openid User.Read email offline_access profile"),
            ),
            ("code_challenge_method", Some("S256")),
            ("response_type", Some("code")),
            ("response_mode", None),
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_words_about_it_nothing_is_sent_and_single_sign_on_decides() {
    let gate = Plan::default().start().await;
    let page = begun(&gate, ENTRA, "").await;
    for absent in [
        "prompt",
        "login_hint",
        "domain_hint",
        "ui_locales",
        "max_age",
        "acr_values",
        "response_mode",
    ] {
        has(&page, &[(absent, None)]);
    }
}

const ALL: &str = "pass_parameters = [\"prompt\", \"login_hint\", \"domain_hint\", \"ui_locales\", \"max_age\", \"acr_values\"]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_passes_what_the_profile_lists_and_nothing_else() {
    let gate = Plan::default()
        .line(ENTRA, ALL)
        .line(Kind::ExternalId, "pass_parameters = [\"ui_locales\"]")
        .start()
        .await;
    let query = "?prompt=create&login_hint=ada%2Bx%40contoso.example&domain_hint=google&ui_locales=de&max_age=60&acr_values=a+b";
    has(
        &begun(&gate, ENTRA, query).await,
        &[
            ("prompt", Some("create")),
            ("login_hint", Some("ada+x@contoso.example")),
            ("domain_hint", Some("google")),
            ("ui_locales", Some("de")),
            ("max_age", Some("60")),
            ("acr_values", Some("a b")),
        ],
    );
    has(
        &begun(&gate, Kind::ExternalId, query).await,
        &[
            ("ui_locales", Some("de")),
            ("login_hint", None),
            ("prompt", None),
            ("domain_hint", None),
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_values_of_a_link_are_dropped() {
    let gate = Plan::default().line(ENTRA, ALL).start().await;
    let long = "x".repeat(300);
    let query = format!(
        "?prompt=none&login_hint={long}&domain_hint=a%0Ab&ui_locales=de&ui_locales=fr&max_age=-1&acr_values="
    );
    for name in [
        "prompt",
        "login_hint",
        "domain_hint",
        "ui_locales",
        "max_age",
        "acr_values",
    ] {
        has(&begun(&gate, ENTRA, &query).await, &[(name, None)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c106_a_foreign_page_cannot_hint_at_a_person() {
    let gate = Plan::default().line(ENTRA, ALL).start().await;
    let url = gate.url(
        ENTRA,
        "/auth/sign_in?login_hint=eve@evil.example&ui_locales=de",
    );
    let page = Browser::new().get_with(url, &FOREIGN).await;
    has(&page, &[("login_hint", None), ("ui_locales", Some("de"))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f9_who_is_signed_in_is_hinted_at_and_by_address_at_external_id() {
    let gate = Plan::default()
        .sim(|options| options.shapes.optional_claims.push("email".to_owned()))
        .start()
        .await;
    for kind in [ENTRA, Kind::ExternalId] {
        let browser = Browser::new();
        gate.sign_in(&browser, kind, "ada").await;
        let again = browser
            .get(gate.url(kind, "/auth/sign_in?return_to=%2Fauth%2Fsessions"))
            .await;
        let hint = TestGate::asked(&again, "login_hint").unwrap();
        assert_eq!(
            hint.contains('@'),
            kind == Kind::ExternalId,
            "{kind:?}: {hint}"
        );
        let other = browser
            .get(gate.url(
                kind,
                "/auth/sign_in?other_account=1&return_to=%2Fauth%2Fsessions",
            ))
            .await;
        has(
            &other,
            &[("login_hint", None), ("prompt", Some("select_account"))],
        );
    }
}

/// Signs in while the authority says so about the time at which the person proved who they are.
async fn with_auth_time(gate: &TestGate, fault: Option<Fault>) -> Page {
    gate.sim.clear_faults();
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    if let Some(fault) = fault {
        gate.sim.fault(fault);
    }
    browser.follow(&callback).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn max_age_is_held_against_auth_time() {
    let plan = Plan::default()
        .line(ENTRA, "max_age = \"1h\"")
        .sim(|options| options.shapes.optional_claims.push("auth_time".to_owned()));
    let gate = plan.start().await;
    let now = crate::harness::beginning().timestamp();
    assert_eq!(with_auth_time(&gate, None).await.status, 303);
    assert_eq!(
        with_auth_time(
            &gate,
            Some(Fault::SetClaim("auth_time".into(), (now - 3_700).into()))
        )
        .await
        .status,
        303,
        "within the tolerance"
    );
    for wrong in [
        Fault::SetClaim("auth_time".into(), (now - 3_800).into()),
        Fault::SetClaim("auth_time".into(), "now".into()),
        Fault::MissingClaim("auth_time".into()),
    ] {
        let page = with_auth_time(&gate, Some(wrong.clone())).await;
        assert_eq!(page.status, 400, "{wrong:?}");
        assert!(page.text.contains("Request id"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn max_age_makes_the_authority_ask_again() {
    let plan = Plan::default()
        .line(ENTRA, "pass_parameters = [\"max_age\"]")
        .sim(|options| options.shapes.optional_claims.push("auth_time".to_owned()));
    let gate = plan.start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    gate.turn(600);
    let silent = browser.get(gate.url(ENTRA, "/auth/sign_in")).await;
    assert!(
        gate.at_authority(&browser, &silent)
            .await
            .status
            .is_redirection(),
        "single sign-on"
    );
    let asked = browser
        .get(gate.url(ENTRA, "/auth/sign_in?max_age=300"))
        .await;
    let page = gate.at_authority(&browser, &asked).await;
    assert!(page.text.contains("Pick a person"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prompt_login_makes_the_authority_ask_again() {
    let gate = Plan::default()
        .line(ENTRA, "prompt = \"login\"")
        .start()
        .await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    let again = browser.get(gate.url(ENTRA, "/auth/sign_in")).await;
    assert!(
        gate.at_authority(&browser, &again)
            .await
            .text
            .contains("Pick a person")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t15_a_callback_without_a_query_goes_home_and_one_without_code_or_state_is_explained() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let empty = browser.get(gate.url(ENTRA, "/auth/redirect")).await;
    assert_eq!(
        (empty.status.as_u16(), empty.location().path()),
        (303, "/"),
        "w22: a bookmark is no crash"
    );
    for fault in [
        Fault::CallbackWithoutCode,
        Fault::CallbackStateMissing,
        Fault::CallbackCodeAndError,
        Fault::CallbackStateWrong,
    ] {
        gate.sim.clear_faults();
        gate.sim.fault(fault.clone());
        let callback = gate.answer(&Browser::new(), ENTRA, "ada", "/").await;
        let page = browser.follow(&callback).await;
        assert_eq!(page.status, 400, "{fault:?}");
        assert!(
            page.text.contains("/auth/sign_in"),
            "f6, w20, w21: a page with a way on, no loop"
        );
    }
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t15_w20_a_callback_after_a_restart_completes() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, ENTRA, "ada", "/auth/token_details")
        .await;
    let keys = gate.keys.clone();
    let gate = gate.restart(keys).await;
    let done = browser.follow(&callback).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/token_details"),
        "the attempt is in the browser"
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posted_answer_is_refused_where_none_was_asked_for() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    let fields: Vec<(String, String)> = callback.location().query_pairs().into_owned().collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let posted = browser
        .post(gate.url(ENTRA, "/auth/redirect"), &fields)
        .await;
    assert_eq!(posted.status, 400);
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

/// A profile behind a TLS proxy: reached by its name over https, spoken to in the clear.
async fn behind_tls() -> (TestGate, String) {
    let gate = Plan::default().start().await;
    let origin = gate.origin(ENTRA);
    gate.edit(ENTRA, |text| {
        format!(
            "response_mode = \"form_post\"\n{}",
            text.replace(&origin, "https://form.example")
        )
    });
    gate.sim.redirect_uris(
        ENTRA,
        Registered::Exactly(vec!["https://form.example/auth/redirect".to_owned()]),
    );
    let door = format!("http://127.0.0.1:{}", gate.port);
    (gate, door)
}

const NAMED: [(&str, &str); 1] = [("host", "form.example")];

/// The fields of the form that the authority's page posts by itself.
async fn posted_form(gate: &TestGate, browser: &Browser, door: &str) -> Vec<(String, String)> {
    let begun = browser
        .get_with(
            format!("{door}/auth/sign_in?return_to=%2Fauth%2Fsessions"),
            &NAMED,
        )
        .await;
    assert_eq!(
        TestGate::asked(&begun, "response_mode").as_deref(),
        Some("form_post")
    );
    let cookie = begun
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .find(|text| text.contains("-attempt-"))
        .unwrap();
    for part in [
        "__Host-gatehouse-attempt-",
        "SameSite=None",
        "Secure",
        "HttpOnly",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let pick = gate.at_authority(browser, &begun).await;
    let page = browser
        .submit(&pick.form_with("person", Some("ada")), &[("person", "ada")])
        .await;
    let form = page.form_with("code", None);
    assert_eq!(form.action.as_str(), "https://form.example/auth/redirect");
    form.fields
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t15_form_post_completes_with_a_cookie_that_browsers_send_across_sites() {
    let (gate, door) = behind_tls().await;
    let browser = Browser::new();
    let fields = posted_form(&gate, &browser, &door).await;
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let headers = [
        ("host", "form.example"),
        ("origin", "http://login.microsoftonline.localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let callback = format!("{door}/auth/redirect");
    // The code in an address is what form_post is there to avoid.
    let mut query = url::Url::parse(&callback).unwrap();
    query.query_pairs_mut().extend_pairs(&fields);
    assert_eq!(browser.get_with(query, &NAMED).await.status, 400);
    let hop = browser.post_with(&callback, &fields, &headers).await;
    assert_eq!(
        hop.status, 303,
        "the POST only leads to a GET that brings the session's cookie"
    );
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        0,
        "nothing is redeemed without it"
    );
    assert!(
        !hop.location().as_str().contains("code="),
        "no code in an address: {}",
        hop.location()
    );
    assert!(
        hop.sets_cookies()
            .iter()
            .all(|name| name.starts_with("__Host-gatehouse-posted-")),
        "the session's cookie is not touched"
    );
    let to = format!(
        "{door}{}?{}",
        hop.location().path(),
        hop.location().query().unwrap()
    );
    let done = browser.get_with(to, &NAMED).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/sessions"),
        "{}",
        done.text
    );
    let session = done
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .find(|text| text.starts_with("__Host-gatehouse="))
        .unwrap();
    assert!(
        session.contains("SameSite=Lax") && session.contains("Secure"),
        "b156: only the attempt's cookie is None: {session}"
    );
    let page = browser
        .get_with(format!("{door}/auth/session"), &NAMED)
        .await;
    assert_eq!(page.json()["name"], "Ada Lovelace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t15_a_posted_answer_in_another_browser_is_refused() {
    let (gate, door) = behind_tls().await;
    let fields = posted_form(&gate, &Browser::new(), &door).await;
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let stranger = Browser::new();
    let hop = stranger
        .post_with(format!("{door}/auth/redirect"), &fields, &NAMED)
        .await;
    let to = format!(
        "{door}{}?{}",
        hop.location().path(),
        hop.location().query().unwrap()
    );
    let refused = stranger.get_with(to, &NAMED).await;
    assert_eq!(
        refused.status, 400,
        "by state alone would be sign-in forgery"
    );
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}
