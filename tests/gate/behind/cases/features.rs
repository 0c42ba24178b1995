//! What routes ask for beyond rules: headers under other names, App Service's headers and addresses, callers with a token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::behind::guarded::{Guarded, SCRIPT};

/// One route with everything that the guides' further lines are for.
pub const ROUTES: &str = "[[route]]\npath = \"/\"\npublic = [\"/healthz\"]\neasyauth = { principal = true, addresses = true }\nidentity_headers = { \"Remote-User\" = \"name\" }\naccept_bearer = { audience = \"api://orders\", scopes = [\"Orders.Read\"] }";

pub async fn features_of_routes_work(guarded: &Guarded) {
    let stranger = guarded.browser();
    let metadata = guarded.url("/.well-known/oauth-protected-resource");
    let metadata = stranger.get(metadata).await;
    assert_eq!(metadata.status, 200, "{}", metadata.text);
    assert!(metadata.json()["authorization_servers"].is_array());
    let me = stranger.get_with(guarded.url("/.auth/me"), &SCRIPT).await;
    assert_eq!(me.status, 401, "{}", me.text);
    assert_eq!(guarded.fetch(&stranger, "/api").await.status, 401);
    let browser = guarded.browser_of("ada").await;
    let me = browser.get_with(guarded.url("/.auth/me"), &SCRIPT).await;
    assert_eq!(me.status, 200, "{}", me.text);
    assert!(me.json()[0]["user_claims"].is_array(), "{}", me.text);
    let forged = [
        ("remote-user", "mallory"),
        ("x-ms-client-principal", "bWFsbG9yeQ=="),
        ("x-ms-client-principal-name", "mallory"),
        ("x-ms-token-aad-access-token", "mallory"),
        SCRIPT[0],
        SCRIPT[1],
    ];
    let page = browser.get_with(guarded.url("/api"), &forged).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = guarded.application.last();
    let text = seen.text();
    assert!(
        !text.contains("mallory") && !text.contains("bwfsbg9yeq"),
        "{text}"
    );
    assert_eq!(seen.values("remote-user"), ["ada lovelace"]);
    // The application of the tests keeps its headers in lower case, so the text is not decoded.
    let principal = seen.values("x-ms-client-principal");
    let length = STANDARD.encode("{\"auth_typ\":\"").len();
    assert!(
        principal.len() == 1 && principal[0].len() > length,
        "{text}"
    );
    assert_eq!(seen.values("x-ms-client-principal-name").len(), 1, "{text}");
    let public = [
        ("remote-user", "mallory"),
        ("x-ms-client-principal-id", "mallory"),
    ];
    let page = stranger.get_with(guarded.url("/healthz"), &public).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let text = guarded.application.last().text();
    assert!(!text.contains("mallory"), "{text}");
}
