//! What an authority's refusal becomes: the right page and status, the ids that support asks for, never its own words.

use crate::harness::browser::{Browser, Page};
use crate::harness::refusals::{CORRELATION, ITS_WORDS, described, token_error};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse};

const ENTRA: Kind = Kind::EntraId;

fn hides_its_words(page: &Page, why: &str) {
    for word in ["EVIL", "ada@contoso", "<b>must"] {
        assert!(!page.text.contains(word), "{why}: {word} in {}", page.text);
    }
    assert!(page.text.contains("Request id"), "{why}: {}", page.text);
}

/// Code, status, what the person reads, whether trying again and another account are offered.
type Refusal = (u64, u16, &'static str, bool, bool);

const ENTRA_CODES: [Refusal; 40] = [
    (16_000, 403, "Several accounts are signed in", true, true),
    (50_020, 403, "This account belongs elsewhere", false, true),
    (50_055, 403, "Your password has expired", true, false),
    (50_057, 403, "Your account is disabled", false, true),
    (50_058, 403, "Please sign in again", true, false),
    (50_076, 403, "One more step is needed", true, false),
    (50_079, 403, "One more step is needed", true, false),
    (50_158, 403, "One more step is needed", true, false),
    (
        50_105,
        403,
        "You are not assigned to this application",
        false,
        true,
    ),
    (50_196, 503, "Too many sign-ins in a row", true, false),
    (53_000, 403, "rules do not allow this", false, true),
    (53_001, 403, "rules do not allow this", false, true),
    (53_002, 403, "rules do not allow this", false, true),
    (53_003, 403, "rules do not allow this", false, true),
    (65_001, 403, "Consent is missing", true, false),
    (65_004, 403, "You declined", true, true),
    (
        90_094,
        403,
        "An administrator must agree first",
        false,
        true,
    ),
    (70_000, 403, "Your sign-in has expired", true, false),
    (70_008, 403, "Your sign-in has expired", true, false),
    (70_043, 403, "Your sign-in has expired", true, false),
    (700_082, 403, "Your sign-in has expired", true, false),
    (50_011, 502, "not set up right", false, false),
    (70_011, 502, "not set up right", false, false),
    (28_003, 502, "not set up right", false, false),
    (900_144, 502, "not set up right", false, false),
    (500_011, 502, "not set up right", false, false),
    (500_207, 502, "not set up right", false, false),
    (500_208, 502, "not set up right", false, false),
    (500_210, 502, "not set up right", false, false),
    (700_016, 502, "not set up right", false, false),
    (90_002, 502, "not set up right", false, false),
    (90_023, 502, "not set up right", false, false),
    (7_000_215, 502, "not set up right", false, false),
    (7_000_222, 502, "not set up right", false, false),
    (700_024, 502, "not set up right", false, false),
    (700_027, 502, "not set up right", false, false),
    (7_000_274, 502, "not set up right", false, false),
    (7_000_214, 502, "not set up right", false, false),
    (7_000_277, 502, "not set up right", false, false),
    (1_000_502, 502, "not set up right", false, false),
];

fn is_right(page: &Page, code: &str, (_, status, heading, again, other): Refusal) {
    assert_eq!(page.status.as_u16(), status, "{code}: {}", page.text);
    assert!(page.text.contains(heading), "{code}: {}", page.text);
    assert!(page.text.contains(code), "{code} is shown for support");
    assert_eq!(
        page.text.contains("Start again"),
        again,
        "{code}: start again"
    );
    assert_eq!(
        page.text.contains("other_account=1"),
        other,
        "{code}: another account"
    );
    assert_eq!(
        page.header("retry-after").is_some(),
        status == 503,
        "{code}"
    );
    hides_its_words(page, code);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_aadsts_code_has_its_page_and_its_status() {
    let gate = Plan::default().start().await;
    for refusal in ENTRA_CODES {
        let code = format!("AADSTS{}", refusal.0);
        let page = gate
            .refused_at_authorize(ENTRA, "access_denied", &described(&code))
            .await;
        is_right(&page, &code, refusal);
        assert!(page.text.contains(CORRELATION), "{code}: {}", page.text);
        assert_eq!(gate.sim.count(Endpoint::Token), 0);
    }
}

const B2C_CODES: [Refusal; 28] = [
    (90_008, 502, "not set up right", false, false),
    (90_043, 502, "not set up right", false, false),
    (90_067, 502, "not set up right", false, false),
    (90_081, 502, "not set up right", false, false),
    (90_107, 502, "not set up right", false, false),
    (90_110, 502, "not set up right", false, false),
    (90_115, 502, "not set up right", false, false),
    (90_117, 502, "not set up right", false, false),
    (90_183, 502, "not set up right", false, false),
    (90_210, 403, "link is not valid any more", true, false),
    (90_232, 403, "link is not valid any more", true, false),
    (90_233, 403, "link is not valid any more", true, false),
    (90_235, 403, "link is not valid any more", true, false),
    (90_237, 403, "link is not valid any more", true, false),
    (90_077, 403, "Please sign in again", true, false),
    (90_080, 403, "Please sign in again", true, false),
    (90_128, 403, "Please sign in again", true, false),
    (90_129, 403, "Please sign in again", true, false),
    (90_085, 503, "had a problem", true, false),
    (90_182, 403, "cannot be completed", true, false),
    (90_208, 403, "link is not valid any more", true, false),
    (90_238, 403, "link is not valid any more", true, false),
    (90_006, 502, "not set up right", false, false),
    (90_055, 502, "not set up right", false, false),
    (90_079, 502, "not set up right", false, false),
    (90_088, 502, "not set up right", false, false),
    (90_146, 502, "not set up right", false, false),
    (90_205, 502, "not set up right", false, false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_aadb2c_code_has_its_page_and_its_status() {
    let gate = Plan::default().start().await;
    for refusal in B2C_CODES {
        let code = format!("AADB2C{}", refusal.0);
        let page = gate
            .refused_at_authorize(Kind::B2c, "server_error", &described(&code))
            .await;
        is_right(&page, &code, refusal);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_in_the_middle_of_a_description_means_nothing() {
    let gate = Plan::default().start().await;
    let text = format!("Somebody wrote AADB2C90118 and AADB2C90091 here. {ITS_WORDS}");
    let page = gate
        .refused_at_authorize(Kind::B2c, "access_denied", &text)
        .await;
    assert_eq!(
        page.status, 403,
        "neither the reset flow nor a cancellation"
    );
    hides_its_words(&page, "middle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_address_that_is_not_registered_is_named() {
    let gate = Plan::default().start().await;
    let page = gate
        .refused_at_authorize(ENTRA, "invalid_request", &described("AADSTS50011"))
        .await;
    let address = gate.url(ENTRA, "/auth/redirect").replace('/', "&#x2F;");
    assert!(
        page.text.contains(&address) || page.text.contains(&gate.url(ENTRA, "/auth/redirect")),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_the_standard_have_a_page_too() {
    let gate = Plan::default().start().await;
    for (error, status) in [
        ("access_denied", 403),
        ("login_required", 403),
        ("interaction_required", 403),
        ("temporarily_unavailable", 503),
        ("server_error", 503),
        ("invalid_scope", 502),
        ("unauthorized_client", 502),
        ("some_new_error", 403),
    ] {
        let page = gate
            .refused_at_authorize(Kind::Oidc, error, ITS_WORDS)
            .await;
        assert_eq!(page.status.as_u16(), status, "{error}");
        hides_its_words(&page, error);
    }
    let odd = gate
        .refused_at_authorize(Kind::Oidc, "<script>alert(1)</script>", ITS_WORDS)
        .await;
    assert!(!odd.text.contains("<script"), "{}", odd.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_the_operators_and_the_page_names_the_code() {
    let gate = Plan::default().start().await;
    for code in [7_000_215, 7_000_222] {
        let page = gate
            .refused_at_token(ENTRA, token_error("invalid_client", code, None))
            .await;
        assert_eq!(page.status, 502, "{code}");
        assert!(
            page.text.contains(&format!("AADSTS{code}")) && page.text.contains("Correlation id"),
            "{}",
            page.text
        );
        hides_its_words(&page, "secret");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_nobody_knows_yet_is_explained_by_its_suberror() {
    let gate = Plan::default().start().await;
    for (suberror, heading) in [
        ("basic_action", "One more step is needed"),
        ("additional_action", "One more step is needed"),
        ("message_only", "rules do not allow this"),
        ("protection_policy_required", "rules do not allow this"),
        ("device_authentication_failed", "rules do not allow this"),
        ("consent_required", "Consent is missing"),
        ("user_password_expired", "Your password has expired"),
        ("bad_token", "The sign-in was not completed"),
    ] {
        let fault = token_error("invalid_grant", 99_999, Some(suberror));
        let page = gate.refused_at_token(ENTRA, fault).await;
        assert_eq!(page.status, 403, "{suberror}: {}", page.text);
        assert!(
            page.text.contains(heading) && page.text.contains("AADSTS99999"),
            "{suberror}: {}",
            page.text
        );
        hides_its_words(&page, suberror);
    }
}

// proves: T8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn message_only_is_a_message_and_an_error_without_error_is_one_too() {
    let gate = Plan::default().start().await;
    let page = gate.refused_at_token(ENTRA, Fault::MessageOnly).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("rules do not allow this"),
        "{}",
        page.text
    );
    let page = gate
        .refused_at_token(ENTRA, Fault::ErrorBodyWithoutError)
        .await;
    assert!(matches!(page.status.as_u16(), 403 | 502), "{}", page.status);
    assert!(
        page.text.contains("AADSTS90010") && page.text.contains("Request id"),
        "{}",
        page.text
    );
}

// proves: T8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_in_the_error_of_a_sign_in_are_asked_for_once() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, ENTRA, "ada", "/auth/token_details")
        .await;
    gate.sim.fault(Fault::InteractionRequired.times(1));
    let again = browser.follow(&callback).await;
    let claims: serde_json::Value =
        serde_json::from_str(&TestGatehouse::asked(&again, "claims").unwrap()).unwrap();
    assert_eq!(claims["access_token"]["acrs"]["value"], "c1");
    let callback = gate.at_authority(&browser, &again).await;
    let done = browser.follow(&callback).await;
    assert_eq!(done.location().path(), "/auth/token_details");

    // An authority that never has enough gets a page, not a loop.
    let other = Browser::new();
    let callback = gate.answer(&other, ENTRA, "ada", "/").await;
    gate.sim.fault(Fault::InteractionRequired);
    let again = other.follow(&callback).await;
    let callback = gate.at_authority(&other, &again).await;
    let page = other.follow(&callback).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("Request id"));
}
