//! The authorization request: what a profile fixes, what a link may pass, and what the answer is then held to.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan, TestGatehouse};

const ENTRA: Kind = Kind::EntraId;
/// A navigation from another site.
const FOREIGN: [(&str, &str); 3] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

async fn begun(gate: &TestGatehouse, kind: Kind, query: &str) -> Page {
    let page = Browser::new()
        .get(gate.url(kind, &format!("/auth/sign_in{query}")))
        .await;
    assert_eq!(page.status, 303, "{}", page.text);
    page
}

fn has(page: &Page, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(
            TestGatehouse::asked(page, name).as_deref(),
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

// proves: C106
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_page_cannot_hint_at_a_person() {
    let gate = Plan::default().line(ENTRA, ALL).start().await;
    let url = gate.url(
        ENTRA,
        "/auth/sign_in?login_hint=eve@evil.example&ui_locales=de",
    );
    let page = Browser::new().get_with(url, &FOREIGN).await;
    has(&page, &[("login_hint", None), ("ui_locales", Some("de"))]);
}

// proves: F9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_signed_in_is_hinted_at_and_by_address_at_external_id() {
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
        let hint = TestGatehouse::asked(&again, "login_hint").unwrap();
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
async fn with_auth_time(gate: &TestGatehouse, fault: Option<Fault>) -> Page {
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
    let (gate, browser) = plan.signed_in(ENTRA, "ada").await;
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
    let (gate, browser) = Plan::default()
        .line(ENTRA, "prompt = \"login\"")
        .signed_in(ENTRA, "ada")
        .await;
    let again = browser.get(gate.url(ENTRA, "/auth/sign_in")).await;
    assert!(
        gate.at_authority(&browser, &again)
            .await
            .text
            .contains("Pick a person")
    );
}

// proves: B145, C106
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_cannot_choose_scopes_redirects_or_prompts() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let link = "/auth/sign_in?scope=Mail.ReadWrite&redirect_uri=https://evil.example&prompt=none&claims=%7B%7D&login_hint=eve@evil.example&state=x";
    let begun = browser
        .get_with(
            gate.url(Kind::EntraId, link),
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
        )
        .await;
    assert_eq!(begun.status, 303);
    let to = begun.location();
    assert_eq!(
        begun.location_parameter("redirect_uri"),
        Some(gate.url(Kind::EntraId, "/auth/redirect"))
    );
    for absent in ["Mail.ReadWrite", "evil", "none"] {
        assert!(!to.as_str().contains(absent), "{absent} in {to}");
    }
}
