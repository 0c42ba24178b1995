//! What went wrong in other gateways, tried here. `docs/security.md` names each advisory.

use std::sync::Arc;

use super::families::{KIND, TRUSTED, WAYS, Way, ask, navigate};
use crate::harness::browser::Browser;
use crate::harness::{Plan, TestGatehouse};

const SCRIPT: [(&str, &str); 2] = [("accept", "application/json"), ("sec-fetch-mode", "cors")];

async fn with_routes(routes: &str) -> TestGatehouse {
    Plan::default()
        .settings(TRUSTED)
        .table(KIND, routes)
        .start()
        .await
}

async fn with_a_public_path() -> TestGatehouse {
    with_routes("[[route]]\npath = \"/\"\npublic = [\"/public\"]").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_of_a_client_opens_anything() {
    let gate = with_a_public_path().await;
    for agent in [
        "kube-probe/1.31",
        "GoogleHC/1.0",
        "ELB-HealthChecker/2.0",
        "Go-http-client/1.1",
    ] {
        for way in WAYS {
            let headers = [("user-agent", agent), SCRIPT[0], SCRIPT[1]];
            let refused = ask(&gate, &Browser::new(), way, "/private", &headers).await;
            assert_eq!(refused.status, 401, "{way:?} {agent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_names_a_public_path_opens_nothing() {
    let gate = with_a_public_path().await;
    for way in WAYS {
        for path in [
            "/private?x=/public/status",
            "/private?/public",
            "/?/public/",
        ] {
            let refused = ask(&gate, &Browser::new(), way, path, &SCRIPT).await;
            assert_eq!(refused.status, 401, "{way:?} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fragment_in_a_target_decides_nothing() {
    let gate = with_a_public_path().await;
    for way in [Way::Forwarded, Way::Original, Way::Fabric] {
        for path in [
            "/public#/../private",
            "/private#/public",
            "/public%23/../private",
            "/public%2523/../private",
        ] {
            let refused = ask(&gate, &Browser::new(), way, path, &SCRIPT).await;
            assert_eq!(refused.status, 400, "{way:?} {path}");
        }
        // An encoded `#` is a byte of the path like others.
        let other = ask(&gate, &Browser::new(), way, "/public%23", &SCRIPT).await;
        assert_eq!(other.status, 401, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_original_address_that_does_not_parse_is_denied_and_never_the_home_page() {
    let gate = with_a_public_path().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let host = crate::harness::host(KIND);
    let port = gate.port;
    for address in [
        "http://",
        "://",
        "http:///",
        "http://[::1",
        "ftp://entra.localhost/",
        "javascript:alert(1)",
        &format!("http://{host}:{port}"),
        &format!("http://{host}:{port}?x=1"),
        &format!("http://mallory@{host}:{port}/"),
        &format!("http://{host}:{port}\\/"),
        &format!("http://{host}:{port}/%"),
        &format!("http://{host}:{port}/a b"),
        &format!("http://{host}:{port}//"),
    ] {
        let told = [("x-original-url", address), ("x-original-method", "GET")];
        let check = gate.url(KIND, "/auth/check");
        let refused = browser.get_with(check, &told).await;
        // 404: a host of no profile.
        assert!(
            [400, 404].contains(&refused.status.as_u16()),
            "{address}: {}",
            refused.status
        );
        assert!(refused.header("x-auth-subject").is_none(), "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_says_about_prefix_scheme_and_port_changes_no_answer() {
    let gate = with_a_public_path().await;
    for way in WAYS {
        let plain = navigate(&gate, &Browser::new(), way, "/private").await;
        for (name, value) in [
            ("x-forwarded-prefix", "/public"),
            ("x-forwarded-port", "1"),
            ("x-forwarded-server", "evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-rewrite-url", "/public"),
            ("x-http-method-override", "OPTIONS"),
        ] {
            let more = [
                (name, value),
                ("accept", "text/html"),
                ("sec-fetch-mode", "navigate"),
            ];
            let same = ask(&gate, &Browser::new(), way, "/private", &more).await;
            assert_eq!(same.status, plain.status, "{way:?} {name}");
            assert_eq!(
                same.header("location"),
                plain.header("location"),
                "{way:?} {name}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_only_resembles_ours_is_none() {
    let gate = with_a_public_path().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let port = gate.port;
    for host in [
        format!("evil-entra.localhost:{port}"),
        format!("entra.localhost.evil.example:{port}"),
        format!("entra.localhost:{port}@evil.example"),
        format!("mallory@entra.localhost:{port}"),
        format!("entra.localhost:{port},evil.example"),
        format!("entra.localhost:{port}/public"),
        "entra.localhost:1".to_owned(),
    ] {
        let told = [
            ("x-forwarded-host", host.as_str()),
            ("x-forwarded-uri", "/"),
            ("x-forwarded-method", "GET"),
            ("x-forwarded-proto", "http"),
        ];
        let check = gate.url(KIND, "/auth/check");
        let refused = browser.get_with(check, &told).await;
        assert!(
            [400, 404].contains(&refused.status.as_u16()),
            "{host}: {}",
            refused.status
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bearer_token_opens_no_route_that_takes_cookies() {
    let gate = with_a_public_path().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let token = ("authorization", "Bearer eyJhbGciOiJub25lIn0.e30.");
    let headers = [token, SCRIPT[0], SCRIPT[1]];
    for way in WAYS {
        let refused = ask(&gate, &Browser::new(), way, "/private", &headers).await;
        assert_eq!(refused.status, 401, "{way:?}");
        let person = ask(&gate, &browser, way, "/private", &headers).await;
        assert_eq!(person.status, 200, "{way:?}: it is for the application");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_list_of_a_rule_denies_somebody_in_every_way_to_ask() {
    let lists = [
        ("/roles", "roles = [\"Admin\"]"),
        (
            "/groups",
            "groups = [\"00000000-0000-4000-8000-0000000000aa\"]",
        ),
        ("/emails", "emails = [\"grace@contoso.example\"]"),
        ("/domains", "email_domains = [\"fabrikam.example\"]"),
    ];
    let routes =
        lists.map(|(path, list)| format!("[[route]]\npath = \"{path}\"\nallow = {{ {list} }}\n"));
    let gate = with_routes(&routes.concat()).await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        for (path, _) in lists {
            let denied = ask(&gate, &browser, way, path, &SCRIPT).await;
            assert_eq!(denied.status, 403, "{way:?} {path}: {}", denied.text);
            assert!(denied.header("x-auth-subject").is_none(), "{way:?} {path}");
        }
        let passed = ask(&gate, &browser, way, "/elsewhere", &SCRIPT).await;
        assert_eq!(passed.status, 200, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_of_a_check_is_stored_or_sets_a_cookie() {
    let gate = with_routes("[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }").await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        for (browser, path) in [
            (&browser, "/"),
            (&browser, "/admin"),
            (&Browser::new(), "/"),
            (&browser, "/a/../b"),
        ] {
            let answer = navigate(&gate, browser, way, path).await;
            assert_eq!(
                answer.header("cache-control"),
                Some("no-store"),
                "{way:?} {path}"
            );
            assert!(answer.sets_cookies().is_empty(), "{way:?} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_people_at_once_are_each_told_as_themselves() {
    let gate = Arc::new(with_a_public_path().await);
    let mut people = Vec::new();
    for person in ["ada", "grace"] {
        let browser = Arc::new(gate.browser_of(KIND, person).await);
        let known = navigate(&gate, &browser, Way::Forwarded, "/").await;
        let subject = known.header("x-auth-subject").unwrap().to_owned();
        people.push((browser, subject));
    }
    assert_ne!(people[0].1, people[1].1);
    let checks = (0..100).map(|at| {
        let (gate, (browser, subject)) = (Arc::clone(&gate), people[at % 2].clone());
        tokio::spawn(async move {
            let way = WAYS[at % WAYS.len()];
            let told = navigate(&gate, &browser, way, "/").await;
            assert_eq!(told.header("x-auth-subject"), Some(subject.as_str()));
        })
    });
    for check in checks.collect::<Vec<_>>() {
        check.await.unwrap();
    }
}
