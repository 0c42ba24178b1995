//! Azure AD B2C: edit profile, reset password, forgotten password, cancelling; and the shapes that its tenants have.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGatehouse, host, shows_an_answer};

const B2C: Kind = Kind::B2c;

async fn gate() -> TestGatehouse {
    Plan::default().start().await
}

/// Begins edit profile and rests on the authority's form.
async fn edit_form(gate: &TestGatehouse, browser: &Browser) -> Page {
    let begun = browser.get(gate.url(B2C, "/auth/edit_profile")).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    assert!(
        begun
            .location()
            .as_str()
            .to_lowercase()
            .contains("b2c_1_edit_profile"),
        "{}",
        begun.location()
    );
    gate.at_authority(browser, &begun).await
}

async fn saves(gate: &TestGatehouse, browser: &Browser, name: &str) -> Page {
    let form = edit_form(gate, browser).await;
    let back = gate
        .press(
            browser,
            &form,
            ("save", "1"),
            &[
                ("name", name),
                ("given_name", "Augusta"),
                ("family_name", "King"),
            ],
        )
        .await;
    browser.follow(&back).await
}

// proves: W19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edited_claims_are_shown_at_once_and_the_session_stays() {
    let gate = gate().await;
    let browser = gate.browser_of(B2C, "ada").await;
    let before = gate.session(&browser, B2C).await;
    let cookie = browser.cookie(host(B2C), "gatehouse");
    let done = saves(&gate, &browser, "Countess of Lovelace").await;
    assert_eq!((done.status.as_u16(), done.location().path()), (303, "/"));
    let after = gate.session(&browser, B2C).await;
    assert_eq!(after["name"], "Countess of Lovelace");
    assert_eq!(after["claims"]["given_name"], "Augusta");
    assert_eq!(
        after["claims"]["tfp"], before["claims"]["tfp"],
        "the token of the sign-in stays the token of the sign-in"
    );
    assert_eq!(after["signed_in_at"], before["signed_in_at"]);
    assert_eq!(
        browser.cookie(host(B2C), "gatehouse"),
        cookie,
        "the session is the same"
    );
    let home = browser.visit(gate.url(B2C, "/")).await;
    assert!(home.text.contains("Countess of Lovelace"));
}

// proves: B198, B203
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_goes_to_the_token_endpoint_of_its_own_user_flow() {
    let gate = gate().await;
    let browser = gate.browser_of(B2C, "ada").await;
    saves(&gate, &browser, "Ada King").await;
    gate.turn(3_400);
    let result = browser.visit(gate.url(B2C, "/auth/call_api/orders")).await;
    shows_an_answer(&result, "tokens of the sign-in are still refreshed");
    let paths: Vec<String> = gate
        .sim
        .calls()
        .into_iter()
        .filter(|call| call.endpoint == Endpoint::Token)
        .map(|call| call.path.to_lowercase())
        .collect();
    let of = |flow: &str| paths.iter().filter(|path| path.contains(flow)).count();
    assert_eq!(
        (of("b2c_1_susi"), of("b2c_1_edit_profile")),
        (2, 1),
        "{paths:?}"
    );
}

// proves: T7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_edit_profile_goes_home_with_the_session() {
    let gate = gate().await;
    let browser = gate.browser_of(B2C, "ada").await;
    let form = edit_form(&gate, &browser).await;
    let back = gate.press(&browser, &form, ("cancel", "1"), &[]).await;
    assert!(
        back.location_parameter("error_description")
            .unwrap()
            .starts_with("AADB2C90091")
    );
    let done = browser.follow(&back).await;
    assert_eq!((done.status.as_u16(), done.location().path()), (303, "/"));
    let home = browser.rest(done).await;
    assert!(home.text.contains("Welcome") && home.text.contains("Ada Lovelace"));
}

// proves: T7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_a_sign_in_goes_home_without_an_error_page() {
    let gate = gate().await;
    let browser = Browser::new();
    let begun = browser
        .get(gate.url(B2C, "/auth/sign_in?return_to=%2Fauth%2Fsessions"))
        .await;
    let pick = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &pick, ("cancel", "1"), &[]).await;
    let done = browser.follow(&back).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/"),
        "home, not the page that would ask again"
    );
    let home = browser.rest(done).await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("not signed in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_profile_is_for_signed_in_people_and_comes_back_to_itself() {
    let gate = gate().await;
    let browser = Browser::new();
    let answer = browser.get(gate.url(B2C, "/auth/edit_profile")).await;
    assert_eq!(answer.status, 303);
    let to = answer.location();
    assert_eq!(to.path(), "/auth/sign_in");
    assert_eq!(
        answer.location_parameter("return_to").as_deref(),
        Some("/auth/edit_profile")
    );
    let entra = browser
        .get(gate.url(Kind::EntraId, "/auth/edit_profile"))
        .await;
    assert_eq!(
        entra.status, 404,
        "a kind without user flows has no such page"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_who_edits_changes_nothing_here() {
    somebody_else_edits(&gate().await).await;
    let gate = gate().await;
    let placeholder = "Not supported currently. Use oid claim.";
    gate.sim
        .fault(Fault::SetClaim("sub".into(), placeholder.into()));
    somebody_else_edits(&gate).await;
}

async fn somebody_else_edits(gate: &TestGatehouse) {
    let browser = gate.browser_of(B2C, "ada").await;
    // The authority has forgotten Ada; Grace uses the same computer.
    for (name, _) in browser.cookies("contoso.b2clogin.localhost") {
        browser.forget_cookie("contoso.b2clogin.localhost", &name);
    }
    let pick = edit_form(gate, &browser).await;
    let form = gate.press(&browser, &pick, ("person", "grace"), &[]).await;
    let back = gate
        .press(&browser, &form, ("save", "1"), &[("name", "Not Ada")])
        .await;
    let refused = browser.follow(&back).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("a different account"),
        "{}",
        refused.text
    );
    assert_eq!(gate.session(&browser, B2C).await["name"], "Ada Lovelace");
}

// proves: B202
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_user_flow_edits_nothing() {
    let gate = gate().await;
    let browser = gate.browser_of(B2C, "ada").await;
    let form = edit_form(&gate, &browser).await;
    let back = gate
        .press(&browser, &form, ("save", "1"), &[("name", "Not Ada")])
        .await;
    gate.sim
        .fault(Fault::SetClaim("tfp".into(), "B2C_1_susi".into()));
    let refused = browser.follow(&back).await;
    assert_eq!(refused.status, 400);
    assert_eq!(gate.session(&browser, B2C).await["name"], "Ada Lovelace");
}

/// At the new-password form: the person is chosen and the password set. Rests before the callback.
async fn resets(gate: &TestGatehouse, browser: &Browser, begun: &Page) -> Page {
    assert!(
        begun
            .location()
            .as_str()
            .to_lowercase()
            .contains("b2c_1_reset_password"),
        "{}",
        begun.location()
    );
    let pick = gate.at_authority(browser, begun).await;
    let form = gate.press(browser, &pick, ("person", "ada"), &[]).await;
    gate.press(browser, &form, ("reset", "1"), &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_password_signs_nobody_in_and_the_sign_in_follows_silently() {
    let gate = Plan::default()
        .line(B2C, "prompt = \"login\"")
        .start()
        .await;
    let browser = Browser::new();
    let begun = browser
        .get(gate.url(B2C, "/auth/reset_password?return_to=%2Fauth%2Fsessions"))
        .await;
    let back = resets(&gate, &browser, &begun).await;
    let next = browser.follow(&back).await;
    assert!(
        !gate.is_signed_in(&browser, B2C).await,
        "a token of the reset flow is no sign-in"
    );
    assert!(next.location().path().to_lowercase().contains("b2c_1_susi"));
    assert_eq!(
        TestGatehouse::asked(&next, "prompt"),
        None,
        "the new password need not be typed again"
    );
    let callback = gate.at_authority(&browser, &next).await;
    let done = browser.follow(&callback).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/sessions")
    );
    assert!(gate.is_signed_in(&browser, B2C).await);
}

// proves: W18
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgot_password_leads_to_the_reset_flow_and_back_to_the_page_asked_for() {
    let gate = gate().await;
    let browser = Browser::new();
    let begun = browser
        .get(gate.url(B2C, "/auth/sign_in?return_to=%2Fauth%2Ftoken_details"))
        .await;
    let pick = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &pick, ("forgot", "1"), &[]).await;
    assert!(
        back.location_parameter("error_description")
            .unwrap()
            .starts_with("AADB2C90118")
    );
    let reset = browser.follow(&back).await;
    assert_eq!(reset.status, 303, "at once, without a page to wait on");
    let back = resets(&gate, &browser, &reset).await;
    let next = browser.follow(&back).await;
    let callback = gate.at_authority(&browser, &next).await;
    let done = browser.follow(&callback).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/token_details")
    );
    assert_eq!(gate.session(&browser, B2C).await["name"], "Ada Lovelace");
}

// proves: B204
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgot_password_without_a_reset_flow_is_explained() {
    let gate = gate().await;
    gate.edit(B2C, |text| {
        text.replace("reset_password = \"B2C_1_reset_password\"\n", "")
    });
    let browser = Browser::new();
    let begun = browser.get(gate.url(B2C, "/auth/sign_in")).await;
    let pick = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &pick, ("forgot", "1"), &[]).await;
    let page = browser.follow(&back).await;
    assert_eq!(page.status, 403);
    assert!(
        page.text.contains("Forgot your password?") && page.text.contains("AADB2C90118"),
        "{}",
        page.text
    );
    assert!(
        !page.text.contains("Correlation ID:"),
        "the authority's own words are not shown"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_reset_password_goes_home() {
    let gate = gate().await;
    let browser = Browser::new();
    let begun = browser.get(gate.url(B2C, "/auth/reset_password")).await;
    let pick = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &pick, ("cancel", "1"), &[]).await;
    let done = browser.follow(&back).await;
    assert_eq!((done.status.as_u16(), done.location().path()), (303, "/"));
}

/// Everything that a B2C profile does, in one tenant's shape.
async fn works(gate: &TestGatehouse) {
    let browser = gate.browser_of(B2C, "ada").await;
    let result = browser.visit(gate.url(B2C, "/auth/call_api/orders")).await;
    shows_an_answer(&result, "the API answers");
    saves(gate, &browser, "Ada King").await;
    assert_eq!(gate.session(&browser, B2C).await["name"], "Ada King");
    gate.turn(3_400);
    let refreshed = browser.visit(gate.url(B2C, "/auth/call_api/orders")).await;
    shows_an_answer(&refreshed, "the API answers");
    let out = browser
        .get_with(
            gate.url(B2C, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    let end = browser.follow(&out).await;
    assert!(
        end.status.is_success() || end.status.is_redirection(),
        "{} {}",
        end.status,
        end.text
    );
    assert!(!gate.is_signed_in(&browser, B2C).await);
}

// proves: T5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_whose_issuer_names_the_policy_works() {
    works(
        &Plan::default()
            .sim(|options| options.shapes.b2c_issuer_with_policy = true)
            .start()
            .await,
    )
    .await;
}

// proves: T5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_whose_addresses_name_the_policy_in_the_query_works() {
    works(
        &Plan::default()
            .sim(|options| options.shapes.b2c_policy_in_query = true)
            .start()
            .await,
    )
    .await;
}

// proves: T5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_whose_tokens_name_the_policy_in_acr_works() {
    works(
        &Plan::default()
            .sim(|options| options.shapes.b2c_policy_in_acr = true)
            .start()
            .await,
    )
    .await;
}

// proves: T5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b2c_behind_a_domain_of_its_own_works() {
    let gate = gate().await;
    gate.edit(B2C, |text| {
        text.replace("contoso.b2clogin.localhost", "b2c.contoso.localhost")
    });
    works(&gate).await;
}

// proves: T6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b2c_without_an_api_signs_in_without_an_access_token() {
    let gate = gate().await;
    gate.edit(B2C, |text| text.split("[[api]]").next().unwrap().to_owned());
    let browser = gate.browser_of(B2C, "ada").await;
    assert_eq!(gate.session(&browser, B2C).await["name"], "Ada Lovelace");
    let call = browser.get(gate.url(B2C, "/call_downstream_api")).await;
    assert_eq!(call.status, 404, "there is no API to call");
}
