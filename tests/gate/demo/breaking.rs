//! Each thing that a visitor breaks: what is then seen, and that it comes back.

use reqwest::Method;

use super::running::{Demo, patiently};
use crate::harness::browser::{Browser, client};
use crate::harness::{Kind, Plan};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_count_at_both_replicas_and_end_at_both() {
    let demo = Demo::start().await;
    let landing = Browser::new().get(demo.landing()).await;
    assert_eq!(
        landing.text.matches(">ready</span>").count(),
        2,
        "{}",
        landing.text
    );
    let ada = demo.ada().await;
    assert!(demo.is_signed_in(&ada, demo.second("/auth/session")).await);
    demo.press("break", "sessions").await;
    patiently(
        "the first replica says that the session ended elsewhere",
        async || {
            let home = ada.get(demo.first("/")).await;
            home.text.contains("Your session was ended")
        },
    )
    .await;
    assert!(!demo.is_signed_in(&ada, demo.second("/auth/session")).await);
    let home = demo
        .sign_in(&ada, demo.second("/auth/sign_in"), "ada")
        .await;
    assert!(
        home.text.contains("Welcome"),
        "the second replica signs in: {}",
        home.text
    );
    assert!(demo.is_signed_in(&ada, demo.first("/auth/session")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_edited_live_and_nobody_is_signed_out() {
    let demo = Demo::start().await;
    let ada = demo.ada().await;
    let shows = async |title: &str| {
        patiently("both replicas have read the profile", async || {
            let (first, second) = (
                ada.get(demo.first("/")).await,
                ada.get(demo.second("/")).await,
            );
            [first, second].iter().all(|page| page.text.contains(title))
        })
        .await;
    };
    shows("Contoso · Entra ID").await;
    demo.press("break", "profile").await;
    shows("Contoso · edited a moment ago").await;
    assert!(
        ada.get(demo.first("/"))
            .await
            .text
            .contains("was edited while it served")
    );
    assert!(demo.is_signed_in(&ada, demo.first("/auth/session")).await);
    demo.press("mend", "profile").await;
    shows("Contoso · Entra ID").await;
    assert!(demo.is_signed_in(&ada, demo.second("/auth/session")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authorities_that_are_down_are_told_of_and_come_back() {
    let demo = Demo::start().await;
    let ada = demo.ada().await;
    demo.press("break", "authority").await;
    let stranger = Browser::new();
    let page = demo
        .sign_in(&stranger, demo.first("/auth/sign_in"), "grace")
        .await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(
        page.text.contains("The sign-in service does not answer"),
        "{}",
        page.text
    );
    assert!(
        ada.get(demo.first("/")).await.text.contains("Welcome"),
        "nobody notices"
    );
    demo.press("mend", "authority").await;
    patiently("people can sign in again", async || {
        let browser = Browser::new();
        let page = demo
            .sign_in(&browser, demo.first("/auth/sign_in"), "grace")
            .await;
        page.text.contains("Welcome")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apis_that_are_throttled_are_named_and_come_back() {
    let demo = Demo::start().await;
    let ada = demo.ada().await;
    demo.press("break", "api").await;
    let page = ada.get(demo.first("/auth/call_api/graph")).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(
        page.text.contains("Microsoft Graph: who am I is busy"),
        "{}",
        page.text
    );
    assert!(page.text.contains("class=\"tabs\""), "the header stays");
    demo.press("mend", "api").await;
    // Ada's own calls wait as long as the API asked.
    let grace = Browser::new();
    demo.sign_in(&grace, demo.first("/auth/sign_in"), "grace")
        .await;
    let page = grace.get(demo.first("/auth/call_api/graph")).await;
    assert!(
        page.text.contains("200 OK"),
        "{} {}",
        page.status,
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_signs_nobody_out_and_comes_back() {
    let demo = Demo::start().await;
    let ada = demo.ada().await;
    patiently("it is ready", async || demo.readiness().await == 200).await;
    demo.press("break", "database").await;
    let page = demo
        .sign_in(&Browser::new(), demo.first("/auth/sign_in"), "grace")
        .await;
    assert_eq!(page.status, 503, "{}", page.text);
    let list = ada.get(demo.first("/auth/sessions")).await;
    assert_eq!(list.status, 503, "{}", list.text);
    assert!(list.sets_cookies().is_empty(), "no cookie is touched");
    assert!(
        demo.is_signed_in(&ada, demo.first("/auth/session")).await,
        "from memory"
    );
    patiently("it reports that it is not ready", async || {
        demo.readiness().await == 503
    })
    .await;
    let landing = Browser::new().get(demo.landing()).await;
    assert!(
        landing.text.contains(">not ready</span>"),
        "{}",
        landing.text
    );
    assert!(
        landing.text.contains(">broken now</span>"),
        "{}",
        landing.text
    );
    demo.press("mend", "database").await;
    patiently("it is ready again", async || demo.readiness().await == 200).await;
    let list = ada.get(demo.first("/auth/sessions")).await;
    assert_eq!(list.status, 200, "{}", list.text);
    assert!(
        list.text.contains(">This browser<"),
        "nobody was signed out"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_breaks_nothing_and_the_switches_are_the_demos_alone() {
    let demo = Demo::start().await;
    let at = |what: &str| format!("{}break/{what}", demo.landing());
    let send = async |url: String, headers: &[(&'static str, &str)]| {
        let mut request = client().request(Method::POST, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    for headers in [
        [("origin", "https://evil.example"), ("accept", "*/*")],
        [("sec-fetch-site", "cross-site"), ("accept", "*/*")],
        [("host", "evil.example"), ("accept", "*/*")],
    ] {
        assert_eq!(send(at("profile"), &headers).await, 403, "{headers:?}");
    }
    assert_eq!(send(at("everything"), &[]).await, 404);
    let link = Browser::new().get(at("profile")).await;
    assert_eq!(link.status, 404, "a link breaks nothing");
    let page = Browser::new().get(demo.landing()).await;
    assert!(!page.text.contains("broken now"), "{}", page.text);
    assert_eq!(
        send(at("api"), &[]).await,
        303,
        "one line in a terminal does"
    );
    let gate = Plan::default().start().await;
    for what in ["authority", "api", "database", "sessions", "profile"] {
        let status = send(gate.url(Kind::EntraId, &format!("/break/{what}")), &[]).await;
        assert_eq!(status, 404, "no switch of the gateway's own: {what}");
    }
}
