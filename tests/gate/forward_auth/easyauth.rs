//! App Service's `EasyAuth`: the principal, the tokens and the addresses, for applications that moved from there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::families::{KIND, TRUSTED, WAYS, Way, ask, navigate};
use crate::harness::browser::Browser;
use crate::harness::{Plan, TestGatehouse};

async fn moved(route: &str) -> TestGatehouse {
    let route = format!("[[route]]\npath = \"/\"\npublic = [\"/public\"]\n{route}");
    let plan = Plan::default().settings(TRUSTED).table(KIND, &route);
    plan.start().await
}

const FORGED: [(&str, &str); 3] = [
    ("x-ms-client-principal", "bWFsbG9yeQ=="),
    ("x-ms-client-principal-id", "mallory"),
    ("x-ms-token-aad-access-token", "mallory"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_principal_arrives_as_app_service_sends_it() {
    let gate = moved("easyauth = true").await;
    let browser = gate.browser_of(KIND, "grace").await;
    for way in WAYS {
        let page = ask(&gate, &browser, way, "/", &FORGED).await;
        assert_eq!(page.status, 200, "{way:?}");
        let principal = page.header("x-ms-client-principal").unwrap();
        let principal: serde_json::Value =
            serde_json::from_slice(&STANDARD.decode(principal).unwrap()).unwrap();
        assert_eq!(principal["auth_typ"], "aad");
        let claims = principal["claims"].to_string();
        assert!(claims.contains("Admin"), "{claims}");
        assert_eq!(page.header("x-ms-client-principal-idp"), Some("aad"));
        let subject = page.header("x-auth-subject").unwrap();
        let object = page.header("x-ms-client-principal-id").unwrap();
        assert!(subject.ends_with(object), "{subject} {object}");
        for name in ["access-token", "id-token", "refresh-token"] {
            let name = format!("x-ms-token-aad-{name}");
            assert!(
                page.header(&name).is_none(),
                "{name} is an opt-in of its own"
            );
        }
    }
}

// proves: C34
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_principal_is_on_the_removal_list_where_nobody_asked_for_one() {
    let gate = moved("").await;
    let browser = gate.browser_of(KIND, "ada").await;
    for (path, browser) in [("/", &browser), ("/public", &Browser::new())] {
        let page = ask(&gate, browser, Way::Path, path, &FORGED).await;
        assert_eq!(page.status, 200, "{path}");
        let removed = page.header("x-envoy-auth-headers-to-remove").unwrap();
        let removed: Vec<&str> = removed.split(',').collect();
        for (name, _) in FORGED {
            assert!(page.header(name).is_none(), "{name}");
            assert!(removed.contains(&name), "{name}: {removed:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_arrive_where_a_route_asks_for_them_and_never_the_refresh_token() {
    let gate = moved("easyauth = { tokens = true, addresses = true }").await;
    let browser = gate.browser_of(KIND, "ada").await;
    let page = ask(&gate, &browser, Way::Forwarded, "/", &FORGED).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let id_token = page.header("x-ms-token-aad-id-token").unwrap();
    assert_eq!(id_token.split('.').count(), 3);
    let access = page.header("x-ms-token-aad-access-token").unwrap();
    assert!(access != "mallory" && access.len() > 100);
    let expires = page.header("x-ms-token-aad-expires-on").unwrap();
    assert!(expires.ends_with('Z') && expires.len() == 28, "{expires}");
    assert!(page.header("x-ms-token-aad-refresh-token").is_none());
    assert!(page.header("x-ms-client-principal").is_none());
    let removed = async |path: &str, browser: &Browser| {
        let page = ask(&gate, browser, Way::Path, path, &FORGED).await;
        let list = page.header("x-envoy-auth-headers-to-remove").unwrap();
        list.contains("x-ms-token-aad-access-token")
    };
    assert!(!removed("/", &browser).await);
    assert!(removed("/public", &Browser::new()).await);
    let me = browser.get(gate.url(KIND, "/.auth/me")).await.json();
    assert_eq!(me[0]["access_token"], access);
    assert!(!me.to_string().contains("refresh"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn me_is_a_list_with_one_entry_and_no_token() {
    let gate = moved("easyauth = true").await;
    let stranger = Browser::new().get(gate.url(KIND, "/.auth/me")).await;
    assert_eq!(stranger.status, 401);
    assert!(stranger.header("location").is_none());
    let browser = gate.browser_of(KIND, "ada").await;
    let page = browser.get(gate.url(KIND, "/.auth/me")).await;
    assert_eq!(page.status, 200);
    let me = page.json();
    let entry = &me.as_array().unwrap()[0];
    assert_eq!(entry["provider_name"], "aad");
    assert!(entry["user_id"].as_str().unwrap().starts_with("ada"));
    assert!(
        entry["user_claims"]
            .to_string()
            .contains("objectidentifier")
    );
    for name in ["access_token", "id_token", "refresh_token"] {
        assert!(entry.get(name).is_none(), "{name}");
    }
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_addresses_are_the_applications_own_where_no_route_asks_for_them() {
    let gate = moved("easyauth = { principal = true }").await;
    let browser = gate.browser_of(KIND, "ada").await;
    for path in [
        "/.auth/me",
        "/.auth/login/aad",
        "/.auth/logout",
        "/.auth/refresh",
    ] {
        let page = browser.get(gate.url(KIND, path)).await;
        assert_eq!(page.status, 404, "{path}");
    }
    assert_eq!(
        navigate(&gate, &browser, Way::Forwarded, "/").await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_link_leads_through_the_sign_in_and_back() {
    let gate = moved("easyauth = true").await;
    let browser = Browser::new();
    let begun = gate.url(
        KIND,
        "/.auth/login/aad?post_login_redirect_uri=/reports%3Fyear%3D2026",
    );
    let sign_in = browser.get(&begun).await;
    assert_eq!(sign_in.status, 303);
    let begun = browser.get(sign_in.location().as_str()).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let arrived = browser.follow(&callback).await.location();
    assert_eq!(
        (arrived.path(), arrived.query()),
        ("/reports", Some("year=2026"))
    );
    for provider in ["google", "github", "AAD"] {
        let unknown = browser
            .get(gate.url(KIND, &format!("/.auth/login/{provider}")))
            .await;
        assert_eq!(unknown.status, 404, "{provider}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_link_of_an_attacker_leads_to_no_other_site() {
    let gate = moved("easyauth = true").await;
    for target in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "/.auth/logout",
        "/.auth/login/aad",
        "javascript:alert(1)",
    ] {
        for name in ["post_login_redirect_uri", "post_login_redirect_url"] {
            let mut address = url::Url::parse(&gate.url(KIND, "/.auth/login/aad")).unwrap();
            address.query_pairs_mut().append_pair(name, target);
            let page = Browser::new().get(address.as_str()).await;
            let location = page.location();
            let back = location.query_pairs().find(|(name, _)| name == "return_to");
            assert_eq!(back.unwrap().1, "/", "{name}={target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_link_on_another_site_signs_nobody_out() {
    let gate = moved("easyauth = true").await;
    let browser = gate.browser_of(KIND, "ada").await;
    for site in ["cross-site", "same-site"] {
        let link = gate.url(
            KIND,
            "/.auth/logout?post_logout_redirect_uri=https://evil.example/",
        );
        let headers = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
        let page = browser.get_with(link, &headers).await;
        assert!(!page.location().as_str().contains("evil"), "{site}");
        let asked = browser
            .get_with(page.location().to_string(), &headers)
            .await;
        assert_eq!(asked.status, 200, "{site}: a page with a button");
        let me = browser.get(gate.url(KIND, "/.auth/me")).await;
        assert_eq!(me.status, 200, "{site}: still signed in");
    }
    let own = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
    ];
    let page = browser
        .get_with(gate.url(KIND, "/.auth/logout"), &own)
        .await;
    let ended = browser.get_with(page.location().to_string(), &own).await;
    assert_eq!(ended.status, 303);
    assert_eq!(browser.get(gate.url(KIND, "/.auth/me")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_site_refreshes_no_tokens() {
    let gate = moved("easyauth = true").await;
    let browser = gate.browser_of(KIND, "ada").await;
    let refresh = async |site: &str| {
        let headers = [("sec-fetch-site", site), ("sec-fetch-mode", "cors")];
        let page = browser
            .get_with(gate.url(KIND, "/.auth/refresh"), &headers)
            .await;
        page.status.as_u16()
    };
    gate.turn(2 * 3600);
    let before = gate.sim.count(simulator::Endpoint::Token);
    for site in ["cross-site", "same-site"] {
        assert_eq!(refresh(site).await, 403, "{site}");
    }
    assert_eq!(gate.sim.count(simulator::Endpoint::Token), before);
    assert_eq!(refresh("same-origin").await, 200);
    let stranger = Browser::new().get(gate.url(KIND, "/.auth/refresh")).await;
    assert_eq!(stranger.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_session_that_ended_meanwhile_reach_nobody() {
    let script = [("sec-fetch-mode", "cors")];
    for (way, path, expected) in [
        (Way::Forwarded, "/", 401),
        (Way::Original, "/", 401),
        (Way::Path, "/public", 200),
    ] {
        // In memory is the session, or its tokens, too: then they are refreshed first, and that is refused.
        for (asked_before, seconds) in [("/plain", 0), ("/", 3_600)] {
            let route = "easyauth = { tokens = true }\n[[route]]\npath = \"/plain\"";
            let gate = moved(route).await;
            let browser = gate.browser_of(KIND, "ada").await;
            let before = ask(&gate, &browser, way, asked_before, &script).await;
            assert_eq!(before.status, 200, "{}", before.text);
            gate.at_database("DELETE FROM sessions").await;
            gate.turn(seconds);
            let page = ask(&gate, &browser, way, path, &script).await;
            assert_eq!(page.status, expected, "{way:?} {seconds}: {}", page.text);
            for name in [
                "x-ms-token-aad-id-token",
                "x-ms-token-aad-access-token",
                "x-auth-subject",
            ] {
                assert!(page.header(name).is_none(), "{way:?} {seconds}: {name}");
            }
            if way == Way::Path {
                let removed = page.header("x-envoy-auth-headers-to-remove").unwrap();
                assert!(
                    removed.contains("x-ms-token-aad-id-token")
                        && removed.contains("x-auth-subject"),
                    "{removed}"
                );
            }
        }
    }
}
