//! Clients that speak TLS and HTTP/2, with the lines about TLS that the guide has.

use reqwest::Version;

use crate::behind::guarded::{Guarded, SCRIPT};

pub async fn the_same_holds_over_tls_and_http2(guarded: &Guarded) {
    let health = guarded.client.get(guarded.url("/healthz")).send().await;
    assert_eq!(health.unwrap().version(), Version::HTTP_2);
    let stranger = guarded.browser();
    let refused = guarded.navigate(&stranger, "/reports?year=2026").await;
    assert_eq!(refused.status, 303, "{:?}", refused.headers);
    let sign_in = refused.location();
    assert_eq!(sign_in.origin().ascii_serialization(), guarded.origin);
    assert_eq!(guarded.fetch(&stranger, "/api").await.status, 401);
    let browser = guarded.browser();
    let arrived = guarded.sign_in(&browser, "/reports?year=2026", "ada").await;
    assert_eq!(arrived.url.as_str(), guarded.url("/reports?year=2026"));
    assert_eq!(
        (arrived.status.as_u16(), arrived.text.as_str()),
        (200, "hi")
    );
    let forged = [
        ("x-auth-subject", "mallory"),
        ("x-auth-groups", "mallory"),
        ("x-auth-roles", "mallory"),
        ("x-ms-client-principal-name", "mallory"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-uri", "/healthz"),
        ("x-original-url", "/healthz"),
        SCRIPT[0],
        SCRIPT[1],
    ];
    let page = browser.get_with(guarded.url("/api"), &forged).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = guarded.application.last();
    assert_eq!(seen.target(), "/api");
    assert_eq!(seen.values("x-auth-name"), ["ada lovelace"]);
    assert_eq!(seen.values("x-forwarded-proto"), ["https"]);
    let text = seen.text();
    assert!(
        !text.contains("mallory") && !text.contains("gatehouse="),
        "{text}"
    );
    let denied = guarded.fetch(&browser, "/admin").await;
    assert_eq!(denied.status, 403, "{}", denied.text);
}
