//! The language of a page: what the person chose, what the browser wants, English.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse};

const KIND: Kind = Kind::EntraId;

async fn home(gate: &TestGatehouse, browser: &Browser, accept: &str) -> Page {
    let wanted: &[(&'static str, &str)] = &[("accept-language", accept)];
    let page = browser.get_with(gate.url(KIND, "/"), wanted).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

fn language(page: &Page) -> &str {
    let tag = page.text.split("<html lang=\"").nth(1).unwrap();
    tag.split('"').next().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_in_the_language_that_the_browser_wants_most() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for (accept, expected) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.2,fr;q=0.9", "fr"),
        ("zh-CN", "zh-Hans"),
        ("ar", "ar"),
        ("tlh,*;q=0.1", "en"),
        ("\"><script>", "en"),
    ] {
        assert_eq!(language(&home(&gate, &browser, accept).await), expected);
    }
    assert_eq!(language(&browser.get(gate.url(KIND, "/")).await), "en");
    let arabic = home(&gate, &browser, "ar").await;
    assert!(arabic.text.contains("dir=\"rtl\"") && arabic.text.contains("تسجيل الدخول"));
    let problem = browser
        .get_with(gate.url(KIND, "/nowhere"), &[("accept-language", "de")])
        .await;
    assert!(
        problem.text.contains("Seite nicht gefunden"),
        "{}",
        problem.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_chooses_the_language_in_the_footer_and_stays_on_the_page() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let sessions = browser.get(gate.url(KIND, "/auth/sessions")).await;
    let forms = sessions.forms();
    let form = forms
        .iter()
        .find(|form| form.action.path() == "/auth/language")
        .unwrap();
    let chosen = browser.submit(form, &[("language", "ja")]).await;
    assert_eq!(chosen.status, 303);
    assert_eq!(chosen.location().path(), "/auth/sessions");
    let page = home(&gate, &browser, "de").await;
    assert_eq!(
        language(&page),
        "ja",
        "the choice comes before the browser's wish"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_that_is_no_language_or_of_another_site_changes_nothing() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let address = gate.url(KIND, "/auth/language");
    let choose = |fields: Vec<(&'static str, &'static str)>| {
        let (browser, address) = (&browser, &address);
        async move { browser.post(address, &fields).await }
    };
    for tag in ["tlh", "../de", "de\r\nSet-Cookie: a=b", ""] {
        let answer = choose(vec![("language", tag)]).await;
        assert_eq!(answer.status, 303);
        assert!(answer.sets_cookies().is_empty(), "{tag}");
    }
    let away = choose(vec![
        ("language", "de"),
        ("return_to", "https://evil.example/"),
    ])
    .await;
    assert_eq!(away.location().path(), "/");
    assert_eq!(away.location().host_str(), home_host(&gate).as_deref());
    let foreign = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let refused = browser
        .post_with(&address, &[("language", "fr")], &foreign)
        .await;
    assert_eq!(refused.status, 403);
    let browser = Browser::new();
    browser.set_cookie(&home_host(&gate).unwrap(), "gatehouse-language", "<script>");
    assert_eq!(language(&home(&gate, &browser, "it").await), "it");
}

fn home_host(gate: &TestGatehouse) -> Option<String> {
    let url = url::Url::parse(&gate.url(KIND, "/")).unwrap();
    url.host_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_has_its_own_language_zone_and_words() {
    let gate = Plan::default()
        .line(KIND, "language = \"de\"\ntime_zone = \"Asia/Tokyo\"")
        .table(
            KIND,
            "[texts.de]\nhome-sign-in = \"Nur herein in { $site }!\"\n[texts.nb]\nsign-in = \"Logg inn\"",
        )
        .start()
        .await;
    let browser = Browser::new();
    let own = browser.get(gate.url(KIND, "/")).await;
    assert_eq!(language(&own), "de");
    assert!(own.text.contains("Nur herein in <bdi>"), "{}", own.text);
    let added = home(&gate, &browser, "nb-NO").await;
    assert!(added.text.contains("Logg inn") && language(&added) == "nb");
    let signed_in = gate.browser_of(KIND, "ada").await;
    let sessions = signed_in.get(gate.url(KIND, "/auth/sessions")).await;
    assert!(sessions.text.contains(" JST\""), "{}", sessions.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_that_a_person_chose_goes_to_the_authority() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = browser.get(gate.url(KIND, "/auth/sign_in")).await;
    assert_eq!(begun.location_parameter("ui_locales"), None);
    browser
        .post(gate.url(KIND, "/auth/language"), &[("language", "ja")])
        .await;
    let begun = browser.get(gate.url(KIND, "/auth/sign_in")).await;
    assert_eq!(
        begun.location_parameter("ui_locales").as_deref(),
        Some("ja")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_is_told_once_and_leaves_no_state_in_the_address() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let left = gate.sign_out(&browser, KIND).await;
    let home = browser.rest(left).await;
    assert_eq!(home.url.query(), None, "{}", home.url);
    assert!(home.text.contains("You have signed out"), "{}", home.text);
    assert!(home.text.contains("On a shared computer"));
    let again = browser.get(gate.url(KIND, "/")).await;
    assert!(!again.text.contains("You have signed out"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_ended_sessions_is_told() {
    let gate = Plan::default().start().await;
    let here = gate.browser_of(KIND, "ada").await;
    let _there = gate.browser_of(KIND, "ada").await;
    let _third = gate.browser_of(KIND, "ada").await;
    let list = here.get(gate.url(KIND, "/auth/sessions?end=others")).await;
    let form = list.form_with("others", Some("1"));
    let ended = here.submit(&form, &[]).await;
    let told = here.follow(&ended).await;
    assert!(
        told.text.contains("2 sessions were ended."),
        "{}",
        told.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn public_pages_speak_of_no_tokens_apis_and_numbers() {
    let (gate, browser) = Plan::default()
        .line(KIND, "developer_pages = false")
        .signed_in(KIND, "ada")
        .await;
    for path in ["/", "/auth/sessions", "/nowhere"] {
        let page = browser.get(gate.url(KIND, path)).await;
        for word in ["token", "Token", "API", "404", "401"] {
            let body = page.text.split("<body").nth(1).unwrap();
            let mut words = body.replace("token_details", "");
            // Random texts, such as a token against forgery, may contain any word.
            for (_, random) in page.forms().into_iter().flat_map(|form| form.fields) {
                words = words.replace(&random, "");
            }
            assert!(!words.contains(word), "{path} says {word}: {body}");
        }
    }
}
