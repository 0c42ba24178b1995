//! Rules: each option denies somebody.

use super::families::{KIND, TRUSTED, Way, ask, navigate};
use crate::harness::browser::Browser;
use crate::harness::{Plan, TestGatehouse};

async fn guarded(route: &str) -> TestGatehouse {
    let plan = Plan::default().settings(TRUSTED).table(KIND, route);
    plan.start().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_without_the_role_of_a_route_is_told_so() {
    let gate = guarded(
        "[[route]]\npath = \"/\"\n[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }",
    )
    .await;
    let plain = gate.browser_of(KIND, "ada").await;
    let administrator = gate.browser_of(KIND, "grace").await;
    for path in ["/admin", "/admin/users", "/%61dmin"] {
        let refused = navigate(&gate, &plain, Way::Forwarded, path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text.contains("roles"), "{}", refused.text);
        assert!(refused.header("x-auth-subject").is_none());
        let passed = navigate(&gate, &administrator, Way::Forwarded, path).await;
        assert_eq!(passed.status, 200, "{path}: {}", passed.text);
        assert_eq!(passed.header("x-auth-roles"), Some("Orders.Read,Admin"));
    }
    for path in ["/", "/administration"] {
        let passed = navigate(&gate, &plain, Way::Forwarded, path).await;
        assert_eq!(passed.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_query_of_a_check_narrows_a_rule_and_never_widens_it() {
    let gate = guarded("[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }").await;
    let plain = gate.browser_of(KIND, "ada").await;
    let original = gate.url(KIND, "/reports");
    let admin = gate.url(KIND, "/admin");
    for (query, target, expected) in [
        ("", &original, 200),
        ("?allow_roles=Admin", &original, 403),
        ("?allow_roles=", &original, 403),
        ("?unknown=1", &original, 200),
        ("?allow_role=Admin", &original, 400),
        ("?allowed_groups=g", &original, 400),
        ("?allow_roles=Orders.Read&allow_Emails=x", &original, 400),
        ("?allow_roles=Reader", &admin, 403),
        ("?allow_roles=Admin&allow_roles=", &original, 400),
    ] {
        let check = gate.url(KIND, &format!("/auth/check{query}"));
        let headers = [
            ("x-original-url", target.as_str()),
            ("x-original-method", "GET"),
        ];
        let answer = plain.get_with(check, &headers).await;
        assert_eq!(answer.status, expected, "{query} {target}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_path_style_the_query_is_the_callers_and_sets_no_rule() {
    let gate = guarded("[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }").await;
    let plain = gate.browser_of(KIND, "ada").await;
    let refused = ask(&gate, &plain, Way::Path, "/admin?allow_roles=", &[]).await;
    assert_eq!(refused.status, 403);
    let passed = ask(&gate, &plain, Way::Path, "/reports?allow_roles=Admin", &[]).await;
    assert_eq!(passed.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_sibling_site_sends_no_form_with_the_session() {
    let gate =
        guarded("[[route]]\npath = \"/\"\nallowed_origins = [\"https://www.contoso.example\"]")
            .await;
    let browser = gate.browser_of(KIND, "ada").await;
    let own = gate.origin(KIND);
    for (origin, site, expected) in [
        (Some("http://evil.localhost"), "same-site", 403),
        (Some("null"), "cross-site", 403),
        (None, "same-site", 403),
        (Some(own.as_str()), "same-origin", 200),
        (Some("https://www.contoso.example"), "cross-site", 200),
        (None, "none", 200),
    ] {
        let url = gate.url(KIND, "/transfer");
        let mut headers = vec![
            ("x-original-method", "POST"),
            ("x-original-url", url.as_str()),
            ("sec-fetch-site", site),
        ];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let check = gate.url(KIND, "/auth/check");
        let answer = browser.get_with(check, &headers).await;
        assert_eq!(answer.status, expected, "{origin:?} {site}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_of_a_sibling_site_does_not_open_with_the_session() {
    let gate = guarded("[[route]]\npath = \"/\"").await;
    let browser = gate.browser_of(KIND, "ada").await;
    // A proxy may leave some of these headers out of its question.
    for told_by in [
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
        ("upgrade", "h2c, WebSocket"),
        ("sec-fetch-mode", "websocket"),
    ] {
        let socket = [told_by, ("origin", "http://evil.localhost")];
        let refused = ask(&gate, &browser, Way::Forwarded, "/socket", &socket).await;
        assert_eq!(refused.status, 403, "{told_by:?}: {}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_passes_only_where_the_route_says_so() {
    let gate =
        guarded("[[route]]\npath = \"/\"\n[[route]]\npath = \"/api\"\npreflight = true").await;
    let browser = Browser::new();
    for (path, method, asks, expected) in [
        ("/api/orders", "OPTIONS", true, 200),
        ("/api/orders", "OPTIONS", false, 401),
        ("/api/orders", "GET", true, 401),
        ("/other", "OPTIONS", true, 401),
    ] {
        let url = gate.url(KIND, path);
        let mut headers = vec![
            ("x-original-method", method),
            ("x-original-url", url.as_str()),
            ("origin", "https://www.contoso.example"),
        ];
        if asks {
            headers.push(("access-control-request-method", "POST"));
        }
        let check = gate.url(KIND, "/auth/check");
        let answer = browser.get_with(check, &headers).await;
        assert_eq!(answer.status, expected, "{path} {method} {asks}");
        assert!(answer.header("x-auth-subject").is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_one_route_lists_is_a_stranger_at_another() {
    let route = "[[route]]\npath = \"/\"\n[[route]]\npath = \"/chat\"\nallowed_origins = [\"https://www.contoso.example\"]";
    let gate = guarded(route).await;
    let browser = gate.browser_of(KIND, "ada").await;
    for (path, origin, expected) in [
        ("/chat", "https://www.contoso.example", 200),
        ("/chat", "https://WWW.contoso.example", 200),
        ("/chat", "http://www.contoso.example", 403),
        ("/chat", "https://www.contoso.example.evil.example", 403),
        ("/other", "https://www.contoso.example", 403),
    ] {
        let socket = [
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("origin", origin),
        ];
        let answer = ask(&gate, &browser, Way::Forwarded, path, &socket).await;
        assert_eq!(answer.status, expected, "{path} {origin}");
        let said = answer.text.contains("another site");
        assert_eq!(said, expected == 403, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_cannot_call_its_request_a_preflight() {
    let gate = guarded("[[route]]\npath = \"/api\"\npreflight = true").await;
    let forged = [
        ("x-original-method", "OPTIONS"),
        ("origin", "https://www.contoso.example"),
        ("access-control-request-method", "POST"),
    ];
    // The proxy says GET in its own family; what the client adds in another one is ignored or makes the request doubtful.
    for way in [Way::Forwarded, Way::Path, Way::Fabric] {
        let answer = ask(&gate, &Browser::new(), way, "/api/orders", &forged).await;
        assert_ne!(answer.status, 200, "{way:?}");
    }
}
