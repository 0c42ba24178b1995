//! The flash message on the home page after a user flow was cancelled or finished: shown once, and nobody else sets it.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, host};

const B2C: Kind = Kind::B2c;
const COOKIE: &str = "gatehouse-notice";
const SAID: &str = "role=\"status\"";

/// Begins a user flow, presses a button of the authority's first page and rests at home.
async fn presses(gate: &TestGatehouse, browser: &Browser, path: &str, button: &str) -> Page {
    let begun = browser.get(gate.url(B2C, path)).await;
    let page = gate.at_authority(browser, &begun).await;
    let back = gate.press(browser, &page, (button, "1"), &[]).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(
        (done.location().path(), done.location().query()),
        ("/", None),
        "no word of it in the address"
    );
    browser.rest(done).await
}

/// The flash message is on the page, and at the next load it is gone.
async fn said_once(gate: &TestGatehouse, browser: &Browser, home: &Page, sentence: &str) {
    assert!(
        home.text.contains(SAID) && home.text.contains(sentence),
        "{sentence}: {}",
        home.text
    );
    assert_eq!(
        browser.cookie(host(B2C), COOKIE),
        None,
        "gone with the page"
    );
    let again = browser.get(gate.url(B2C, "/")).await;
    assert!(!again.text.contains(SAID), "{sentence}, once only");
}

// proves: T7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_sign_in_is_said_once_at_home() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let home = presses(&gate, &browser, "/auth/sign_in", "cancel").await;
    said_once(&gate, &browser, &home, "You cancelled the sign-in.").await;
    let home = presses(&gate, &browser, "/auth/reset_password", "cancel").await;
    said_once(&gate, &browser, &home, "Your password was not changed.").await;
}

// proves: T7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_signed_in_person_cancels_is_said_and_the_session_stays() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let home = presses(&gate, &browser, "/auth/edit_profile", "cancel").await;
    said_once(&gate, &browser, &home, "Your profile was not changed.").await;
    let begun = browser
        .get(gate.url(B2C, "/auth/sign_in?other_account=1"))
        .await;
    let pick = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &pick, ("cancel", "1"), &[]).await;
    let home = browser.visit(back.location()).await;
    said_once(&gate, &browser, &home, "You cancelled the sign-in.").await;
    assert!(gate.is_signed_in(&browser, B2C).await);
}

// proves: W19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finished_edit_is_said_once_at_home() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let home = presses(&gate, &browser, "/auth/edit_profile", "save").await;
    said_once(&gate, &browser, &home, "Your profile was updated.").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_puts_no_words_on_the_home_page() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let forged = [
        "Call 0800 123 456.b2c",
        "profile-updated",
        "profile-updated.entra-id",
        "<b>profile-updated</b>.b2c",
    ];
    for value in forged {
        browser.set_cookie(host(B2C), COOKIE, value);
        let home = browser.get(gate.url(B2C, "/?notice=profile-updated")).await;
        assert_eq!(home.status, 200);
        assert!(
            !home.text.contains(SAID) && !home.text.contains("0800"),
            "{value}: {}",
            home.text
        );
        assert_eq!(
            browser.cookie(host(B2C), COOKIE),
            None,
            "{value} is removed"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_leads_to_another_page_leaves_no_flash_message_for_a_later_visit() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let begun = browser
        .get(gate.url(B2C, "/auth/edit_profile?return_to=%2Fauth%2Fsessions"))
        .await;
    let form = gate.at_authority(&browser, &begun).await;
    let back = gate.press(&browser, &form, ("save", "1"), &[]).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.location().path(), "/auth/sessions");
    assert_eq!(browser.cookie(host(B2C), COOKIE), None);
}
