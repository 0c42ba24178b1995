//! One sign-in, many hosts.

use gatehouse::seal::{OsRandom, new_key_text};

use super::{CRM, KIND, WIKI, at, check, enter, is_signed_in_at, plan, travel};
use crate::harness::browser::Browser;
use crate::harness::upstream::Upstream;
use crate::harness::{Endpoint, host};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_at_a_further_host_signs_in_once_for_all_hosts() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let refused = check(&gate, &browser, CRM, "/deep?x=1").await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let sign_in = refused.location();
    assert_eq!(sign_in.host_str(), Some(CRM));
    let begun = browser.get(sign_in.as_str()).await;
    assert_eq!(begun.location().host_str(), Some(host(KIND)));
    let arrived = travel(&gate, &browser, begun, "ada").await;
    assert_eq!(arrived.location().as_str(), at(&gate, CRM, "/deep?x=1"));
    let passed = check(&gate, &browser, CRM, "/deep?x=1").await;
    assert_eq!(passed.status, 200, "{}", passed.text);
    assert_eq!(passed.header("x-auth-profile"), Some("entra-id"));
    assert_eq!(check(&gate, &browser, WIKI, "/").await.status, 303);
    let redeemed = gate.sim.count(Endpoint::Token);
    let authorized = gate.sim.count(Endpoint::Authorize);
    let arrived = enter(&gate, &browser, WIKI, "nobody").await;
    assert_eq!(arrived.location().as_str(), at(&gate, WIKI, "/deep?x=1"));
    assert_eq!(gate.sim.count(Endpoint::Token), redeemed);
    assert_eq!(gate.sim.count(Endpoint::Authorize), authorized, "no visit");
    assert_eq!(check(&gate, &browser, WIKI, "/").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_at_one_host_ends_the_session_at_all() {
    let gate = plan().start().await;
    for from in [CRM, host(KIND)] {
        let browser = Browser::new();
        for further in [CRM, WIKI] {
            enter(&gate, &browser, further, "ada").await;
            assert!(is_signed_in_at(&gate, &browser, further).await);
        }
        let own = [("sec-fetch-site", "same-origin")];
        let address = at(&gate, from, "/auth/sign_out");
        let out = browser.get_with(address, &own).await;
        assert_eq!(out.status, 303, "{}", out.text);
        let back = out.location_parameter("post_logout_redirect_uri");
        assert_eq!(
            back,
            Some(gate.url(KIND, "/")),
            "the one that is registered"
        );
        for everywhere in [CRM, WIKI, host(KIND)] {
            assert!(!is_signed_in_at(&gate, &browser, everywhere).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sign_in_has_a_new_handle_and_every_host_takes_it_over() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    let callback = gate.answer_as_other(&browser, KIND, "grace").await;
    browser.follow(&callback).await;
    assert!(!is_signed_in_at(&gate, &browser, CRM).await, "the old row");
    let authorized = gate.sim.count(Endpoint::Authorize);
    enter(&gate, &browser, CRM, "nobody").await;
    assert_eq!(gate.sim.count(Endpoint::Authorize), authorized);
    let session = browser.get(at(&gate, CRM, "/auth/session")).await.json();
    assert!(session["name"].as_str().unwrap().starts_with("Grace"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_is_asked_for_through_a_further_host() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    gate.turn(1);
    let begun = browser
        .get(at(&gate, CRM, "/auth/sign_in?other_account=1"))
        .await;
    travel(&gate, &browser, begun, "grace").await;
    let session = browser.get(at(&gate, CRM, "/auth/session")).await.json();
    assert!(session["name"].as_str().unwrap().starts_with("Grace"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_signs_nobody_out_at_a_further_host() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    let old = gate.keys.clone();
    let keys = [vec![new_key_text(&OsRandom)], old].concat();
    let gate = gate.restart(keys).await;
    let before = browser.cookie(CRM, "gatehouse");
    assert!(is_signed_in_at(&gate, &browser, CRM).await);
    assert_ne!(browser.cookie(CRM, "gatehouse"), before, "sealed anew");
    assert!(is_signed_in_at(&gate, &browser, CRM).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_rule_shuts_people_out_at_every_host() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    gate.edit(KIND, |text| {
        format!("{text}\n[allow]\nroles = [\"Admin\"]\n")
    });
    assert_eq!(check(&gate, &browser, CRM, "/").await.status, 303);
    assert!(!is_signed_in_at(&gate, &browser, host(KIND)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_for_one_host_says_nothing_about_another() {
    let route = format!(
        "[[route]]\nhost = \"{CRM}:{{port}}\"\npath = \"/\"\nallow = {{ roles = [\"Admin\"] }}"
    );
    let gate = plan().table(KIND, &route).start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    enter(&gate, &browser, WIKI, "ada").await;
    let refused = check(&gate, &browser, CRM, "/").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(refused.text.contains("roles"), "{}", refused.text);
    assert_eq!(check(&gate, &browser, WIKI, "/").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_up_of_one_host_is_asked_for_at_public_url() {
    let route = format!(
        "[[route]]\nhost = \"{CRM}:{{port}}\"\npath = \"/deep\"\nstep_up = {{ acr = [\"c1\"] }}"
    );
    let gate = plan().table(KIND, &route).start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    enter(&gate, &browser, WIKI, "ada").await;
    let begun = browser
        .get(at(&gate, CRM, "/auth/sign_in?return_to=/"))
        .await;
    travel(&gate, &browser, begun, "ada").await;
    assert_eq!(check(&gate, &browser, CRM, "/").await.status, 200);
    let refused = check(&gate, &browser, CRM, "/deep?x=1").await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let authorized = gate.sim.count(Endpoint::Authorize);
    let begun = browser.get(refused.location()).await;
    let arrived = travel(&gate, &browser, begun, "ada").await;
    assert_eq!(arrived.location().as_str(), at(&gate, CRM, "/deep?x=1"));
    assert!(gate.sim.count(Endpoint::Authorize) > authorized);
    assert_eq!(check(&gate, &browser, CRM, "/deep?x=1").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_consent_the_person_comes_back_to_the_application_by_themselves() {
    let upstream = Upstream::ok().await;
    let origin = &upstream.origin;
    let route = format!(
        "[[route]]\nhost = \"{CRM}:{{port}}\"\npath = \"/\"\nupstream = \"{origin}\"\ntoken_for = \"graph\""
    );
    let gate = plan().table(KIND, &route).start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    gate.edit(KIND, |text| {
        text.replace("[\"User.Read\"]", "[\"User.Read\", \"Mail.Read\"]")
    });
    let before = upstream.count();
    let wanted = at(&gate, CRM, "/reports?year=2026&q=a%26b");
    let begun = browser.get(&wanted).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    assert_eq!(begun.location().host_str(), Some(host(KIND)));
    let arrived = travel(&gate, &browser, begun, "ada").await;
    assert_eq!(arrived.location().as_str(), wanted);
    assert_eq!(upstream.count(), before, "nothing was forwarded before");
    // The consent made a new session, which this host takes over without another visit to the authority.
    let authorized = gate.sim.count(Endpoint::Authorize);
    assert_eq!(browser.visit(&wanted).await.text, "ok");
    assert_eq!(gate.sim.count(Endpoint::Authorize), authorized);
    assert!(upstream.last().header("authorization").is_some());
    let link = gate.url(KIND, "/auth/call_api/graph?return_to=https://evil.example/");
    let page = browser.get(link).await;
    assert_eq!(page.status, 200, "a link of an attacker leads nowhere");
}
