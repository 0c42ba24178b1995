//! Many tabs at once, late tabs, tabs in any order: all arrive where they wanted to go.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, host};

const TABS: usize = 20;

fn target(tab: usize) -> String {
    format!("/auth/token_details?tab={tab}")
}

/// Opens a sign-in in a tab; the authority is not visited yet.
async fn open(gate: &TestGatehouse, browser: &Browser, return_to: &str) -> Page {
    let mut start = url::Url::parse(&gate.url(Kind::EntraId, "/auth/sign_in")).unwrap();
    start.query_pairs_mut().append_pair("return_to", return_to);
    let begun = browser.get(start).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    begun
}

async fn window(gate: &TestGatehouse, browser: &Browser) -> Vec<Page> {
    let mut tabs = Vec::new();
    for tab in 0..TABS {
        tabs.push(open(gate, browser, &target(tab)).await);
        gate.turn(1);
    }
    tabs
}

fn attempts(browser: &Browser) -> Vec<(String, String)> {
    let cookies = browser.cookies(host(Kind::EntraId));
    cookies
        .into_iter()
        .filter(|(name, _)| name.starts_with("gatehouse-attempt-"))
        .collect()
}

fn arrived(page: &Page, tab: usize) {
    assert_eq!(page.status, 303, "tab {tab}: {}", page.text);
    let location = page.location();
    assert_eq!(
        format!(
            "{}?{}",
            location.path(),
            location.query().unwrap_or_default()
        ),
        target(tab)
    );
}

// proves: C109
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_tabs_opened_at_once_all_arrive() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let tabs = window(&gate, &browser).await;
    // The person signs in in the tab that is seen, the last one; the others follow by single sign-on.
    for (tab, begun) in tabs.iter().enumerate().rev() {
        let callback = gate.choose(&browser, begun, "ada").await;
        arrived(&browser.follow(&callback).await, tab);
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(
        attempts(&browser).is_empty(),
        "finished attempts leave nothing behind"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_finished_from_the_oldest_on_arrive_once_somebody_is_signed_in() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let tabs = window(&gate, &browser).await;
    let mut late = Vec::new();
    for (tab, begun) in tabs.iter().enumerate() {
        let callback = gate.choose(&browser, begun, "ada").await;
        let page = browser.follow(&callback).await;
        if page.status == 303 {
            arrived(&page, tab);
        } else {
            // Its cookie had to go, and nobody was signed in yet: the page says so and leads on.
            assert_eq!(page.status, 400);
            assert!(
                page.text.contains("Start again") && page.text.contains("token_details"),
                "{}",
                page.text
            );
            late.push((tab, callback));
        }
    }
    assert_eq!(late.len(), TABS - 10, "ten attempts are kept, the newest");
    for (tab, callback) in late {
        arrived(&browser.follow(&callback).await, tab);
    }
}

// proves: C110
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_ten_attempts_and_four_kilobytes_are_kept() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let far = format!("/auth/token_details?{}", "x".repeat(1_500));
    for _ in 0..TABS {
        open(&gate, &browser, &far).await;
        let kept = attempts(&browser);
        assert!(kept.len() <= 10);
        let bytes: usize = kept
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(bytes <= 4_096, "{bytes} bytes in {} cookies", kept.len());
    }
    assert_eq!(attempts(&browser).len(), 10);
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_finish_in_either_order() {
    for newest_first in [false, true] {
        let gate = Plan::default().start().await;
        let browser = Browser::new();
        let mut tabs = vec![
            (0, open(&gate, &browser, &target(0)).await),
            (1, open(&gate, &browser, &target(1)).await),
        ];
        if newest_first {
            tabs.reverse();
        }
        let mut callbacks = Vec::new();
        for (tab, begun) in &tabs {
            callbacks.push((*tab, gate.choose(&browser, begun, "ada").await));
        }
        for (tab, callback) in callbacks {
            arrived(&browser.follow(&callback).await, tab);
            assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_left_open_overnight_goes_where_it_wanted_when_somebody_is_signed_in() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let forgotten = open(&gate, &browser, &target(7)).await;
    let callback = gate.choose(&browser, &forgotten, "ada").await;
    gate.turn(8 * 3600);
    gate.sign_in(&browser, Kind::EntraId, "ada").await;
    let tokens = gate.sim.count(Endpoint::Token);
    arrived(&browser.follow(&callback).await, 7);
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        tokens,
        "nothing is redeemed for it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_browser_finishes_nobody_elses_tab() {
    let gate = Plan::default().start().await;
    let (mine, stranger) = (Browser::new(), Browser::new());
    let callback = gate.answer(&mine, Kind::EntraId, "ada", "/").await;
    // The stranger has an attempt of its own, and even puts its cookie under the name of mine.
    open(&gate, &stranger, "/").await;
    let (name, _) = attempts(&mine).remove(0);
    let (_, value) = attempts(&stranger).remove(0);
    stranger.set_cookie(host(Kind::EntraId), &name, &value);
    let refused = stranger.get(callback.location()).await;
    assert_eq!(
        refused.status, 400,
        "C91: cookies of two attempts are not exchanged"
    );
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
    assert!(!gate.is_signed_in(&stranger, Kind::EntraId).await);
    assert_eq!(mine.follow(&callback).await.status, 303);
}

// proves: C91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempts_cookie_with_one_letter_changed_is_refused() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    let (name, value) = attempts(&browser).remove(0);
    let middle = value.len() / 2;
    let letter = if value.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{letter}{}", &value[..middle], &value[middle + 1..]);
    browser.set_cookie(host(Kind::EntraId), &name, &forged);
    assert_eq!(browser.follow(&callback).await.status, 400);
    browser.set_cookie(host(Kind::EntraId), &name, &value);
    assert_eq!(
        browser.follow(&callback).await.status,
        303,
        "the state was not used up by the forgery"
    );
}
