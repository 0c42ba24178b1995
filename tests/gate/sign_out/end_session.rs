//! Signing out: here first, then at the authority, and never by somebody else's link.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, host};

const OWN: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "navigate"),
];

/// Rows of sessions in the database itself.
async fn rows(gate: &TestGatehouse) -> i64 {
    use sqlx::Connection as _;
    let mut connection = sqlx::SqliteConnection::connect(&gate.database_url)
        .await
        .unwrap();
    sqlx::query_scalar("SELECT count(*) FROM sessions")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

type Fields<'a> = &'a [(&'a str, &'a str)];
type Headers<'a> = &'a [(&'static str, &'a str)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_after_a_move_sends_no_old_id_token_to_the_new_authority() {
    for kind in [Kind::B2c, Kind::Oidc] {
        let (gate, browser) = Plan::default().signed_in(kind, "ada").await;
        gate.edit(kind, |text| {
            text.replace(kind.client_id(), "99999999-8888-4777-8666-555555555555")
        });
        let page = browser
            .get_with(gate.url(kind, "/auth/sign_out"), &OWN)
            .await;
        assert_eq!(page.status, 200, "{kind:?}: {}", page.text);
        assert!(page.text.contains("Your session here has ended"));
        assert!(!page.text.contains("id_token_hint"), "{}", page.text);
        assert_eq!(rows(&gate).await, 0, "{kind:?}");
    }
}

// proves: T14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_is_encoded_and_the_hint_is_the_login_hint_claim() {
    for kind in [
        Kind::EntraId,
        Kind::ExternalId,
        Kind::ExternalIdCustomDomain,
    ] {
        let (gate, browser) = Plan::default().signed_in(kind, "ada").await;
        let out = gate.sign_out(&browser, kind).await;
        let address = out.location();
        let encoded = format!(
            "post_logout_redirect_uri=http%3A%2F%2F{}%3A{}%2F",
            host(kind),
            gate.port
        );
        assert!(address.as_str().contains(&encoded), "w23: {address}");
        assert!(address.path().ends_with("/oauth2/v2.0/logout"), "{address}");
        let hint = out.location_parameter("logout_hint").unwrap();
        assert!(
            !hint.contains('@'),
            "B208: the opaque claim, never a name: {hint}"
        );
        assert_eq!(out.location_parameter("id_token_hint"), None);
    }
}

// proves: T14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b2c_and_plain_providers_get_the_id_token_and_the_client_id() {
    for kind in [Kind::B2c, Kind::Oidc] {
        let (gate, browser) = Plan::default().signed_in(kind, "ada").await;
        let out = gate.sign_out(&browser, kind).await;
        assert!(
            out.location_parameter("id_token_hint")
                .unwrap()
                .starts_with("ey")
        );
        assert_eq!(
            out.location_parameter("client_id").as_deref(),
            Some(kind.client_id())
        );
        let end = browser.follow(&out).await;
        let home = browser.rest(end).await;
        assert!(
            home.text.contains("not signed in"),
            "{kind:?} leads back home: {} {}",
            home.url,
            home.text
        );
    }
}

// proves: W24
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_hint_the_right_account_goes_without_a_picker() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    // Two people at the authority; the second is signed in here.
    let callback = gate.answer_as_other(&browser, Kind::EntraId, "grace").await;
    browser.follow(&callback).await;
    let out = gate.sign_out(&browser, Kind::EntraId).await;
    let end = browser.follow(&out).await;
    assert!(!end.text.contains("Which account"), "{}", end.text);
    let left: Vec<String> = gate
        .sim
        .signed_in()
        .into_iter()
        .map(|account| account.person)
        .collect();
    assert_eq!(left, ["ada"], "the other account stays");
}

// proves: T14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_picker_can_be_had() {
    let plan = Plan::default().table(Kind::EntraId, "[sign_out]\naccount_picker = true\n");
    let (gate, browser) = plan.signed_in(Kind::EntraId, "ada").await;
    let callback = gate.answer_as_other(&browser, Kind::EntraId, "grace").await;
    browser.follow(&callback).await;
    let out = gate.sign_out(&browser, Kind::EntraId).await;
    assert_eq!(out.location_parameter("logout_hint"), None);
    let picker = browser.follow(&out).await;
    assert!(picker.text.contains("Which account"), "{}", picker.text);
    assert!(
        !gate.is_signed_in(&browser, Kind::EntraId).await,
        "here it is over, whatever is picked"
    );
}

// proves: C95
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_row_with_its_refresh_token_is_gone_before_the_authority_is_asked() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    assert_eq!(rows(&gate).await, 1);
    let out = gate.sign_out(&browser, Kind::EntraId).await;
    assert_eq!(
        rows(&gate).await,
        0,
        "w23: local first, the browser may never come back"
    );
    assert_eq!(gate.sim.count(Endpoint::Logout), 0);
    assert!(
        browser.cookie(host(Kind::EntraId), "gatehouse").is_none(),
        "{:?}",
        out.headers
    );
    browser.set_cookie(host(Kind::EntraId), "gatehouse", &cookie);
    assert!(
        !gate.is_signed_in(&browser, Kind::EntraId).await,
        "the old cookie opens nothing"
    );
    let details = browser
        .get(gate.url(Kind::EntraId, "/auth/token_details"))
        .await;
    assert_eq!(
        (details.status.as_u16(), details.header("cache-control")),
        (401, Some("no-store"))
    );
}

// proves: B103
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_end_session_address_the_page_says_that_it_ended_here_only() {
    let gate = Plan::default().start().await;
    gate.sim.fault(Fault::MetadataMember(
        "end_session_endpoint".into(),
        serde_json::Value::Null,
    ));
    let browser = gate.browser_of(Kind::Oidc, "ada").await;
    let page = browser
        .get_with(gate.url(Kind::Oidc, "/auth/sign_out"), &OWN)
        .await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("session here has ended"),
        "{}",
        page.text
    );
    assert!(!gate.is_signed_in(&browser, Kind::Oidc).await);
}

// proves: B101
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_from_nowhere_shows_home_and_touches_nothing() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    for query in ["/?state=foreign", "/?state=a&state=b", "/?state=&iss=x"] {
        let page = browser.get(gate.url(Kind::EntraId, query)).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.sets_cookies().is_empty());
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: B104
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_twice_is_signing_out() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    gate.sign_out(&browser, Kind::EntraId).await;
    let again = gate.sign_out(&browser, Kind::EntraId).await;
    assert_eq!(again.location().as_str(), gate.url(Kind::EntraId, "/"));
    let posted = browser
        .post(gate.url(Kind::EntraId, "/auth/sign_out"), &[])
        .await;
    assert_eq!(posted.status, 303);
}

// proves: C92
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_images_prefetches_and_heads_end_nothing() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let ways: [&[(&'static str, &str)]; 7] = [
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[
            ("sec-fetch-site", "none"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-purpose", "prefetch"),
        ],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ],
        &[],
    ];
    for path in ["/auth/sign_out", "/logout"] {
        for headers in ways {
            let page = browser
                .get_with(gate.url(Kind::EntraId, path), headers)
                .await;
            assert_eq!(page.status, 200, "{path} {headers:?}");
            assert!(
                page.text.contains("<form") && page.text.contains("csrf"),
                "a page with a button: {headers:?}"
            );
        }
    }
    let cookie = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let client = crate::harness::browser::client();
    let head = client
        .head(gate.url(Kind::EntraId, "/auth/sign_out"))
        .header("cookie", format!("gatehouse={cookie}"));
    head.header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C93, C94
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_counts_with_the_token_of_its_own_session_and_from_here() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let path = gate.url(Kind::EntraId, "/auth/sign_out");
    let token = token_of(&gate, &browser).await;
    let other = gate.browser_of(Kind::EntraId, "grace").await;
    let others = token_of(&gate, &other).await;
    let none: [(&str, &str); 0] = [];
    let refused: [(Fields<'_>, Headers<'_>); 7] = [
        (&none, &[]),
        (&[("csrf", "")], &[]),
        (&[("csrf", &others)], &[]),
        (&[("csrf", &token), ("csrf", &token)], &[]),
        (&[("csrf", &token)], &[("sec-fetch-site", "cross-site")]),
        (&[("csrf", &token)], &[("sec-fetch-site", "same-site")]),
        (&[("csrf", &token)], &[("origin", "https://evil.example")]),
    ];
    for (form, headers) in refused {
        let page = browser.post_with(&path, form, headers).await;
        assert_eq!(page.status, 403, "{form:?} {headers:?}");
        assert!(
            gate.is_signed_in(&browser, Kind::EntraId).await,
            "{form:?} {headers:?}"
        );
    }
    let done = browser.post_with(&path, &[("csrf", &token)], &[]).await;
    assert_eq!(done.status, 303, "neither header: the token alone decides");
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(gate.is_signed_in(&other, Kind::EntraId).await);
}

async fn token_of(gate: &TestGatehouse, browser: &Browser) -> String {
    let page = browser.get(gate.url(Kind::EntraId, "/auth/sign_out")).await;
    let form = page.form_with("csrf", None);
    form.fields
        .into_iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_sign_out_nobody_is_sent_to_sign_in_again_by_itself() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let out = gate.sign_out(&browser, Kind::EntraId).await;
    let end = browser.follow(&out).await;
    let home = browser.rest(end).await;
    assert_eq!(home.url.path(), "/");
    assert!(
        home.text.contains("Sign in") && home.text.contains("not signed in"),
        "single sign-on would sign in at once"
    );
}
