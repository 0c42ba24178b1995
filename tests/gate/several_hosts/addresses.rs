//! Which addresses lead where: return addresses of other hosts, and our own addresses at a further host.

use super::{CRM, KIND, WIKI, at, enter, is_signed_in_at, plan, travel};
use crate::harness::browser::Browser;
use crate::harness::{TestGatehouse, host};

/// Where a sign-in at `named` with this query leads in the end.
async fn end_of(gate: &TestGatehouse, named: &str, query: &[(&str, &str)]) -> String {
    let browser = Browser::new();
    let mut start = url::Url::parse(&at(gate, named, "/auth/sign_in")).unwrap();
    start.query_pairs_mut().extend_pairs(query);
    let begun = browser.get(start).await;
    let arrived = travel(gate, &browser, begun, "ada").await;
    arrived.location().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_at_any_host_of_the_profile_is_reached_from_any_other() {
    let gate = plan().start().await;
    for from in [host(KIND), CRM, WIKI] {
        for to in [host(KIND), CRM, WIKI] {
            let target = at(&gate, to, "/deep?x=%2F1");
            for name in ["return_to", "rd"] {
                let end = end_of(&gate, from, &[(name, &target)]).await;
                assert_eq!(end, target, "{name} from {from}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_redirect_to_a_host_that_is_not_listed_leads_home() {
    let gate = plan().start().await;
    let port = gate.port;
    let home = gate.url(KIND, "/");
    for target in [
        "https://evil.example/".to_owned(),
        format!("http://evil.localhost:{port}/"),
        format!("http://{CRM}.evil.example:{port}/"),
        format!("http://{CRM}:{}/", port.wrapping_add(1)),
        format!("https://{CRM}:{port}/"),
        format!("http://{CRM}:{port}@evil.example/"),
        format!("http://evil.example\\@{CRM}:{port}/"),
        format!("//{CRM}:{port}/deep"),
        format!("http://{CRM}:{port}/auth/sign_out"),
        format!("http://{CRM}:{port}/auth/landing?ticket=x"),
        format!("http://external.localhost:{port}/"),
    ] {
        for name in ["return_to", "rd"] {
            let end = end_of(&gate, host(KIND), &[(name, &target)]).await;
            assert_eq!(end, home, "{name}={target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_names_of_the_target_count_only_if_they_agree() {
    let gate = plan().start().await;
    let (home, deep) = (gate.url(KIND, "/"), gate.url(KIND, "/deep"));
    for (query, expected) in [
        (&[("return_to", "/deep"), ("rd", "/deep")][..], &deep),
        (&[("return_to", "/deep"), ("rd", deep.as_str())], &deep),
        (&[("rd", "/deep")], &deep),
        (&[("return_to", "/deep"), ("rd", "/other")], &home),
        (
            &[("rd", "https://evil.example/"), ("return_to", "/deep")],
            &home,
        ),
        (&[("rd", "/deep"), ("rd", "/deep")], &home),
    ] {
        assert_eq!(
            end_of(&gate, host(KIND), query).await,
            *expected,
            "{query:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_pages_and_notices_answer_at_public_url_only() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    for path in [
        "/login",
        "/logout",
        "/auth/redirect?code=x&state=y",
        "/auth/hand_off?request=x",
        "/auth/token_details",
        "/auth/call_api/graph",
        "/auth/sessions",
        "/auth/edit_profile",
        "/auth/front_channel_logout?sid=x",
    ] {
        let page = browser.get(at(&gate, CRM, path)).await;
        assert_eq!(page.status, 404, "{path}");
    }
    let logout = at(&gate, CRM, "/auth/back_channel_logout");
    assert_eq!(
        browser.post(logout, &[("logout_token", "x")]).await.status,
        404
    );
    let home = browser.get(at(&gate, CRM, "/")).await;
    assert_eq!(home.location().as_str(), gate.url(KIND, "/"));
    let question = browser.get(at(&gate, CRM, "/auth/sign_out")).await;
    assert_eq!(question.status, 200);
    let sessions = gate.url(KIND, "/auth/sessions");
    assert!(
        !question.text.contains("href=\"/auth/sessions"),
        "{sessions}"
    );
    let lost = browser.get(gate.url(KIND, "/auth/landing?ticket=x")).await;
    assert_eq!(lost.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_file_answers_503_at_its_further_hosts_too() {
    let gate = plan().start().await;
    let wrong = |text: String| text.replace("client_id = \"", "client_identifier = \"");
    gate.edit(KIND, wrong);
    let kept = gate
        .at_host(&format!("{CRM}:{}", gate.port), "/auth/session")
        .await;
    assert_eq!(kept.status, 401, "the last good version serves");
    let replica = gate.replica().await;
    let named = format!("{CRM}:{}", gate.port);
    let address = format!("http://127.0.0.1:{}/auth/session", replica.port);
    let closed = Browser::new().get_with(address, &[("host", &named)]).await;
    assert_eq!(closed.status, 503, "{}", closed.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_leads_to_a_listed_host_and_to_no_other() {
    let route = "[[route]]\npath = \"/orders\"\neasyauth = true";
    let gate = plan().table(KIND, route).start().await;
    let own = [("sec-fetch-site", "same-origin")];
    for (target, expected) in [
        (at(&gate, WIKI, "/bye?x=1"), at(&gate, WIKI, "/bye?x=1")),
        (
            at(&gate, "evil.localhost", "/bye"),
            gate.url(KIND, "/.auth/logout/complete"),
        ),
    ] {
        let browser = Browser::new();
        enter(&gate, &browser, WIKI, "ada").await;
        let mut url = url::Url::parse(&gate.url(KIND, "/.auth/logout")).unwrap();
        url.query_pairs_mut()
            .append_pair("post_logout_redirect_uri", &target);
        let begun = browser.get_with(url.as_str(), &own).await;
        let next = begun.location().to_string();
        let out = browser.get_with(next, &own).await;
        assert!(!is_signed_in_at(&gate, &browser, WIKI).await, "{target}");
        let back = gate.at_authority(&browser, &out).await;
        let onward = browser.follow(&back).await;
        assert_eq!(onward.location().as_str(), expected, "{target}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_at_a_further_host_leads_home_whatever_it_names() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    let own = [("sec-fetch-site", "same-origin")];
    let address = at(&gate, CRM, "/auth/sign_out?return_to=/bye");
    let out = browser.get_with(address, &own).await;
    let back = out.location_parameter("post_logout_redirect_uri");
    assert_eq!(back, Some(gate.url(KIND, "/")));
    assert!(browser.cookie(CRM, "gatehouse-onward").is_none());
}
