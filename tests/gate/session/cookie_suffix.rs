//! Two deployments on one host, which share the browser's cookies: ports do not tell cookies apart (RFC 6265 §8.5).

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, host, records};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_suffix_keeps_the_sessions_of_two_deployments_on_one_host_apart() {
    let first = Plan::default().start().await;
    let plan = Plan::default().settings("cookie_suffix = \"-staging\"");
    let second = plan.start().await;
    let browser = Browser::new();
    first.sign_in(&browser, KIND, "ada").await;
    let cookie = browser.cookie(host(KIND), "gatehouse");
    second.sign_in(&browser, KIND, "grace").await;
    assert_eq!(browser.cookie(host(KIND), "gatehouse"), cookie);
    assert!(browser.cookie(host(KIND), "gatehouse-staging").is_some());
    assert!(first.is_signed_in(&browser, KIND).await);
    assert!(second.is_signed_in(&browser, KIND).await);
    second.sign_out(&browser, KIND).await;
    assert!(first.is_signed_in(&browser, KIND).await);
    assert!(!second.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_session_cookie_is_replaced_by_a_sign_in_only_and_with_a_warning() {
    records::record();
    let (first, second) = (Plan::default().start().await, Plan::default().start().await);
    let browser = Browser::new();
    first.sign_in(&browser, KIND, "ada").await;
    let cookie = browser.cookie(host(KIND), "gatehouse");
    for path in ["/", "/auth/session", "/auth/sign_in", "/auth/sign_out"] {
        browser.get(second.url(KIND, path)).await;
        assert_eq!(browser.cookie(host(KIND), "gatehouse"), cookie, "{path}");
    }
    let warned = || records::log().matches("set cookie_suffix").count();
    assert_eq!(warned(), 0);
    for _ in 0..2 {
        browser.set_cookie(host(KIND), "gatehouse", cookie.as_deref().unwrap());
        second.sign_in(&browser, KIND, "grace").await;
    }
    assert_eq!(warned(), 1);
}
