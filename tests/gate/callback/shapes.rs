//! The callback in every shape: nothing, too little, after a restart, and as a posted form over https.

use gatehouse::store::{FirstUse, ReplayScope};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, beginning};
use simulator::Registered;

const ENTRA: Kind = Kind::EntraId;

// proves: T15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_without_a_query_goes_home_and_one_without_code_or_state_is_explained() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let empty = browser.get(gate.url(ENTRA, "/auth/redirect")).await;
    assert_eq!(
        (empty.status.as_u16(), empty.location().path()),
        (303, "/"),
        "w22: a bookmark is no crash"
    );
    for fault in [
        Fault::CallbackWithoutCode,
        Fault::CallbackStateMissing,
        Fault::CallbackCodeAndError,
        Fault::CallbackStateWrong,
    ] {
        gate.sim.clear_faults();
        gate.sim.fault(fault.clone());
        let callback = gate.answer(&Browser::new(), ENTRA, "ada", "/").await;
        let page = browser.follow(&callback).await;
        assert_eq!(page.status, 400, "{fault:?}");
        assert!(
            page.text.contains("/auth/sign_in"),
            "f6, w20, w21: a page with a way on, no loop"
        );
    }
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

// proves: T15, W20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_after_a_restart_completes() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, ENTRA, "ada", "/auth/token_details")
        .await;
    let keys = gate.keys.clone();
    let gate = gate.restart(keys).await;
    let done = browser.follow(&callback).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/token_details"),
        "the attempt is in the browser"
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posted_answer_is_refused_where_none_was_asked_for() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    let fields: Vec<(String, String)> = callback.location().query_pairs().into_owned().collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let posted = browser
        .post(gate.url(ENTRA, "/auth/redirect"), &fields)
        .await;
    assert_eq!(posted.status, 400);
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

/// A profile behind a TLS proxy: reached by its name over https, spoken to in the clear.
async fn behind_tls() -> (TestGatehouse, String) {
    let gate = Plan::default().start().await;
    let origin = gate.origin(ENTRA);
    gate.edit(ENTRA, |text| {
        format!(
            "response_mode = \"form_post\"\n{}",
            text.replace(&origin, "https://form.example")
        )
    });
    gate.sim.redirect_uris(
        ENTRA,
        Registered::Exactly(vec!["https://form.example/auth/redirect".to_owned()]),
    );
    let door = format!("http://127.0.0.1:{}", gate.port);
    (gate, door)
}

const NAMED: [(&str, &str); 1] = [("host", "form.example")];

/// The cookie that an answer sets and whose line begins so.
fn set_cookie<'a>(page: &'a Page, begins: &str) -> &'a str {
    let cookies = page.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|value| value.to_str().unwrap());
    cookies.find(|text| text.starts_with(begins)).unwrap()
}

/// The fields of the form that the authority's page posts by itself.
async fn posted_form(gate: &TestGatehouse, browser: &Browser, door: &str) -> Vec<(String, String)> {
    let start = format!("{door}/auth/sign_in?return_to=%2Fauth%2Fsessions");
    let begun = browser.get_with(start, &NAMED).await;
    assert_eq!(
        TestGatehouse::asked(&begun, "response_mode").as_deref(),
        Some("form_post")
    );
    let cookie = set_cookie(&begun, "__Host-gatehouse-attempt-");
    for part in [
        "SameSite=None",
        "Secure",
        "HttpOnly",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let pick = gate.at_authority(browser, &begun).await;
    let page = browser
        .submit(&pick.form_with("person", Some("ada")), &[("person", "ada")])
        .await;
    let form = page.form_with("code", None);
    assert_eq!(form.action.as_str(), "https://form.example/auth/redirect");
    form.fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = fields.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// Posts the form as a browser does that comes from the authority's page. The answer leads to a GET, which brings the
/// session's cookie along; nothing is redeemed without it.
async fn posted(gate: &TestGatehouse, browser: &Browser, door: &str) -> Page {
    let fields = posted_form(gate, browser, door).await;
    let fields = borrowed(&fields);
    let headers = [
        ("host", "form.example"),
        ("origin", "http://login.microsoftonline.localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let callback = format!("{door}/auth/redirect");
    // The code in an address is what form_post is there to avoid.
    let mut query = url::Url::parse(&callback).unwrap();
    query.query_pairs_mut().extend_pairs(&fields);
    assert_eq!(browser.get_with(query, &NAMED).await.status, 400);
    let hop = browser.post_with(&callback, &fields, &headers).await;
    assert_eq!(hop.status, 303);
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
    let location = hop.location();
    assert!(!location.as_str().contains("code="), "{location}");
    let cookies = hop.sets_cookies();
    let posted = |name: &String| name.starts_with("__Host-gatehouse-posted-");
    assert!(
        cookies.iter().all(posted),
        "the session's cookie is not touched: {cookies:?}"
    );
    hop
}

// proves: T15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_post_completes_with_a_cookie_that_browsers_send_across_sites() {
    let (gate, door) = behind_tls().await;
    let browser = Browser::new();
    let hop = posted(&gate, &browser, &door).await.location();
    let to = format!("{door}{}?{}", hop.path(), hop.query().unwrap());
    let done = browser.get_with(to, &NAMED).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/sessions"),
        "{}",
        done.text
    );
    let session = set_cookie(&done, "__Host-gatehouse=");
    assert!(
        session.contains("SameSite=Lax") && session.contains("Secure"),
        "B156: only the attempt's cookie is None: {session}"
    );
    let page = browser
        .get_with(format!("{door}/auth/session"), &NAMED)
        .await;
    assert_eq!(page.json()["name"], "Ada Lovelace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_that_never_came_back_swallows_no_posted_answer() {
    let (gate, door) = behind_tls().await;
    let browser = Browser::new();
    // "/bye" in base64: what a sign-out left that the authority never led back from.
    let left = "L2J5ZQ.entra-id";
    browser.set_cookie("127.0.0.1", "__Host-gatehouse-onward", left);
    let hop = posted(&gate, &browser, &door).await.location();
    let to = format!("{door}{}?{}", hop.path(), hop.query().unwrap());
    let done = browser.get_with(to, &NAMED).await;
    assert_eq!(done.location().path(), "/auth/sessions", "{}", done.text);
    let back = format!("{door}/auth/redirect");
    let back = browser.get_with(back, &NAMED).await;
    assert_eq!(back.location().path(), "/bye", "the cookie was there");
}

// proves: T15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posted_answer_in_another_browser_signs_nobody_in() {
    let (gate, door) = behind_tls().await;
    let fields = posted_form(&gate, &Browser::new(), &door).await;
    let fields = borrowed(&fields);
    let stranger = Browser::new();
    let hop = stranger
        .post_with(format!("{door}/auth/redirect"), &fields, &NAMED)
        .await;
    let to = format!(
        "{door}{}?{}",
        hop.location().path(),
        hop.location().query().unwrap()
    );
    let again = stranger.get_with(to, &NAMED).await;
    let asked = again.location_parameter("code_challenge");
    assert!(
        asked.is_some(),
        "by state alone would be sign-in forgery: a new attempt"
    );
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
    let names = again.sets_cookies();
    assert!(!names.contains(&"__Host-gatehouse".to_owned()), "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_from_administrator_consent_is_believed_in_nothing() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = gate.begin(&browser, ENTRA).await;
    let state = begun.location_parameter("state").unwrap();
    let tenant = simulator::CONTOSO;
    for query in [
        format!("admin_consent=True&tenant={tenant}"),
        format!("admin_consent=True&tenant={tenant}&state=12345"),
        format!("admin_consent=True&tenant={tenant}&state={state}"),
        format!(
            "error=access_denied&error_description=call+0800-EVIL&admin_consent=True&tenant={tenant}&state={state}"
        ),
    ] {
        let page = browser
            .get(gate.url(ENTRA, &format!("/auth/redirect?{query}")))
            .await;
        assert_eq!(page.status, 200, "{query}: {}", page.text);
        assert!(page.sets_cookies().is_empty(), "{query}");
        for part in ["administrator consent", "/auth/sign_in", "next sign-in"] {
            assert!(page.text.contains(part), "{query}: {part}: {}", page.text);
        }
        for part in ["EVIL", tenant, "Nothing was changed"] {
            assert!(!page.text.contains(part), "{query}: {part}: {}", page.text);
        }
    }
    // The attempt whose state was borrowed still completes.
    let callback = gate.choose(&browser, &begun, "ada").await;
    let mut with_code = callback.location();
    with_code
        .query_pairs_mut()
        .append_pair("admin_consent", "True");
    assert_eq!(browser.get(with_code).await.status, 303);
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

/// As a replica leaves it that died while it redeemed the code: the state is used, and no session began.
async fn die_in_the_exchange(gate: &TestGatehouse, callback: &Page) {
    let location = callback.location();
    let (_, state) = location
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap();
    let hash = gatehouse::seal::sha256(state.as_bytes());
    let until = beginning() + chrono::TimeDelta::hours(1);
    let store = gate.store();
    let used = store.record_once(ReplayScope::State, &hash, until).await;
    assert_eq!(used.unwrap(), FirstUse::Yes);
}

// proves: D36
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_reloaded_after_its_replica_died_begins_one_new_attempt() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = browser
        .get(gate.url(ENTRA, "/auth/sign_in?return_to=/auth/token_details"))
        .await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    die_in_the_exchange(&gate, &callback).await;
    let mut again = browser.follow(&callback).await;
    assert_eq!(again.status, 303, "{}", again.text);
    assert!(
        again.location_parameter("state").is_some(),
        "to the authority"
    );
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        0,
        "the code is not tried again"
    );
    let stale = browser.follow(&callback).await;
    assert_eq!(stale.status, 400, "B4: once: {}", stale.text);
    let callback = gate.choose(&browser, &again, "ada").await;
    let done = browser.follow(&callback).await;
    assert_eq!(done.location().path(), "/auth/token_details");
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    let unlucky = Browser::new();
    again = unlucky.get(gate.url(ENTRA, "/auth/sign_in")).await;
    for round in 1..=4 {
        let callback = gate.choose(&unlucky, &again, "ada").await;
        die_in_the_exchange(&gate, &callback).await;
        again = unlucky.follow(&callback).await;
        assert_eq!(again.status == 303, round < 4, "{round}: {}", again.text);
    }
    assert!(again.text.contains("Request id"), "{}", again.text);
}
