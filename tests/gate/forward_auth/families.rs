//! The four ways in which proxies tell the original request, and who may ask.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, host};

pub const KIND: Kind = Kind::EntraId;

pub const TRUSTED: &str = "trusted_proxies = [\"127.0.0.1\"]\n";

const NAVIGATION: [(&str, &str); 2] = [("sec-fetch-mode", "navigate"), ("accept", "text/html")];

/// How a proxy asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Forwarded,
    Original,
    Path,
    Fabric,
}

pub const WAYS: [Way; 4] = [Way::Forwarded, Way::Original, Way::Path, Way::Fabric];

/// Asks as a proxy does that guards the profile's host.
pub async fn ask(
    gate: &TestGatehouse,
    browser: &Browser,
    way: Way,
    path: &str,
    more: &[(&'static str, &str)],
) -> Page {
    let authority = format!("{}:{}", host(KIND), gate.port);
    let url = format!("http://{authority}{path}");
    let mut headers = more.to_vec();
    let below = match way {
        Way::Forwarded => {
            headers.extend([
                ("x-forwarded-method", "GET"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-host", authority.as_str()),
                ("x-forwarded-uri", path),
            ]);
            ""
        }
        Way::Original => {
            headers.extend([
                ("x-original-method", "GET"),
                ("x-original-url", url.as_str()),
            ]);
            ""
        }
        Way::Path => {
            headers.push(("x-forwarded-proto", "http"));
            path
        }
        Way::Fabric => {
            headers.extend([
                ("method", "GET"),
                ("path", path),
                ("x-forwarded-proto", "http"),
            ]);
            ""
        }
    };
    let check = gate.url(KIND, &format!("/auth/check{below}"));
    browser.get_with(check, &headers).await
}

/// The same for a person who navigates.
pub async fn navigate(gate: &TestGatehouse, browser: &Browser, way: Way, path: &str) -> Page {
    ask(gate, browser, way, path, &NAVIGATION).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_signs_in_and_arrives_behind_every_kind_of_proxy() {
    let gate = Plan::default().settings(TRUSTED).start().await;
    for way in WAYS {
        let browser = Browser::new();
        let path = "/reports?year=2026&q=%2Fa";
        let refused = navigate(&gate, &browser, way, path).await;
        let expected = if matches!(way, Way::Forwarded | Way::Path) {
            303
        } else {
            401
        };
        assert_eq!(refused.status, expected, "{way:?}: {}", refused.text);
        let sign_in = refused.location();
        assert_eq!(
            sign_in.origin().ascii_serialization(),
            gate.origin(KIND),
            "{way:?}"
        );
        let begun = browser.get(sign_in.as_str()).await;
        let callback = gate.choose(&browser, &begun, "ada").await;
        let arrived = browser.follow(&callback).await;
        let location = arrived.location();
        assert_eq!(
            (location.path(), location.query()),
            ("/reports", Some("year=2026&q=%2Fa")),
            "{way:?}"
        );
        let passed = navigate(&gate, &browser, way, path).await;
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text);
        assert_eq!(passed.header("content-length"), Some("0"), "{way:?}");
        assert_eq!(passed.header("cache-control"), Some("no-store"));
        assert_eq!(passed.header("x-auth-profile"), Some("entra-id"));
        assert!(passed.sets_cookies().is_empty(), "{way:?}");
        gate.sign_out(&browser, KIND).await;
        let ended = navigate(&gate, &browser, way, path).await;
        assert_eq!(ended.status, expected, "{way:?}: signed out");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_gets_401_and_no_address_to_follow() {
    let gate = Plan::default().settings(TRUSTED).start().await;
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    for way in WAYS {
        let refused = ask(&gate, &Browser::new(), way, "/api/orders", &script).await;
        assert_eq!(refused.status, 401, "{way:?}");
        assert!(refused.header("location").is_none(), "{way:?}");
        assert!(refused.header("www-authenticate").is_some(), "{way:?}");
        assert_eq!(refused.json()["error"], "not_signed_in", "{way:?}");
    }
}

// proves: C50
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_is_no_trusted_proxy_learns_nothing() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        let refused = navigate(&gate, &browser, way, "/").await;
        assert_eq!(refused.status, 403, "{way:?}");
        assert!(refused.text.contains("trusted_proxies"), "{}", refused.text);
        assert!(refused.header("x-auth-subject").is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_names_another_target_beside_the_proxys_is_refused() {
    let route = "[[route]]\npath = \"/\"\npublic = [\"/public\"]";
    let plan = Plan::default().settings(TRUSTED).table(KIND, route);
    let gate = plan.start().await;
    let browser = Browser::new();
    let forged = [("x-original-url", "/public"), ("x-original-method", "GET")];
    let refused = ask(&gate, &browser, Way::Forwarded, "/private", &forged).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let forged = [
        ("x-forwarded-uri", "/public"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-host", "entra.localhost"),
    ];
    for way in [Way::Original, Way::Path, Way::Fabric] {
        let refused = ask(&gate, &browser, way, "/private", &forged).await;
        assert_eq!(refused.status, 400, "{way:?}: {}", refused.text);
    }
    let untold = browser.get(gate.url(KIND, "/auth/check")).await;
    assert_eq!(untold.status, 400, "no proxy told a request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_names_one_way_refuses_the_others() {
    let settings = format!("{TRUSTED}forward_auth = \"path\"\n");
    let gate = Plan::default().settings(&settings).start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        let expected = if way == Way::Path { 200 } else { 400 };
        let answer = navigate(&gate, &browser, way, "/").await;
        assert_eq!(answer.status, expected, "{way:?}");
    }
}

// proves: C56, C57
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_two_servers_read_differently_is_refused() {
    let route = "[[route]]\npath = \"/\"\npublic = [\"/public\"]";
    let plan = Plan::default().settings(TRUSTED).table(KIND, route);
    let gate = plan.start().await;
    let browser = Browser::new();
    for path in [
        "/public/../private",
        "/public/%2e%2e/private",
        "/public%2f..%2fprivate",
        "/public/..;/private",
        "/public/%252e%252e/private",
        "/PUBLIC/x",
        "/public;x/private",
        "//public/x",
        "/public/x%00",
    ] {
        for way in [Way::Forwarded, Way::Original, Way::Fabric] {
            let refused = ask(&gate, &browser, way, path, &[]).await;
            assert_eq!(refused.status, 400, "{way:?} {path}: {}", refused.text);
        }
    }
    let public = ask(&gate, &browser, Way::Forwarded, "/public/x", &[]).await;
    assert_eq!(public.status, 200);
    let guarded = ask(&gate, &browser, Way::Forwarded, "/private?x=/public/", &[]).await;
    assert_ne!(guarded.status, 200);
}
