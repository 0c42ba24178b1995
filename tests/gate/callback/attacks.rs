//! Forged, stolen and repeated callbacks: the token endpoint is never asked, and the session that there was stays.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Fault, Kind, Plan, host};

// proves: B2, B3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_in_a_browser_that_began_nothing_signs_nobody_in() {
    let gate = Plan::default().start().await;
    let (honest, victim) = (Browser::new(), Browser::new());
    let callback = gate.answer(&honest, Kind::EntraId, "ada", "/").await;
    let begun = gate
        .begins_again(&victim, Kind::EntraId, &callback.location())
        .await;
    // B3: the browser that began can still finish: its code was not redeemed, and its state is used.
    let once_more = honest.follow(&callback).await;
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
    let back = gate.at_authority(&honest, &once_more).await;
    assert_eq!(honest.follow(&back).await.status, 303);
    assert!(gate.is_signed_in(&honest, Kind::EntraId).await);
    // The victim signs in as whoever the victim is.
    let back = gate.choose(&victim, &begun, "grace").await;
    assert_eq!(victim.follow(&back).await.status, 303);
    let name = gate.session(&victim, Kind::EntraId).await["name"].clone();
    assert!(name.as_str().unwrap().starts_with("Grace"), "{name}");
}

// proves: C101
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_in_victim_does_not_become_the_attacker() {
    let gate = Plan::default().start().await;
    let (attacker, victim) = (Browser::new(), Browser::new());
    gate.sign_in(&victim, Kind::EntraId, "ada").await;
    let tokens = gate.sim.count(Endpoint::Token);
    let callback = gate.answer(&attacker, Kind::EntraId, "grace", "/").await;
    let answer = victim.get(callback.location()).await;
    assert_eq!(
        answer.status, 303,
        "a signed-in browser goes on with its own session"
    );
    assert_eq!(gate.sim.count(Endpoint::Token), tokens);
    assert!(
        gate.session(&victim, Kind::EntraId).await["name"]
            .as_str()
            .unwrap()
            .starts_with("Ada")
    );
}

// proves: B4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_works_once_and_a_reload_goes_on() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, Kind::EntraId, "ada", "/auth/token_details")
        .await;
    let first = browser.follow(&callback).await;
    assert_eq!(first.location().path(), "/auth/token_details");
    let again = browser.follow(&callback).await;
    assert_eq!(
        again.status, 303,
        "C111: a reload lands where the first one did"
    );
    assert_eq!(again.location().path(), "/auth/token_details");
    assert_eq!(gate.sim.count(Endpoint::Token), 1, "one code, one call");
}

// proves: B4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_callback_in_parallel_on_two_replicas_redeems_once() {
    let gate = Plan::default().start().await;
    let replica = gate.replica().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    let at_first = callback.location();
    let mut at_second = at_first.clone();
    at_second.set_port(Some(replica.port)).unwrap();
    let host_header = format!("{}:{}", host(Kind::EntraId), gate.port);
    let headers = [("host", host_header.as_str())];
    let (one, two) = tokio::join!(browser.get(at_first), browser.get_with(at_second, &headers));
    let good = [&one, &two]
        .into_iter()
        .filter(|page| page.status == 303)
        .count();
    assert!(good >= 1, "{} {}", one.status, two.status);
    assert_eq!(gate.sim.count(Endpoint::Token), 1);
}

// proves: B16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_from_the_history_after_sign_out_signs_nobody_in() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    browser.follow(&callback).await;
    browser
        .get_with(
            gate.url(Kind::EntraId, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    let again = browser.follow(&callback).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("Start again"));
    assert_eq!(gate.sim.count(Endpoint::Token), 1);
}

// proves: B6, T21
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_for_one_profile_is_refused_at_another() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    // The browser holds the attempt's cookie at the other host too: the worst case.
    for (name, value) in browser.cookies(host(Kind::EntraId)) {
        browser.set_cookie(host(Kind::ExternalId), &name, &value);
    }
    let mut elsewhere = callback.location();
    elsewhere.set_host(Some(host(Kind::ExternalId))).unwrap();
    let refused = browser.get(elsewhere).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        0,
        "no provider's token endpoint is asked"
    );
}

// proves: C103
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_older_than_ten_minutes_begins_again_with_its_target() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, Kind::EntraId, "ada", "/auth/token_details")
        .await;
    gate.turn(601);
    let begun = gate
        .begins_again(&browser, Kind::EntraId, &callback.location())
        .await;
    let back = gate.at_authority(&browser, &begun).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.location().path(), "/auth/token_details");
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: C102
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_that_is_not_ours_is_refused() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "ada", "/").await;
    let good = callback.location();
    let state = callback.location_parameter("state").unwrap();
    let mut flipped = state.clone();
    let last = if flipped.pop() == Some('A') { 'B' } else { 'A' };
    flipped.push(last);
    let huge = "x".repeat(10_000);
    for wrong in [
        "",
        "ä",
        huge.as_str(),
        flipped.as_str(),
        &state.to_uppercase(),
    ] {
        let mut url = good.clone();
        url.query_pairs_mut()
            .clear()
            .append_pair("code", "c")
            .append_pair("state", wrong);
        let refused = browser.get(url).await;
        assert_eq!(refused.status, 400, "{wrong:?}");
    }
    assert_eq!(gate.sim.count(Endpoint::Token), 0);
    assert_eq!(
        browser.follow(&callback).await.status,
        303,
        "the honest one still works"
    );
}

// proves: B32
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_text_of_an_error_without_a_live_attempt_is_not_shown() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let url = gate.url(
        Kind::EntraId,
        "/auth/redirect?error=access_denied&error_description=call+0800-EVIL&state=x",
    );
    let page = browser.get(url).await;
    assert_eq!(page.status, 400);
    assert!(!page.text.contains("EVIL"));
}

// proves: B69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_iss_parameter_of_somebody_else_is_refused_before_any_call() {
    let gate = Plan::default().start().await;
    for (kind, fault) in [
        (Kind::Oidc, Fault::CallbackIssWrong),
        (Kind::Oidc, Fault::CallbackIssMissing),
    ] {
        gate.sim.clear_faults();
        gate.sim.fault(fault.clone());
        let browser = Browser::new();
        let callback = gate.answer(&browser, kind, "ada", "/").await;
        let refused = browser.follow(&callback).await;
        assert_eq!(refused.status, 400, "{fault:?}");
        assert_eq!(gate.sim.count(Endpoint::Token), 0, "{fault:?}");
    }
}
