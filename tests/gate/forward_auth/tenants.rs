//! Directory tenants: a rule of a route, of the reverse proxy and of a check keeps other organisations out.

use simulator::{CONTOSO, FABRIKAM};

use super::families::{KIND, TRUSTED, WAYS, Way, ask, navigate};
use crate::harness::browser::Browser;
use crate::harness::upstream::Upstream;
use crate::harness::{Fault, Kind, Plan, TestGatehouse, host};

/// A profile that every organisation may enter. `/contoso` is for one of them.
async fn of_everybody(more: &str) -> TestGatehouse {
    let route = format!(
        "[[route]]\npath = \"/contoso\"\nallow = {{ tenants = [\"{CONTOSO}\"] }}\npublic = [\"/contoso/open\"]\n{more}"
    );
    let plan = Plan::default().settings(TRUSTED).table(KIND, &route);
    let gate = plan.start().await;
    gate.edit(KIND, |text| {
        let text = text.replace(&format!("/{CONTOSO}\""), "/organizations\"");
        format!("allowed_tenants = \"any\"\n{text}")
    });
    gate
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_another_tenant_does_not_pass_behind_any_proxy() {
    let gate = of_everybody("").await;
    let ada = gate.browser_of(KIND, "ada").await;
    let fred = gate.browser_of(KIND, "fred").await;
    for way in WAYS {
        for path in ["/contoso", "/contoso/reports", "/%63ontoso"] {
            let refused = navigate(&gate, &fred, way, path).await;
            assert_eq!(refused.status, 403, "{way:?} {path}");
            let why = "directory tenant is not on this application's list";
            assert!(refused.text.contains(why), "{}", refused.text);
            assert!(refused.header("x-auth-subject").is_none());
            let passed = navigate(&gate, &ada, way, path).await;
            assert_eq!(passed.status, 200, "{way:?} {path}: {}", passed.text);
            assert_eq!(passed.header("x-auth-tenant"), Some(CONTOSO));
        }
        let elsewhere = navigate(&gate, &fred, way, "/").await;
        assert_eq!(elsewhere.status, 200, "{way:?}");
        assert_eq!(elsewhere.header("x-auth-tenant"), Some(FABRIKAM));
        let open = navigate(&gate, &fred, way, "/contoso/open").await;
        assert_eq!(open.status, 200, "{way:?}: a public path");
        assert!(open.header("x-auth-subject").is_none(), "but as nobody");
    }
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    let refused = ask(&gate, &fred, Way::Forwarded, "/contoso", &script).await;
    assert_eq!(refused.status, 403);
    let told = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(told.contains("directory tenant"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_person_of_another_tenant_reaches_an_upstream() {
    let upstream = Upstream::ok().await;
    let rule = format!("allow = {{ tenants = [\"{CONTOSO}\"] }}");
    let gate = of_everybody(&upstream.route("/app", &rule)).await;
    let ada = gate.browser_of(KIND, "ada").await;
    let fred = gate.browser_of(KIND, "fred").await;
    let before = upstream.count();
    let refused = fred.get(gate.url(KIND, "/app/reports")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(upstream.count(), before, "nothing is forwarded");
    assert_eq!(ada.get(gate.url(KIND, "/app/reports")).await.text, "ok");
}

/// Asks with a query that narrows.
async fn narrowed(gate: &TestGatehouse, kind: Kind, browser: &Browser, query: &str) -> u16 {
    let check = gate.url(kind, &format!("/auth/check?{query}"));
    let target = gate.url(kind, "/reports");
    let headers = [
        ("x-original-url", target.as_str()),
        ("x-original-method", "GET"),
    ];
    browser.get_with(check, &headers).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_names_tenants_keeps_every_other_out_and_takes_ids_only() {
    let gate = of_everybody("").await;
    let ada = gate.browser_of(KIND, "ada").await;
    let upper = CONTOSO.to_ascii_uppercase();
    for (query, expected) in [
        (format!("allow_tenants={CONTOSO}"), 200),
        (format!("allow_tenants={upper}"), 200),
        (format!("allow_tenants={FABRIKAM},{CONTOSO}"), 200),
        (format!("allow_tenants={FABRIKAM}"), 403),
        (format!("allow_tenants={CONTOSO}&allow_roles=Nobody"), 403),
        (
            format!("allow_tenants={FABRIKAM}&allow_tenants={CONTOSO}"),
            400,
        ),
        ("allow_tenants=".to_owned(), 400),
        ("allow_tenants=contoso.example".to_owned(), 400),
        ("allow_tenants=common".to_owned(), 400),
        (format!("allow_tenants={CONTOSO},"), 400),
        (format!("allow_tenants={CONTOSO}+{FABRIKAM}"), 400),
        (format!("allow_tenant={CONTOSO}"), 400),
        (format!("allowed_tenants={CONTOSO}"), 400),
    ] {
        let status = narrowed(&gate, KIND, &ada, &query).await;
        assert_eq!(status, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tid_of_an_authority_without_tenants_is_no_tenant() {
    let kind = Kind::Oidc;
    let gate = Plan::default().settings(TRUSTED).start().await;
    let browser = Browser::new();
    let tid = serde_json::json!(CONTOSO);
    gate.sim
        .fault(Fault::SetClaim("tid".to_owned(), tid).times(1));
    let callback = gate.answer(&browser, kind, "ada", "/").await;
    browser.follow(&callback).await;
    assert!(browser.cookie(host(kind), "gatehouse").is_some());
    let query = format!("allow_tenants={CONTOSO}");
    assert_eq!(narrowed(&gate, kind, &browser, &query).await, 400);
    assert_eq!(narrowed(&gate, kind, &browser, "").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_token_named_no_tenant_passes_no_check_that_does() {
    let gate = Plan::default().settings(TRUSTED).start().await;
    let query = format!("allow_tenants={CONTOSO}");
    let kind = Kind::B2c;
    let browser = gate.browser_of(kind, "ada").await;
    let status = narrowed(&gate, kind, &browser, &query).await;
    assert_eq!(status, 400, "user flows issue no tid");
    assert_eq!(narrowed(&gate, kind, &browser, "").await, 200);
}
