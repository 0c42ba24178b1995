//! What people know from the samples: the pages, their words and their addresses (microsoft-identity 3).

use crate::harness::browser::Browser;
use crate::harness::{Fault, Kind, Plan, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;

// proves: F2, W11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_shows_the_status_and_has_a_button_instead_of_a_redirect() {
    let gate = Plan::default().start().await;
    let home = Browser::new().get(gate.url(ENTRA, "/")).await;
    assert_eq!(home.status, 200);
    let shown = home.text.replace("&#x2F;", "/");
    for word in [
        "not signed in",
        "/auth/sign_in",
        "Sign in",
        "/auth/token_details",
        "401",
        &gate.url(ENTRA, "/auth/redirect"),
    ] {
        assert!(shown.contains(word), "f8: {word} in {shown}");
    }
    assert!(
        home.sets_cookies().is_empty(),
        "B140: looking begins nothing"
    );
}

// proves: F3, T19, W1, W2, W3, W4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_greets_and_links_to_what_there_is() {
    let (gate, browser) = Plan::default().signed_in(Kind::B2c, "ada").await;
    let home = browser.get(gate.url(Kind::B2c, "/")).await;
    for word in [
        "Welcome",
        "Ada Lovelace",
        "/auth/call_api/orders",
        "/auth/edit_profile",
        "/auth/reset_password",
        "/auth/sign_out",
        "/auth/sessions",
    ] {
        assert!(home.text.contains(word), "{word} in {}", home.text);
    }
    let header = home.text.split("<main").next().unwrap();
    assert!(
        header.contains("Ada Lovelace"),
        "the name stands beside the button: {header}"
    );
    let entra = gate.browser_of(ENTRA, "ada").await;
    gate.edit(ENTRA, |text| {
        text.split("[[api]]").next().unwrap().to_owned()
    });
    let home = entra.get(gate.url(ENTRA, "/")).await;
    for absent in ["/auth/call_api", "/auth/edit_profile"] {
        assert!(
            !home.text.contains(absent),
            "only what the profile has: {absent}"
        );
    }
}

// proves: F4, T19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_details_show_claims_and_hide_those_that_say_nothing() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    let page = browser.get(gate.url(ENTRA, "/auth/token_details")).await;
    assert_eq!(page.status, 200);
    for claim in ["preferred_username", "oid", "tid", "name"] {
        assert!(
            page.text.contains(&format!(">{claim}<")),
            "{claim} in {}",
            page.text
        );
    }
    for claim in ["iat", "exp", "nbf", "uti", "aio", "nonce", "sid"] {
        assert!(
            !page.text.contains(&format!(">{claim}<")),
            "{claim} is hidden"
        );
    }
}

// proves: F5, T19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_details_are_401_when_nobody_is_signed_in() {
    let gate = Plan::default().start().await;
    let page = Browser::new()
        .get(gate.url(ENTRA, "/auth/token_details"))
        .await;
    assert_eq!(page.status, 401, "no redirect");
    let challenge = page.header("www-authenticate").unwrap();
    assert!(
        !challenge.to_ascii_lowercase().contains("basic"),
        "no browser asks for a password: {challenge}"
    );
    assert!(
        page.text.contains("401: Unauthorized")
            && page.text.contains("Use the button on the top right"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_short_names_of_the_tutorials_work() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let login = browser.get(gate.url(ENTRA, "/login")).await;
    assert!(
        login
            .location()
            .host_str()
            .unwrap()
            .contains("login.microsoftonline")
    );
    gate.sign_in(&browser, ENTRA, "ada").await;
    assert_eq!(
        browser
            .get(gate.url(ENTRA, "/login"))
            .await
            .location()
            .path(),
        "/",
        "nothing to do"
    );
    shows_an_answer(
        &browser.visit(gate.url(ENTRA, "/call_downstream_api")).await,
        "the API answers",
    );
    let out = browser
        .get_with(
            gate.url(ENTRA, "/logout"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(out.status, 303);
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
}

// proves: W8, W9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_redirect_path_works_and_the_default_is_then_nothing() {
    for path in ["/getAToken", "/redirect", "/deep/er/cb"] {
        let gate = Plan::default()
            .line(ENTRA, &format!("redirect_path = \"{path}\""))
            .start()
            .await;
        let browser = Browser::new();
        let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
        assert_eq!(callback.location().path(), path);
        assert_eq!(browser.follow(&callback).await.status, 303);
        assert!(gate.is_signed_in(&browser, ENTRA).await);
        assert_eq!(
            browser
                .get(gate.url(ENTRA, "/auth/redirect?code=x&state=y"))
                .await
                .status,
            404
        );
    }
}

// proves: W12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_asked_for_is_reached_with_its_query() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let asked = browser
        .get(gate.url(ENTRA, "/auth/sessions?a=1&b=%2F"))
        .await;
    let begun = browser.follow(&asked).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let done = browser.follow(&callback).await;
    assert_eq!(
        done.location().as_str(),
        gate.url(ENTRA, "/auth/sessions?a=1&b=%2F")
    );
}

// proves: W6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_without_scopes_is_called_and_its_refusal_is_shown() {
    let gate = Plan::default().start().await;
    let api = gate.sim.api();
    gate.edit(ENTRA, |text| {
        format!(
            "{}[[api]]\nname = \"orders\"\nendpoint = \"{api}/orders\"\n",
            text.split("[[api]]").next().unwrap()
        )
    });
    let browser = gate.browser_of(ENTRA, "ada").await;
    let page = browser.get(gate.url(ENTRA, "/auth/call_api/orders")).await;
    assert_eq!(page.status, 200, "{:?}", page.headers);
    assert!(page.text.contains("401 Unauthorized"), "{}", page.text);
}

// proves: W27
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_can_be_replaced_by_a_folder() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("home.html"),
        "{% extends \"base.html\" %}{% block main %}<h1>Ours: {{ name }}</h1>{% endblock main %}",
    )
    .unwrap();
    let settings = format!("templates = \"{}\"", folder.path().display());
    let (gate, browser) = Plan {
        settings,
        ..Plan::default()
    }
    .signed_in(ENTRA, "mallory")
    .await;
    let home = browser.get(gate.url(ENTRA, "/")).await;
    assert!(
        home.text.contains("Ours: &lt;script&gt;"),
        "and it escapes: {}",
        home.text
    );
}

// proves: W23
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_that_is_down_at_sign_out_is_no_obstacle() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.sim.fault(Fault::MetadataStatus(500));
    gate.turn(30 * 3_600);
    gate.sim.forget_calls();
    let callback = browser
        .get_with(
            gate.url(ENTRA, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert!(
        matches!(callback.status.as_u16(), 200 | 303),
        "{}",
        callback.status
    );
    assert!(!gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_sign_up_by_themselves() {
    for kind in [Kind::ExternalId, Kind::ExternalIdCustomDomain, Kind::B2c] {
        let gate = Plan::default().start().await;
        let browser = Browser::new();
        let begun = browser.get(gate.url(kind, "/auth/sign_in")).await;
        let pick = gate.at_authority(&browser, &begun).await;
        let form = gate.press(&browser, &pick, ("sign_up", "form"), &[]).await;
        let more = [
            ("email", "nova@fresh.example"),
            ("given_name", "Nova"),
            ("family_name", "Neu"),
        ];
        let mut page = gate
            .press(&browser, &form, ("sign_up", "done"), &more)
            .await;
        if page.text.contains("name=\"consent\"") {
            page = gate
                .press(&browser, &page, ("consent", "accept"), &[])
                .await;
        }
        assert_eq!(
            browser.follow(&page).await.status,
            303,
            "{kind:?}: {}",
            page.text
        );
        assert_eq!(
            gate.session(&browser, kind).await["name"],
            "Nova Neu",
            "{kind:?}"
        );
    }
}
