//! People and scripts: sign-in, rules, the end of a session.

use crate::behind::guarded::{Guarded, SCRIPT};
use crate::behind::guide::HOST;
use crate::harness::browser::Browser;

pub async fn a_stranger_signs_in_and_comes_back_to_the_address_with_its_query(guarded: &Guarded) {
    let before = guarded.application.count();
    let browser = Browser::new();
    let path = "/reports/2026?year=2026&q=%2Fa&empty=";
    let refused = guarded.navigate(&browser, path).await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    assert!(refused.sets_cookies().is_empty(), "a check sets no cookie");
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let arrived = guarded.sign_in(&browser, path, "ada").await;
    assert_eq!(arrived.url.as_str(), guarded.url(path));
    assert_eq!(
        (arrived.status.as_u16(), arrived.text.as_str()),
        (200, "hi")
    );
    assert_eq!(arrived.sets_cookies(), ["seen"], "the application's own");
    let seen = guarded.application.last();
    assert_eq!(seen.target(), path);
    assert_eq!(seen.values("x-auth-profile"), ["guarded"]);
    assert_eq!(seen.values("x-auth-subject").len(), 1, "{seen:?}");
    assert_eq!(seen.values("x-auth-name"), ["ada lovelace"]);
    let page = guarded.fetch(&browser, "/api/orders").await;
    assert_eq!(page.status, 200, "{}", page.text);
}

pub async fn a_script_gets_401_and_nobody_else_a_redirect(guarded: &Guarded) {
    let before = guarded.application.count();
    let stranger = Browser::new();
    let refused = guarded.fetch(&stranger, "/api/orders").await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(refused.header("location").is_none());
    assert!(refused.header("www-authenticate").is_some());
    let posted = stranger
        .post_with(
            guarded.url("/form"),
            &[("a", "b")],
            &[("accept", "text/html")],
        )
        .await;
    assert_eq!(posted.status, 401, "a form is not sent again after sign-in");
    assert!(posted.header("location").is_none());
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let probe = [("user-agent", "kube-probe/1.31"), SCRIPT[0], SCRIPT[1]];
    let refused = stranger.get_with(guarded.url("/api"), &probe).await;
    assert_eq!(refused.status, 401, "no name of a client opens anything");
    let public = guarded.fetch(&stranger, "/healthz").await;
    assert_eq!(public.status, 200, "{}", public.text);
    assert!(
        guarded
            .application
            .last()
            .values("x-auth-subject")
            .is_empty()
    );
}

pub async fn a_rule_refuses_with_403_and_says_why(guarded: &Guarded) {
    let plain = guarded.browser_of("ada").await;
    let before = guarded.application.count();
    let denied = guarded.navigate(&plain, "/admin/users").await;
    assert_eq!(denied.status, 403, "{}", denied.text);
    let denied = guarded.fetch(&plain, "/admin?allow_roles=").await;
    assert_eq!(denied.status, 403, "{}", denied.text);
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let narrowed = guarded.fetch(&plain, "/reports?allow_roles=Nobody").await;
    assert_eq!(narrowed.status, 200, "the caller's query sets no rule");
    let administrator = guarded.browser_of("grace").await;
    let passed = guarded.navigate(&administrator, "/admin/users").await;
    assert_eq!(passed.status, 200, "{}", passed.text);
    let seen = guarded.application.last();
    assert_eq!(seen.values("x-auth-roles"), ["orders.read,admin"]);
}

pub async fn a_session_that_ended_elsewhere_opens_nothing_any_more(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    assert_eq!(guarded.fetch(&browser, "/api").await.status, 200);
    let elsewhere = Browser::new();
    for (name, value) in browser.cookies(HOST) {
        elsewhere.set_cookie(HOST, &name, &value);
    }
    let own = [("sec-fetch-site", "same-origin")];
    let ended = elsewhere
        .get_with(guarded.url("/auth/sign_out"), &own)
        .await;
    assert_eq!(ended.status, 303, "{}", ended.text);
    let before = guarded.application.count();
    assert_eq!(guarded.fetch(&browser, "/api").await.status, 401);
    assert_eq!(guarded.navigate(&browser, "/api").await.status, 303);
    assert_eq!(guarded.application.count(), before, "nothing reached it");
}

pub async fn roles_and_groups_of_any_number_pass_or_are_named_as_left_out(guarded: &Guarded) {
    let names: Vec<String> = (0..60).map(|at| format!("group-{at:030}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    guarded.gate.sim.set_person_groups("ada", &names);
    let browser = guarded.browser_of("ada").await;
    let page = guarded.fetch(&browser, "/api").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = guarded.application.last();
    let groups = seen.values("x-auth-groups");
    assert_eq!(groups.first().map(|list| list.split(',').count()), Some(60));
    let names: Vec<String> = (0..200).map(|at| format!("group-{at:030}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    guarded.gate.sim.set_person_groups("ada", &names);
    let browser = guarded.browser_of("ada").await;
    let forged = [("x-auth-groups", "admins"), SCRIPT[0], SCRIPT[1]];
    let page = browser.get_with(guarded.url("/api"), &forged).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let seen = guarded.application.last();
    assert!(seen.values("x-auth-groups").is_empty(), "{seen:?}");
    assert_eq!(seen.values("x-auth-truncated"), ["x-auth-groups"]);
}
