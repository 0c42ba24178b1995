//! Profiles that share one host under path prefixes.

use crate::harness::browser::Browser;
use crate::harness::{Plan, TestGatehouse, add_profile};

/// Three profiles at one host: at its root, under `/staff`, and under `/staff/admin`.
struct SharedHost {
    gate: TestGatehouse,
    origin: String,
    browser: Browser,
}

impl SharedHost {
    async fn start() -> Self {
        let gate = Plan::default().start().await;
        let origin = format!("http://shared.localhost:{}", gate.port);
        for (id, prefix) in [
            ("root", ""),
            ("staff", "/staff"),
            ("staff-admin", "/staff/admin"),
        ] {
            add_profile(&gate, id, &format!("{origin}{prefix}"), "");
        }
        Self {
            gate,
            origin,
            browser: Browser::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Signs Ada in at a prefix; gives the path and query where she arrives.
    async fn sign_in(&self, prefix: &str, return_to: &str) -> String {
        let start = self.url(&format!("{prefix}/auth/sign_in?return_to={return_to}"));
        let begun = self.browser.get(start).await;
        assert_eq!(
            begun.location_parameter("redirect_uri"),
            Some(self.url(&format!("{prefix}/auth/redirect")))
        );
        let callback = self.gate.choose(&self.browser, &begun, "ada").await;
        let arrived = self.browser.follow(&callback).await.location();
        let query = arrived.query().map(|query| format!("?{query}"));
        format!("{}{}", arrived.path(), query.unwrap_or_default())
    }

    /// The prefixes at which Ada is signed in.
    async fn signed_in_at(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        for prefix in ["", "/staff", "/staff/admin"] {
            let url = self.url(&format!("{prefix}/auth/session"));
            if self.browser.get(url).await.json()["signed_in"] == true {
                found.push(prefix);
            }
        }
        found
    }
}

// proves: B166, C73
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_prefix_of_whole_segments_names_the_profile() {
    let host = SharedHost::start().await;
    for (path, title) in [
        ("/", "Title of root<"),
        ("/staff", "Title of staff<"),
        ("/staff/", "Title of staff<"),
        ("/staff/admin/", "Title of staff-admin<"),
    ] {
        let page = host.browser.get(host.url(&format!("{path}?x=1"))).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains(title), "{path}: {}", page.text);
    }
    for nowhere in [
        "/staffroom",
        "/staff/administration",
        "/%73taff/",
        "/staff//auth/sign_in",
    ] {
        let page = host.browser.get(host.url(nowhere)).await;
        assert_eq!(page.status, 404, "{nowhere}");
    }
}

// proves: B166, C73
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_profiles_share_a_host_under_prefixes_and_nothing_else() {
    let host = SharedHost::start().await;
    let arrived = host
        .sign_in("/staff", "%2Fstaff%2Fauth%2Ftoken_details%3Fa%3D1")
        .await;
    assert_eq!(arrived, "/staff/auth/token_details?a=1");
    assert_eq!(host.signed_in_at().await, ["/staff"]);
    let page = host.browser.get(host.url("/staff/")).await;
    let link = "href=\"/staff/auth/sign_out\"";
    assert!(page.text.contains(link), "{}", page.text);

    // Signing in at the second leaves the first alone; signing out there as well.
    let arrived = host.sign_in("", "%2Fstaff%2Fadmin%2F").await;
    assert_eq!(
        arrived, "/staff/admin/",
        "another profile's page is a page of this host"
    );
    assert_eq!(host.signed_in_at().await, ["", "/staff"]);
    let own = [("sec-fetch-site", "same-origin")];
    host.browser
        .get_with(host.url("/auth/sign_out"), &own)
        .await;
    assert_eq!(host.signed_in_at().await, ["/staff"]);
    let arrived = host.sign_in("/staff", "%2Fauth%2Ftoken_details").await;
    assert_eq!(arrived, "/staff/", "C23: outside of the prefix");
}
