//! The page "You", and what is said to whoever comes back after the session is over.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, host};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_account_directory_and_time_and_may_use_another_account() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let page = browser.get(gate.url(KIND, "/auth/you")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for shown in ["Ada", "@", "Directory", "just now", "?other_account=1"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    let address = gate.url(KIND, "/auth/sign_in?other_account=1");
    let other = browser.get(address).await;
    assert_eq!(
        other.location_parameter("prompt").as_deref(),
        Some("select_account")
    );
    let stranger = Browser::new().get(gate.url(KIND, "/auth/you")).await;
    assert_eq!(stranger.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_ended_elsewhere_says_so_once() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let elsewhere = gate.browser_of(KIND, "ada").await;
    let asked = elsewhere
        .get(gate.url(KIND, "/auth/sessions?end=others"))
        .await;
    let form = asked.form_with("others", Some("1"));
    assert_eq!(elsewhere.submit(&form, &[]).await.status, 303);
    let prefetch: &[(&'static str, &str)] = &[("sec-purpose", "prefetch")];
    let _ = browser.get_with(gate.url(KIND, "/"), prefetch).await;
    let told = browser.get(gate.url(KIND, "/")).await;
    assert!(
        told.text.contains("Your session was ended"),
        "{}",
        told.text
    );
    assert!(browser.cookie(host(KIND), "gatehouse").is_none());
    let again = browser.get(gate.url(KIND, "/")).await;
    assert!(!again.text.contains("Your session was ended"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ran_out_says_so_once() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    gate.turn(40 * 86_400);
    let told = browser.get(gate.url(KIND, "/auth/token_details")).await;
    assert_eq!(told.status, 401);
    assert!(
        told.text.contains("Your session has expired"),
        "{}",
        told.text
    );
    let again = browser.get(gate.url(KIND, "/")).await;
    assert!(!again.text.contains("Your session has expired"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_lost_the_right_reads_so_once() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    gate.edit(KIND, |text| {
        format!("{text}\n[allow]\nemails = [\"nobody@contoso.example\"]\n")
    });
    let told = browser.get(gate.url(KIND, "/")).await;
    assert!(
        told.text.contains("You do not have access any more"),
        "{}",
        told.text
    );
    let again = browser.get(gate.url(KIND, "/")).await;
    assert!(!again.text.contains("any more"));
}
