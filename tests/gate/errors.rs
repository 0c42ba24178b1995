//! What an authority's refusal becomes: the right page and status, the ids that support asks for, never its own words.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate};

const ENTRA: Kind = Kind::EntraId;
/// What an authority, or an attacker, might write for people.
const ITS_WORDS: &str = "The user ada@contoso.example <b>must</b> call 0800-EVIL";
const CORRELATION: &str = "7f3c1b0e-2a4d-4c5e-8f60-718293a4b5c6";

fn described(code: &str) -> String {
    format!(
        "{code}: {ITS_WORDS}. Trace ID: 0a0b0c0d-1111-4222-8333-444455556666 Correlation ID: {CORRELATION} Timestamp: 2026-11-21 11:59:59Z"
    )
}

/// The shape in which Entra ID separates its lines.
fn in_lines(code: &str) -> String {
    described(code)
        .replace(" Trace ID", "\r\nTrace ID")
        .replace(" Correlation ID", "\r\nCorrelation ID")
        .replace(" Timestamp", "\r\nTimestamp")
}

/// The authority answers the authorization request with an error.
async fn refused_at_authorize(gate: &TestGate, kind: Kind, error: &str, description: &str) -> Page {
    let browser = Browser::new();
    gate.sim.clear_faults();
    gate.sim.fault(Fault::AuthorizeError {
        error: error.to_owned(),
        description: description.to_owned(),
    });
    let callback = gate
        .answer(&browser, kind, "ada", "/auth/token_details")
        .await;
    let page = browser.follow(&callback).await;
    assert!(!gate.is_signed_in(&browser, kind).await);
    page
}

/// The authority answers the code with an error.
async fn refused_at_token(gate: &TestGate, kind: Kind, fault: Fault) -> Page {
    let browser = Browser::new();
    gate.sim.clear_faults();
    let callback = gate
        .answer(&browser, kind, "ada", "/auth/token_details")
        .await;
    gate.sim.fault(fault);
    let page = browser.follow(&callback).await;
    assert!(!gate.is_signed_in(&browser, kind).await);
    page
}

fn hides_its_words(page: &Page, why: &str) {
    for word in ["EVIL", "ada@contoso", "<b>must"] {
        assert!(!page.text.contains(word), "{why}: {word} in {}", page.text);
    }
    assert!(page.text.contains("Request id"), "{why}: {}", page.text);
}

/// Code, status, what the person reads, whether trying again and another account are offered.
const ENTRA_CODES: [(u64, u16, &str, bool, bool); 36] = [
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
    (1_000_502, 502, "not set up right", false, false),
];

fn is_right(page: &Page, code: &str, status: u16, heading: &str, again: bool, other: bool) {
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
    for (code, status, heading, again, other) in ENTRA_CODES {
        let code = format!("AADSTS{code}");
        let page = refused_at_authorize(&gate, ENTRA, "access_denied", &described(&code)).await;
        is_right(&page, &code, status, heading, again, other);
        assert!(page.text.contains(CORRELATION), "{code}: {}", page.text);
        assert_eq!(gate.sim.count(Endpoint::Token), 0);
    }
}

const B2C_CODES: [(u64, u16, &str, bool, bool); 14] = [
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
    for (code, status, heading, again, other) in B2C_CODES {
        let code = format!("AADB2C{code}");
        let page = refused_at_authorize(&gate, Kind::B2c, "server_error", &described(&code)).await;
        is_right(&page, &code, status, heading, again, other);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_in_the_middle_of_a_description_means_nothing() {
    let gate = Plan::default().start().await;
    let text = format!("Somebody wrote AADB2C90118 and AADB2C90091 here. {ITS_WORDS}");
    let page = refused_at_authorize(&gate, Kind::B2c, "access_denied", &text).await;
    assert_eq!(
        page.status, 403,
        "neither the reset flow nor a cancellation"
    );
    hides_its_words(&page, "middle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_address_that_is_not_registered_is_named() {
    let gate = Plan::default().start().await;
    let page =
        refused_at_authorize(&gate, ENTRA, "invalid_request", &described("AADSTS50011")).await;
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
        let page = refused_at_authorize(&gate, Kind::Oidc, error, ITS_WORDS).await;
        assert_eq!(page.status.as_u16(), status, "{error}");
        hides_its_words(&page, error);
    }
    let odd = refused_at_authorize(&gate, Kind::Oidc, "<script>alert(1)</script>", ITS_WORDS).await;
    assert!(!odd.text.contains("<script"), "{}", odd.text);
}

fn token_error(error: &str, code: u32, suberror: Option<&str>) -> Fault {
    Fault::TokenError {
        error: error.to_owned(),
        code,
        suberror: suberror.map(str::to_owned),
        description: ITS_WORDS.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_the_operators_and_the_page_names_the_code() {
    let gate = Plan::default().start().await;
    for code in [7_000_215, 7_000_222] {
        let page = refused_at_token(&gate, ENTRA, token_error("invalid_client", code, None)).await;
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
async fn t8_message_only_is_a_message_and_an_error_without_error_is_one_too() {
    let gate = Plan::default().start().await;
    let page = refused_at_token(&gate, ENTRA, Fault::MessageOnly).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("rules do not allow this"),
        "{}",
        page.text
    );
    let page = refused_at_token(&gate, ENTRA, Fault::ErrorBodyWithoutError).await;
    assert!(matches!(page.status.as_u16(), 403 | 502), "{}", page.status);
    assert!(
        page.text.contains("AADSTS90010") && page.text.contains("Request id"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t8_claims_in_the_error_of_a_sign_in_are_asked_for_once() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, ENTRA, "ada", "/auth/token_details")
        .await;
    gate.sim.fault(Fault::InteractionRequired.times(1));
    let again = browser.follow(&callback).await;
    let claims: serde_json::Value =
        serde_json::from_str(&TestGate::asked(&again, "claims").unwrap()).unwrap();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_in_trouble_is_503_or_502_and_nobody_is_blamed() {
    let gate = Plan::default().start().await;
    for (fault, status) in [
        (Fault::TokenStatus(500), 503),
        (Fault::TokenHtml, 400),
        (Fault::TokenTruncated, 400),
        (Fault::TokenThrottled(Some(33)), 503),
        (Fault::KeysDown, 503),
    ] {
        // A gate of its own each: keys are kept, and a failing authority is left alone for a moment.
        let fresh = Plan::default().start().await;
        let page = refused_at_token(&fresh, ENTRA, fault.clone()).await;
        assert_eq!(page.status.as_u16(), status, "{fault:?}: {}", page.text);
        assert_eq!(
            page.header("retry-after").is_some(),
            status == 503,
            "{fault:?}"
        );
        if fault == Fault::TokenThrottled(Some(33)) {
            assert_eq!(page.header("retry-after"), Some("33"));
        }
    }
    for (fault, status) in [
        (Fault::MetadataNotFound, 502),
        (Fault::MetadataStatus(500), 503),
        (Fault::MetadataHtml, 503),
        (Fault::MetadataRedirect, 503),
    ] {
        let fresh = Plan::default().start().await;
        fresh.sim.fault(fault.clone());
        let page = Browser::new().get(fresh.url(ENTRA, "/auth/sign_in")).await;
        assert!(
            matches!(page.status.as_u16(), 502 | 503),
            "{fault:?} {status}: {}",
            page.status
        );
        assert!(
            page.sets_cookies().is_empty(),
            "{fault:?}: no attempt begins"
        );
    }
    drop(gate);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_goes_round_stops_after_three_rounds() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for _ in 0..3 {
        let callback = gate
            .answer(&browser, ENTRA, "ada", "/auth/token_details")
            .await;
        assert_eq!(browser.follow(&callback).await.status, 303);
    }
    let stopped = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Ftoken_details"))
        .await;
    assert_eq!(stopped.status, 400);
    assert!(
        stopped.text.contains("3 times in a row") && stopped.text.contains("Request id"),
        "{}",
        stopped.text
    );
    let elsewhere = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Fsessions"))
        .await;
    assert_eq!(elsewhere.status, 303, "another page is another matter");
    gate.turn(61);
    let later = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=%2Fauth%2Ftoken_details"))
        .await;
    assert_eq!(later.status, 303);
}

/// What no person may read: parts of our own code, of the system, of tokens, of what others wrote.
const CAUSES: [&str; 16] = [
    "openidconnect",
    "reqwest",
    "sqlx",
    "jsonwebtoken",
    "hyper",
    "OidcError",
    "FlowError",
    "panicked",
    "src/",
    ".rs:",
    "os error",
    "eyJ",
    "EVIL",
    "client_secret",
    "stack backtrace",
    "sqlite",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_error_page_shows_its_cause() {
    let gate = Plan::default().start().await;
    let mut pages = Vec::new();
    for fault in [
        Fault::WrongIssuer,
        Fault::BadSignature,
        Fault::AlgNone,
        Fault::WrongNonce,
        Fault::Expired,
        Fault::TokenHtml,
        Fault::TokenTruncated,
        Fault::TokenStatus(500),
        Fault::InvalidClient,
        Fault::InvalidGrant,
        Fault::HeaderMember("crit".into(), 1.into()),
        Fault::SetClaim(
            "iss".into(),
            format!("https://evil.example/{ITS_WORDS}").into(),
        ),
        token_error("invalid_grant", 70_008, None),
        token_error("invalid_client", 7_000_215, None),
    ] {
        let fresh = Plan::default().start().await;
        pages.push((
            format!("{fault:?}"),
            refused_at_token(&fresh, ENTRA, fault).await,
        ));
    }
    let lines = in_lines("AADSTS50105");
    pages.push((
        "authorize".to_owned(),
        refused_at_authorize(&gate, ENTRA, "access_denied", &lines).await,
    ));
    gate.sim.clear_faults();
    for path in [
        "/auth/redirect?code=x",
        "/auth/redirect?error=EVIL&error_description=EVIL",
        "/auth/redirect?code=a&code=b&state=c",
        "/auth/call_api/none",
        "/nowhere/EVIL",
    ] {
        pages.push((
            path.to_owned(),
            Browser::new().get(gate.url(ENTRA, path)).await,
        ));
    }
    let unreachable = Plan::default().start().await;
    unreachable.sim.fault(Fault::MetadataMember(
        "issuer".into(),
        "https://evil.example/EVIL".into(),
    ));
    pages.push((
        "metadata".to_owned(),
        Browser::new()
            .get(unreachable.url(ENTRA, "/auth/sign_in"))
            .await,
    ));
    for (why, page) in pages {
        if page.status == 303 {
            continue;
        }
        assert!(
            page.status.is_client_error() || page.status.is_server_error(),
            "{why}: {}",
            page.status
        );
        for cause in CAUSES {
            assert!(
                !page.text.contains(cause),
                "{why}: {cause} in {}",
                page.text
            );
        }
        assert!(page.text.contains("Request id"), "{why}: {}", page.text);
    }
}
