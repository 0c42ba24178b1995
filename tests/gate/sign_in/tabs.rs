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
    let mut callbacks = Vec::new();
    for begun in &tabs {
        callbacks.push(gate.choose(&browser, begun, "ada").await);
    }
    for (tab, callback) in callbacks.iter().enumerate() {
        let page = browser.follow(callback).await;
        // The cookie of the first had to go, and nobody was signed in yet: a new attempt begins by itself.
        let page = gate.on(&browser, page).await;
        arrived(&page, tab);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_come_back_in_any_order_all_arrive() {
    let gate = Plan::default().start().await;
    // Steps that have no common factor with twenty visit every tab, each in an order of its own.
    for step in [3, 7, 11, 13] {
        let browser = Browser::new();
        let tabs = window(&gate, &browser).await;
        let mut waiting = std::collections::VecDeque::new();
        for turn in 0..TABS {
            let tab = (turn * step + 5) % TABS;
            waiting.push_back((tab, gate.choose(&browser, &tabs[tab], "ada").await));
        }
        let mut there = 0;
        // A new attempt queues behind the tabs that wait.
        while let Some((tab, callback)) = waiting.pop_front() {
            let page = browser.follow(&callback).await;
            if page.location().port() == Some(gate.port) {
                arrived(&page, tab);
                there += 1;
            } else {
                waiting.push_back((tab, gate.at_authority(&browser, &page).await));
            }
        }
        assert_eq!(there, TABS, "step {step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_another_program_opened_arrives_without_a_click() {
    let gate = Plan::default().start().await;
    // An office program asks for the address itself, and opens what it was led to in the browser.
    let (program, browser) = (Browser::new(), Browser::new());
    let begun = open(&gate, &program, &target(3)).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let page = browser.follow(&callback).await;
    arrived(&gate.on(&browser, page).await, 3);
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(!gate.is_signed_in(&program, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_up_that_takes_half_an_hour_arrives_without_a_click() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = open(&gate, &browser, &target(4)).await;
    gate.turn(30 * 60);
    for (name, _) in attempts(&browser) {
        browser.forget_cookie(host(Kind::EntraId), &name);
    }
    let callback = gate.choose(&browser, &begun, "ada").await;
    let page = browser.follow(&callback).await;
    arrived(&gate.on(&browser, page).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_keeps_no_cookies_is_led_round_once() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = open(&gate, &browser, &target(5)).await;
    let callback = gate.choose(&browser, &begun, "ada").await;
    let forget = || {
        for (name, _) in browser.cookies(host(Kind::EntraId)) {
            browser.forget_cookie(host(Kind::EntraId), &name);
        }
    };
    forget();
    let again = gate
        .begins_again(&browser, Kind::EntraId, &callback.location())
        .await;
    let second = gate.at_authority(&browser, &again).await;
    forget();
    let stopped = browser.follow(&second).await;
    assert_eq!(stopped.status, 400, "{}", stopped.text);
    for part in ["allow cookies", "Start again", "token_details"] {
        assert!(stopped.text.contains(part), "{part}: {}", stopped.text);
    }
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_begins_one_new_attempt_and_not_a_second_one() {
    let gate = Plan::default().start().await;
    let (began, first, second) = (Browser::new(), Browser::new(), Browser::new());
    let callback = gate.answer(&began, Kind::EntraId, "ada", "/").await;
    gate.begins_again(&first, Kind::EntraId, &callback.location())
        .await;
    let refused = second.get(callback.location()).await;
    assert_eq!(refused.status, 400, "the state is used");
    assert!(refused.sets_cookies().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_at_the_callback_begins_nothing_and_uses_nothing_up() {
    let gate = Plan::default().start().await;
    let (began, other) = (Browser::new(), Browser::new());
    let callback = gate.answer(&began, Kind::EntraId, "ada", "/").await;
    let script = [("sec-fetch-mode", "cors")];
    let page = other.get_with(callback.location(), &script).await;
    assert_eq!(page.status, 401, "{}", page.text);
    assert!(page.sets_cookies().is_empty());
    assert_eq!(began.follow(&callback).await.location().path(), "/");
    assert!(gate.is_signed_in(&began, Kind::EntraId).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_attempt_asks_for_the_password_where_each_sign_in_does() {
    for (prompt, asked) in [("login", Some("login")), ("select_account", None)] {
        let line = format!("prompt = \"{prompt}\"");
        let gate = Plan::default().line(Kind::EntraId, &line).start().await;
        let (began, other) = (Browser::new(), Browser::new());
        let callback = gate.answer(&began, Kind::EntraId, "ada", "/").await;
        let again = gate
            .begins_again(&other, Kind::EntraId, &callback.location())
            .await;
        assert_eq!(again.location_parameter("prompt").as_deref(), asked);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_target_keeps_the_authoritys_address_short_and_arrives() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    for length in [700, 769, 2_000] {
        let far = format!("/auth/token_details?{}", "x".repeat(length - 20));
        let begun = open(&gate, &browser, &far).await;
        let address = begun.location();
        assert!(address.as_str().len() < 2_048, "{}", address.as_str().len());
        let kept = attempts(&browser);
        let bytes: usize = kept
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(bytes <= 4_096, "{bytes} bytes");
        let callback = gate.choose(&browser, &begun, "ada").await;
        let location = browser.follow(&callback).await.location();
        assert!(location.as_str().ends_with(&far), "{location}");
        gate.sign_out(&browser, Kind::EntraId).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_target_whose_attempt_is_lost_leads_home() {
    let gate = Plan::default().start().await;
    let (began, other) = (Browser::new(), Browser::new());
    let far = format!("/auth/token_details?{}", "x".repeat(1_500));
    let callback = gate.answer(&began, Kind::EntraId, "ada", &far).await;
    let page = other.get(callback.location()).await;
    let back = gate.choose(&other, &page, "ada").await;
    assert_eq!(other.follow(&back).await.location().path(), "/");
    // Its own attempt, too old but still in the browser, has the target.
    let late = Browser::new();
    let callback = gate.answer(&late, Kind::EntraId, "ada", &far).await;
    gate.turn(601);
    let page = late.follow(&callback).await;
    let location = gate.on(&late, page).await.location();
    assert!(location.as_str().ends_with(&far), "{location}");
}

// proves: C110
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_ten_attempts_and_four_kilobytes_are_kept() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let far = format!("/auth/token_details?{}", "x".repeat(700));
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
    // C91: cookies of two attempts are not exchanged.
    gate.begins_again(&stranger, Kind::EntraId, &callback.location())
        .await;
    let page = mine.follow(&callback).await;
    gate.on(&mine, page).await;
    assert!(gate.is_signed_in(&mine, Kind::EntraId).await);
}

// proves: C91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempts_cookie_with_one_letter_changed_redeems_nothing() {
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
    gate.begins_again(&browser, Kind::EntraId, &callback.location())
        .await;
}
