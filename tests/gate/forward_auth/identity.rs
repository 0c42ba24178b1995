//! Identity headers: what an application receives about the person, and what a caller cannot make it believe.

use super::families::{KIND, TRUSTED, WAYS, Way, ask, navigate};
use crate::harness::Plan;
use crate::harness::browser::Browser;

const ROUTE: &str = r#"[[route]]
path = "/"
public = ["/public"]
identity_headers = { "Remote-User" = "preferred_username", "Remote-Mail" = "email", "X-Nobody" = "no_such_claim" }"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_arrives_under_the_name_that_the_route_gives_it() {
    let plan = Plan::default().settings(TRUSTED).table(KIND, ROUTE);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        let forged = [("remote-user", "mallory"), ("x-nobody", "root")];
        let passed = ask(&gate, &browser, way, "/", &forged).await;
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text);
        let user = passed.header("remote-user").unwrap();
        assert!(user.starts_with("ada"), "{way:?}: {user}");
        assert!(passed.header("x-nobody").is_none(), "{way:?}");
    }
}

// proves: C34
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_header_of_the_route_is_on_the_removal_list_when_its_claim_is_missing() {
    let plan = Plan::default().settings(TRUSTED).table(KIND, ROUTE);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let removed = |page: &crate::harness::browser::Page| -> Vec<String> {
        let list = page.header("x-envoy-auth-headers-to-remove").unwrap();
        list.split(',').map(str::to_owned).collect()
    };
    let person = removed(&ask(&gate, &browser, Way::Path, "/", &[]).await);
    assert!(person.contains(&"X-Nobody".to_owned()), "{person:?}");
    assert!(!person.contains(&"Remote-User".to_owned()), "{person:?}");
    let stranger = Browser::new();
    let nobody = removed(&navigate(&gate, &stranger, Way::Path, "/public").await);
    for name in ["Remote-User", "Remote-Mail", "X-Nobody"] {
        assert!(nobody.contains(&name.to_owned()), "{nobody:?}");
    }
}
