//! What a client says about itself, and what it should not see.

use crate::behind::guarded::{Guarded, SCRIPT};
use crate::behind::guide::HOST;
use crate::behind::the_list::Heard;
use crate::harness::browser::Browser;
use crate::harness::socket;

/// A proxy refuses it (RFC 9112 §5.1), or takes it away.
const SPACE_BEFORE_COLON: &str = "X-Auth-Roles : mallory";

/// A proxy may take the cookie away before it asks, so that nobody is signed in.
const COOKIE_OF_ONE_HOP: &str = "Connection: close, X-Auth-Subject, X-Auth-Profile, Cookie";

/// Header lines of a client that says it is somebody else: under our names, and under those of App Service.
const FORGED: [&str; 34] = [
    SPACE_BEFORE_COLON,
    COOKIE_OF_ONE_HOP,
    "X-Auth-Subject: mallory",
    "x-auth-subject: mallory",
    "X-AUTH-SUBJECT: mallory",
    "X_Auth_Subject: mallory",
    "X.Auth.Subject: mallory",
    "X-Auth_Subject: mallory",
    "X_Auth-Roles: mallory",
    "X-Auth.Roles: mallory",
    "X!Auth!Roles: mallory",
    "X~Auth~Email: mallory",
    "X+Auth-Email: mallory",
    "X-Auth-Email: a@b.example\r\nX-Auth-Email: mallory",
    "X-Auth-Roles:\tmallory",
    "X-Auth-Assertion: mallory",
    "X-Auth-Truncated: mallory",
    "X-Auth-Tenant: mallory",
    "X-Auth-Roles: mallory\r\nConnection: close, X-Auth-Subject",
    "Connection: X-Auth-Roles\r\nConnection: close",
    "X-MS-CLIENT-PRINCIPAL: mallory",
    "X-MS-CLIENT-PRINCIPAL-ID: mallory",
    "X-MS-CLIENT-PRINCIPAL-NAME: mallory",
    "X-MS-CLIENT-PRINCIPAL-IDP: mallory",
    "X-MS-TOKEN-AAD-ACCESS-TOKEN: mallory",
    "X-MS-TOKEN-AAD-ID-TOKEN: mallory",
    "X-MS-TOKEN-AAD-EXPIRES-ON: mallory",
    "X-MS-TOKEN-AAD-REFRESH-TOKEN: mallory",
    "X-MS-TOKEN-GOOGLE-ID-TOKEN: mallory",
    "X-MS-TOKEN-FACEBOOK-ACCESS-TOKEN: mallory",
    "x-ms-client-principal: mallory",
    "X_MS_CLIENT_PRINCIPAL: mallory",
    "X-MS-CLIENT_PRINCIPAL-NAME: mallory",
    "X.MS.TOKEN.AAD.ID.TOKEN: mallory",
];

// proves: C30, C31, C33, C42
pub async fn a_forged_identity_arrives_in_no_spelling(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    let person = Guarded::cookie_line(&browser);
    assert!(arrives_as_ada(guarded, &person, "", &[]).await, "unforged");
    let mut arrived = 0;
    for forged in FORGED {
        let line = format!("{forged}\r\n");
        let (person_refused, nobody_refused): (&[u16], &[u16]) = match forged {
            SPACE_BEFORE_COLON => (&[400], &[400]),
            COOKIE_OF_ONE_HOP => (&[400, 401], &[400]),
            _ => (&[], &[]),
        };
        let passed = arrives_as_ada(guarded, &person, &line, person_refused).await;
        arrived += usize::from(passed);
        arrives_as_nobody(guarded, &line, nobody_refused).await;
    }
    assert!(arrived >= FORGED.len() - 2, "{arrived} arrived");
}

/// Whether the application got a person's request: as theirs and nobody else's. Otherwise its status is one of `refused`.
async fn arrives_as_ada(guarded: &Guarded, person: &str, forged: &str, refused: &[u16]) -> bool {
    let before = guarded.application.count();
    let headers = format!("{person}Accept: application/json\r\n{forged}");
    let answer = guarded.raw("GET /api", &headers).await;
    if guarded.application.count() == before {
        let status = socket::status(&answer);
        assert!(refused.contains(&status), "{forged}: {answer}");
        return false;
    }
    let seen = guarded.application.last();
    assert_eq!(seen.target(), "/api");
    assert!(!seen.text().contains("mallory"), "{forged}: {seen:?}");
    assert_eq!(seen.values("x-auth-subject").len(), 1, "{forged}: {seen:?}");
    assert_eq!(seen.values("x-auth-name"), ["ada lovelace"], "{forged}");
    assert_eq!(seen.values("x-auth-profile"), ["guarded"], "{forged}");
    true
}

/// The application gets a stranger's request to a public path as nobody's. Otherwise its status is one of `refused`.
async fn arrives_as_nobody(guarded: &Guarded, forged: &str, refused: &[u16]) {
    let before = guarded.application.count();
    let answer = guarded.raw("GET /healthz", forged).await;
    if guarded.application.count() == before {
        let status = socket::status(&answer);
        assert!(refused.contains(&status), "{forged}: {answer}");
        return;
    }
    let seen = guarded.application.last();
    assert_eq!(seen.target(), "/healthz");
    for named in ["mallory", "x-auth-", "x-ms-"] {
        let text = seen.text();
        assert!(!text.contains(named), "{forged}: {named}: {text}");
    }
}

pub async fn a_client_cannot_name_another_request_or_another_origin(guarded: &Guarded) {
    let before = guarded.application.count();
    let stranger = Browser::new();
    let others = [
        ("x-original-url", "http://guarded.localhost/healthz"),
        ("x-original-method", "GET"),
        ("x-forwarded-uri", "/healthz"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-prefix", "/healthz"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-real-ip", "198.51.100.7"),
        ("x-rewrite-url", "/healthz"),
        ("path", "/healthz"),
        ("method", "GET"),
    ];
    let mut headers = others.to_vec();
    headers.extend(SCRIPT);
    let refused = stranger.get_with(guarded.url("/private"), &headers).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let mut headers = others.to_vec();
    headers.extend(crate::behind::guarded::NAVIGATION);
    let refused = stranger.get_with(guarded.url("/private"), &headers).await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let own = refused.location().origin().ascii_serialization();
    assert_eq!(own, guarded.origin);
    let public = stranger.get_with(guarded.url("/healthz"), &headers).await;
    assert_eq!(public.status, 200, "{}", public.text);
    let seen = guarded.application.last();
    for forged in ["evil.example", "198.51.100.7", "x-forwarded-prefix"] {
        assert!(!seen.text().contains(forged), "{forged}: {seen:?}");
    }
    assert!(
        seen.values("x-forwarded-proto")
            .iter()
            .all(|proto| *proto == "http"),
        "{seen:?}"
    );
    let other_host = guarded.gate.at_host("evil.example", "/").await;
    assert_ne!(other_host.status, 200);
}

/// Without the setting `forward_auth` every family counts, and two that differ are refused.
pub async fn another_family(guarded: &Guarded, heard: Heard) {
    let browser = guarded.browser_of("ada").await;
    let before = guarded.application.count();
    let other = [
        ("x-original-url", "/healthz"),
        ("x-original-method", "GET"),
        SCRIPT[0],
        SCRIPT[1],
    ];
    let refused = Browser::new()
        .get_with(guarded.url("/private"), &other)
        .await;
    let expected = if heard == Heard::Yes { 400 } else { 401 };
    assert_eq!(refused.status, expected, "{}", refused.text);
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let person = browser.get_with(guarded.url("/private"), &other).await;
    let expected = if heard == Heard::Yes { 400 } else { 200 };
    assert_eq!(person.status, expected, "{}", person.text);
}

pub async fn the_cookies_of_gatehouse_stay_away_from_the_application(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    browser.set_cookie(HOST, "theme", "dark");
    browser.set_cookie(HOST, "a", "1");
    for tab in 0..4 {
        browser.set_cookie(HOST, &format!("gatehouse-attempt-{tab}"), "sealed");
    }
    let page = guarded.fetch(&browser, "/api").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = guarded.application.last();
    assert!(!seen.text().contains("gatehouse"), "ours do not: {seen:?}");
    let cookies = seen.values("cookie").join("; ");
    assert!(cookies.contains("theme=dark"), "others arrive: {seen:?}");
    assert!(cookies.contains("a=1"), "others arrive: {seen:?}");
    browser.forget_cookie(HOST, "theme");
    browser.forget_cookie(HOST, "a");
    browser.forget_cookie(HOST, "seen");
    guarded.fetch(&browser, "/api").await;
    let seen = guarded.application.last();
    assert!(!seen.text().contains("gatehouse"), "ours alone: {seen:?}");
}

pub async fn checks_are_not_for_clients(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    let cookies = Guarded::cookie_line(&browser);
    for target in [
        "/auth/check",
        "/auth/check/",
        "/auth/check/healthz",
        "/auth/check?x=1",
        "/auth/%63heck",
        "/auth/%63heck/healthz",
        "/auth//check/healthz",
        "/auth/./check/healthz",
        "//auth/check/healthz",
        "/auth/sign_in/../check/healthz",
        "/AUTH/check/healthz",
    ] {
        let before = guarded.application.count();
        let told = "X-Forwarded-Uri: /healthz\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: guarded.localhost\r\n";
        let answer = guarded
            .raw(&format!("GET {target}"), &format!("{cookies}{told}"))
            .await;
        let lower = answer.to_lowercase();
        assert!(!lower.contains("\r\nx-auth-"), "{target}: {answer}");
        let passed = guarded.application.count() > before;
        assert!(
            passed || socket::status(&answer) != 200,
            "{target}: {answer}"
        );
    }
}
