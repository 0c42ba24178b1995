//! Every page in every state as different people meet it (issue 13 §8, WCAG 2.2 AA): ours, the simulator's, and the page in
//! the frame of a sign-out.

use gatehouse::web::pages::{Pages, SampleSite};
use serde_json::Value;
use url::Url;

use super::chromium::{Driver, Look};
use super::examiner::Examiner;
use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse};

/// Every sample, which between them reach every branch of every template.
async fn every_sample_in(tag: &str) {
    let driver = Driver::start().await;
    let mut examiner = Examiner::new(&driver).await;
    let pages = Pages::load(None).unwrap();
    let SampleSite { assets, .. } = pages.sample_site(tag);
    examiner.beside("style.css", pages.asset(&assets.style).unwrap().text());
    for sample in pages.samples_in(tag).unwrap() {
        let style = format!("/staff/auth/assets/{}", assets.style);
        let html = sample.html.replace(&style, "style.css");
        let name = format!("{}/{} ({tag})", sample.template, sample.sample);
        examiner.page(&name, &html).await;
    }
    examiner.finds_nothing(25).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_serves_everybody_in_english() {
    every_sample_in("en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_serves_everybody_in_arabic() {
    every_sample_in("ar").await;
}

/// The same address at the authority with another parameter.
fn with(begun: &Page, name: &str, value: &str) -> Url {
    let mut url = begun.location();
    let others: Vec<(String, String)> = url
        .query_pairs()
        .into_owned()
        .filter(|(other, _)| other != name)
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, value);
    url
}

/// Pages on the way of a sign-in.
async fn pages_of_a_sign_in(gate: &TestGatehouse) -> Vec<(&'static str, Page)> {
    let browser = Browser::new();
    let begun = gate.begin(&browser, Kind::ExternalId).await;
    let pick = gate.at_authority(&browser, &begun).await;
    let sign_up = gate.press(&browser, &pick, ("sign_up", "form"), &[]).await;
    let tried = gate
        .press(&browser, &sign_up, ("sign_up", "done"), &[])
        .await;
    let consent = gate.press(&browser, &pick, ("person", "carla"), &[]).await;
    let stranger = browser.get(with(&begun, "client_id", "nobody")).await;
    let fresh = Browser::new();
    let to_post = fresh.get(with(&begun, "response_mode", "form_post")).await;
    let posted = gate.press(&fresh, &to_post, ("person", "ada"), &[]).await;
    vec![
        ("pick", pick),
        ("sign_up", sign_up),
        ("sign_up, tried", tried),
        ("consent", consent),
        ("failure", stranger),
        ("form_post", posted),
    ]
}

/// Pages of a person who changes something, and who signs out.
async fn pages_of_a_customer(gate: &TestGatehouse) -> Vec<(&'static str, Page)> {
    let browser = Browser::new();
    let reset = browser
        .get(gate.url(Kind::B2c, "/auth/reset_password"))
        .await;
    let whose = gate.at_authority(&browser, &reset).await;
    let password = gate.press(&browser, &whose, ("person", "ada"), &[]).await;
    gate.sign_in(&browser, Kind::B2c, "ada").await;
    let edit = browser.get(gate.url(Kind::B2c, "/auth/edit_profile")).await;
    let edit = gate.at_authority(&browser, &edit).await;
    let entra = gate.browser_of(Kind::EntraId, "ada").await;
    let mut end = gate.sign_out(&entra, Kind::EntraId).await.location();
    end.set_query(None);
    let which = entra.get(&end).await;
    let out = Browser::new().get(&end).await;
    vec![
        ("whose password", whose),
        ("new_password", password),
        ("edit_profile", edit),
        ("which account", which),
        ("signed_out", out),
    ]
}

/// Pages on which a person signs in on a device.
async fn pages_of_a_device(gate: &TestGatehouse) -> Vec<(&'static str, Page)> {
    let base = gate.sim.authority(Kind::EntraId);
    let base = base.trim_end_matches("/v2.0");
    let browser = Browser::new();
    let asked = browser
        .post(
            format!("{base}/oauth2/v2.0/devicecode"),
            &[
                ("client_id", Kind::EntraId.client_id()),
                ("scope", "openid"),
            ],
        )
        .await;
    let asked: Value = serde_json::from_str(&asked.text).unwrap();
    let at = asked["verification_uri"].as_str().unwrap();
    let enter = browser.get(at).await;
    let wrong = browser.post(at, &[("otc", "NONESUCH")]).await;
    let code = asked["user_code"].as_str().unwrap();
    let choose = browser.post(at, &[("otc", code)]).await;
    let done = browser.post(at, &[("otc", code), ("person", "ada")]).await;
    vec![
        ("device: enter", enter),
        ("device: wrong", wrong),
        ("device: choose", choose),
        ("device: done", done),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_simulators_pages_and_the_front_channel_page_serve_everybody() {
    let driver = Driver::start().await;
    let mut examiner = Examiner::new(&driver).await;
    let gate = Plan::default().start().await;
    let index = Browser::new()
        .get(format!("http://localhost:{}/", gate.sim.port()))
        .await;
    let frame = Browser::new()
        .get(gate.url(Kind::EntraId, "/auth/front_channel_logout?sid=x"))
        .await;
    let mut pages = vec![("index", index), ("front channel", frame)];
    pages.extend(pages_of_a_sign_in(&gate).await);
    pages.extend(pages_of_a_customer(&gate).await);
    pages.extend(pages_of_a_device(&gate).await);
    for (name, page) in pages {
        assert!(
            page.text.contains("<h1"),
            "{name}: {} {}",
            page.status,
            page.text
        );
        examiner.page(name, &page.text).await;
    }
    examiner.finds_nothing(17).await;
}

/// What has the focus, in words.
const FOCUSED: &str = "return document.activeElement.textContent.trim()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_focus_is_on_the_news_after_an_action() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    let window = driver.window(Look::Desktop).await;
    let focused = async |what: &str, words: &str| {
        let focused = window.run(FOCUSED, vec![]).await;
        let text = focused.as_str().unwrap_or_default();
        assert!(text.contains(words), "{what}: {text:?}");
    };
    window.open(&gate.url(Kind::EntraId, "/auth/sign_in")).await;
    window.click("button[value=ada]").await;
    window.reads("Welcome Ada").await;
    window
        .open(&gate.url(Kind::EntraId, "/auth/sessions"))
        .await;
    window.click(".session-name summary").await;
    window.click(".session-name button").await;
    window.reads("The name of the session was saved.").await;
    focused("a session was named", "The name of the session was saved.").await;
    window.open(&gate.url(Kind::EntraId, "/nowhere")).await;
    focused("there is no page", "Page not found").await;
    window.open(&gate.url(Kind::EntraId, "/")).await;
    window.click_link("Sign out").await;
    window.reads("You have signed out").await;
    focused("signed out", "You have signed out").await;
    window.close().await;
}

/// A page with one fault of each sort, so that a silent examiner is noticed.
const FAULTY: &str = r#"<!doctype html><html><head><title>Faults</title><meta name="viewport" content="width=device-width">
<style>
.wide { width: 50rem; } .cut { overflow: hidden; height: 1.2rem; } .small { display: inline-block; width: 10px; height: 10px; padding: 0; }
.below { position: relative; top: -2.1rem; } .moving { transition: color 1s; } .pale { color: #999; background: #fff; } .bare { border: 0; }
.kept { forced-color-adjust: none; color: #111111; background: #111111; }
</style></head><body><main><h1>Faults</h1>
<p class="cut">So many words that they need more than one line as soon as the window is narrow or the letters are large.</p>
<p class="wide">Wide</p><p>One line</p><p class="below">lies on another</p>
<button class="small bare">x</button> <p class="pale">Pale words</p> <p class="moving">Moving</p> <p class="kept">Hidden</p>
</main></body></html>"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_examiner_sees_each_sort_of_fault() {
    let driver = Driver::start().await;
    let mut examiner = Examiner::new(&driver).await;
    examiner.page("faulty", FAULTY).await;
    let found = examiner.found().await;
    for sort in [
        "light, 1280: html-has-lang",
        "dark, 390: color-contrast",
        "390: the page is ",
        "320: cut below: <p class=\"cut\">",
        "320: <p class=\"\"> \"One line\" lies on <p class=\"below\">",
        "a target of 10.0 by 10.0",
        "text in the colour of its ground: <p class=\"kept\">",
        "no border: <button class=\"small bare\">",
        "moves: <p class=\"moving\">",
    ] {
        let seen = found.iter().any(|fault| fault.contains(sort));
        assert!(seen, "{sort}: {}", found.join("\n"));
    }
}
