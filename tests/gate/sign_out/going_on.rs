//! Where a sign-out leads in the end: an address of this profile, and no other.

use crate::harness::browser::{Browser, Page};
use crate::harness::upstream::Upstream;
use crate::harness::{Fault, Kind, Plan, TestGatehouse, host};

const KIND: Kind = Kind::EntraId;

const OWN: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "navigate"),
];
const FOREIGN: [(&str, &str); 2] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "navigate"),
];

/// Where App Service's sign-out ends by itself.
const COMPLETE: &str = "/.auth/logout/complete";
/// Another site, in each spelling that a careless reader takes for a path of this one.
const HOSTILE: [&str; 14] = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://entra.localhost@evil.example/",
    "/auth/sign_in",
];

fn moved() -> Plan {
    Kind::ALL.into_iter().fold(Plan::default(), |plan, kind| {
        plan.table(kind, "[[route]]\npath = \"/orders\"\neasyauth = true")
    })
}

/// A link to App Service's sign-out that names a target, followed as far as our own sign-out.
async fn link(gate: &TestGatehouse, browser: &Browser, kind: Kind, target: &str) -> Page {
    let mut url = url::Url::parse(&gate.url(kind, "/.auth/logout")).unwrap();
    url.query_pairs_mut()
        .append_pair("post_logout_redirect_uri", target);
    browser.get_with(url.as_str(), &OWN).await
}

fn return_to(page: &Page) -> String {
    page.location_parameter("return_to").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_at_app_services_address_leads_over_the_authority_to_its_target() {
    let gate = moved().start().await;
    for kind in Kind::ALL {
        let browser = gate.browser_of(kind, "ada").await;
        let begun = link(&gate, &browser, kind, "/bye?reason=a%26b").await;
        assert_eq!(begun.location().path(), "/auth/sign_out", "{kind:?}");
        let out = browser.get_with(begun.location().to_string(), &OWN).await;
        let back = out.location_parameter("post_logout_redirect_uri");
        let registered = gate.url(kind, "/auth/redirect");
        assert_eq!(back, Some(registered), "{kind:?}: a registered address");
        assert_eq!(out.location_parameter("state"), None, "{kind:?}");
        assert!(!gate.is_signed_in(&browser, kind).await, "{kind:?}");
        let back = gate.at_authority(&browser, &out).await;
        let onward = browser.follow(&back).await;
        assert_eq!(onward.status, 303, "{kind:?}: {}", onward.text);
        let target = gate.url(kind, "/bye?reason=a%26b");
        assert_eq!(onward.location().as_str(), target, "{kind:?}");
        assert!(browser.cookie(host(kind), "gatehouse-onward").is_none());
        let again = browser.get(gate.url(kind, "/auth/redirect")).await;
        assert_eq!(again.location().path(), "/", "{kind:?}: once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_has_every_path_says_goodbye_itself() {
    let upstream = Upstream::ok().await;
    let route = upstream.route("/", "easyauth = true\npublic = [\"/bye\"]");
    let gate = Plan::default().table(KIND, &route).start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let begun = link(&gate, &browser, KIND, "/bye").await;
    let out = browser.get_with(begun.location().to_string(), &OWN).await;
    let back = gate.at_authority(&browser, &out).await;
    let before = upstream.count();
    let page = browser.rest(back).await;
    assert_eq!(page.url.as_str(), gate.url(KIND, "/bye"));
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ok"));
    assert_eq!(upstream.count(), before + 1, "and no sign-in begins");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_redirect_in_a_logout_link_leads_to_the_page_of_the_sign_out() {
    let gate = moved().start().await;
    let stranger = Browser::new();
    for target in HOSTILE {
        let begun = link(&gate, &stranger, KIND, target).await;
        assert_eq!(return_to(&begun), COMPLETE, "{target}");
    }
    let list = include_str!("../../data/hostile_return_to.txt");
    let lines = list.lines().filter(|line| !line.starts_with("# "));
    for line in lines.filter(|line| !line.is_empty() && !line.contains('<')) {
        let begun = link(&gate, &stranger, KIND, line).await;
        assert_eq!(return_to(&begun), COMPLETE, "{line}");
    }
    let twice = "/.auth/logout?post_logout_redirect_uri=/a&post_logout_redirect_uri=/b";
    let begun = stranger.get(gate.url(KIND, twice)).await;
    assert_eq!(return_to(&begun), COMPLETE, "no first and no last wins");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_redirect_at_our_own_sign_out_leads_home() {
    let gate = moved().start().await;
    for (at, target) in HOSTILE.into_iter().enumerate() {
        let mut url = url::Url::parse(&gate.url(KIND, "/auth/sign_out")).unwrap();
        let name = ["return_to", "rd"][at % 2];
        url.query_pairs_mut().append_pair(name, target);
        let nobody = Browser::new().get_with(url.as_str(), &OWN).await;
        assert_eq!(nobody.location().as_str(), gate.url(KIND, "/"), "{target}");
        let nobody = Browser::new().get_with(url.as_str(), &FOREIGN).await;
        assert_eq!(nobody.status, 200, "{target}: the page of nobody");
    }
    let browser = gate.browser_of(KIND, "ada").await;
    let form = [("return_to", "//evil.example")];
    let sign_out = gate.url(KIND, "/auth/sign_out");
    let out = browser.post_with(sign_out, &form, &OWN).await;
    let back = out.location_parameter("post_logout_redirect_uri");
    assert_eq!(back, Some(gate.url(KIND, "/")));
    assert!(browser.cookie(host(KIND), "gatehouse-onward").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_cookie_leads_to_no_other_site_and_swallows_no_sign_in() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let gate = moved().start().await;
    let plant = |browser: &Browser, target: &str, id: &str| {
        let value = format!("{}.{id}", URL_SAFE_NO_PAD.encode(target));
        browser.set_cookie(host(KIND), "gatehouse-onward", &value);
    };
    let redirect_path = gate.url(KIND, "/auth/redirect");
    for target in HOSTILE {
        let browser = Browser::new();
        plant(&browser, target, "entra-id");
        let page = browser.get(&redirect_path).await;
        assert_eq!(page.location().as_str(), gate.url(KIND, "/"), "{target}");
    }
    let browser = Browser::new();
    plant(&browser, "/bye", "another-profile");
    let page = browser.get(&redirect_path).await;
    assert_eq!(page.location().path(), "/", "of another profile");
    let callback = gate.answer(&browser, KIND, "ada", "/reports").await;
    plant(&browser, "/bye", "entra-id");
    let arrived = browser.follow(&callback).await;
    assert_eq!(arrived.location().path(), "/reports");
    assert!(gate.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_link_with_a_target_on_another_site_asks_first_and_keeps_the_target() {
    let gate = moved().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let begun = gate.url(KIND, "/.auth/logout?post_logout_redirect_uri=/bye");
    let begun = browser.get_with(begun, &FOREIGN).await;
    let asked = browser
        .get_with(begun.location().to_string(), &FOREIGN)
        .await;
    assert_eq!(asked.status, 200, "a page with a button");
    assert!(gate.is_signed_in(&browser, KIND).await, "still signed in");
    let form = asked.form_with("return_to", Some("/bye"));
    let fields: Vec<_> = form
        .fields
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let forged = browser
        .post_with(form.action.as_str(), &fields[1..], &FOREIGN)
        .await;
    assert_eq!(forged.status, 403, "{}", forged.text);
    assert!(gate.is_signed_in(&browser, KIND).await, "still signed in");
    let out = browser.post_with(form.action.as_str(), &fields, &OWN).await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(!gate.is_signed_in(&browser, KIND).await);
    let back = gate.at_authority(&browser, &out).await;
    let onward = browser.follow(&back).await;
    assert_eq!(onward.location().as_str(), gate.url(KIND, "/bye"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_does_not_lead_past_the_authority_when_the_session_ended_before() {
    let gate = moved().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let ended = gate
        .end_sessions(serde_json::json!({ "profile": "entra-id" }))
        .await;
    assert_eq!(ended.0, 200, "{}", ended.1);
    let begun = gate.url(KIND, "/.auth/logout?post_logout_redirect_uri=/bye");
    let begun = browser.get_with(begun, &FOREIGN).await;
    let page = browser
        .get_with(begun.location().to_string(), &FOREIGN)
        .await;
    assert_eq!(page.status, 200, "a page says it: {}", page.text);
    assert!(page.text.contains("href=\"/bye\""), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_cannot_spoil_a_sign_out_by_an_address_that_is_not_registered() {
    let gate = Plan::default().start().await;
    for (kind, back) in [(Kind::Oidc, "/"), (KIND, "/auth/redirect")] {
        let browser = gate.browser_of(kind, "ada").await;
        let link = gate.url(kind, "/auth/sign_out?return_to=/bye");
        let out = browser.get_with(link, &OWN).await;
        let asked = out.location_parameter("post_logout_redirect_uri");
        assert_eq!(asked, Some(gate.url(kind, back)), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_adds_a_parameter_still_leads_to_the_target() {
    let gate = moved().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let begun = link(&gate, &browser, KIND, "/bye").await;
    browser.get_with(begun.location().to_string(), &OWN).await;
    let back = gate.url(KIND, "/auth/redirect?client-request-id=1&ui_locales=de");
    let onward = browser.get(back).await;
    assert_eq!(onward.location().as_str(), gate.url(KIND, "/bye"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_signed_in_goes_on_at_once() {
    let gate = moved().start().await;
    for headers in [OWN, FOREIGN] {
        let begun = gate.url(KIND, "/.auth/logout?post_logout_redirect_uri=/bye");
        let begun = Browser::new().get_with(begun, &headers).await;
        let next = begun.location().to_string();
        let onward = Browser::new().get_with(next, &headers).await;
        assert_eq!(onward.location().as_str(), gate.url(KIND, "/bye"));
        assert!(onward.sets_cookies().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_target_the_page_says_once_that_the_person_is_signed_out_everywhere() {
    let gate = moved().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let signed_in = browser.get(gate.url(KIND, COMPLETE)).await;
    assert_eq!(signed_in.location().path(), "/", "it never lies");
    let begun = browser
        .get_with(gate.url(KIND, "/.auth/logout"), &OWN)
        .await;
    let out = browser.get_with(begun.location().to_string(), &OWN).await;
    let back = gate.at_authority(&browser, &out).await;
    let page = browser.rest(back).await;
    assert_eq!(page.url.as_str(), gate.url(KIND, COMPLETE));
    assert_eq!(page.status, 200);
    let everywhere = "You are signed out here and at the sign-in service";
    assert!(page.text.contains(everywhere), "{}", page.text);
    let again = browser.get(gate.url(KIND, COMPLETE)).await;
    assert!(!again.text.contains(everywhere), "{}", again.text);
    assert!(again.text.contains("There is no session"), "{}", again.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_cannot_sign_out_is_told_of_before_the_person_goes_on() {
    let gate = moved().start().await;
    let missing = Fault::MetadataMember("end_session_endpoint".into(), serde_json::Value::Null);
    gate.sim.fault(missing);
    let kind = Kind::Oidc;
    let browser = gate.browser_of(kind, "ada").await;
    let begun = link(&gate, &browser, kind, "/bye").await;
    let page = browser.get_with(begun.location().to_string(), &OWN).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("You may still be signed in"));
    let text = page.text.replace("&#x2F;", "/");
    assert!(text.contains("href=\"/bye\">Continue"), "{text}");
    assert!(!gate.is_signed_in(&browser, kind).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_with_a_state_that_nobody_sent_goes_on_as_well() {
    let gate = moved().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    gate.sim.fault(Fault::LogoutStateChanged.times(1));
    let begun = link(&gate, &browser, KIND, "/bye").await;
    let out = browser.get_with(begun.location().to_string(), &OWN).await;
    let back = gate.at_authority(&browser, &out).await;
    assert!(back.location_parameter("state").is_some());
    let onward = browser.follow(&back).await;
    assert_eq!(onward.location().as_str(), gate.url(KIND, "/bye"));
}
