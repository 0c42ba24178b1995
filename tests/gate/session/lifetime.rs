//! What a session is worth, how it begins, and how it ends.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, host};

// proves: B128, C91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_with_any_byte_changed_or_cut_off_is_none() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let good = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let thief = Browser::new();
    for at in (0..good.len()).step_by(7) {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes).unwrap();
        for value in [forged, good[..at].to_owned()] {
            thief.set_cookie(host(Kind::EntraId), "gatehouse", &value);
            let page = thief.get(gate.url(Kind::EntraId, "/auth/session")).await;
            assert_eq!(page.status, 401, "{at}: {value}");
            assert_eq!(thief.get(gate.url(Kind::EntraId, "/")).await.status, 200);
        }
    }
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}

// proves: B131
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_nobody_uses_ends_and_polling_does_not_keep_it() {
    let plan = Plan::default().table(
        Kind::EntraId,
        "[session]\nidle_timeout = \"10m\"\nlifetime = \"2h\"",
    );
    let gate = plan.start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    gate.turn(595);
    assert!(
        gate.is_signed_in(&browser, Kind::EntraId).await,
        "five seconds before the limit"
    );
    let used = browser
        .get(gate.url(Kind::EntraId, "/auth/token_details"))
        .await;
    assert_eq!(used.status, 200, "use moves the limit");
    for _ in 0..5 {
        gate.turn(119);
        assert!(
            gate.is_signed_in(&browser, Kind::EntraId).await,
            "a script only looks"
        );
    }
    gate.turn(10);
    assert!(
        !gate.is_signed_in(&browser, Kind::EntraId).await,
        "what a script did was no use"
    );
}

// proves: B132
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_in_use_ends_at_its_absolute_limit() {
    let plan = Plan::default().table(
        Kind::EntraId,
        "[session]\nidle_timeout = \"10m\"\nlifetime = \"1h\"",
    );
    let gate = plan.start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    for _ in 0..7 {
        gate.turn(500);
        assert_eq!(
            browser
                .get(gate.url(Kind::EntraId, "/auth/token_details"))
                .await
                .status,
            200
        );
    }
    gate.turn(95);
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    gate.turn(10);
    assert_eq!(
        browser
            .get(gate.url(Kind::EntraId, "/auth/token_details"))
            .await
            .status,
        401
    );
}

// proves: B134
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_account_ends_at_the_next_refresh() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    gate.sim.revoke_person("ada");
    gate.turn(3_700);
    let page = browser
        .get(gate.url(Kind::EntraId, "/auth/call_api/graph"))
        .await;
    assert_eq!(page.status, 303, "to sign-in: {}", page.text);
    assert!(
        page.location().path().ends_with("/auth/sign_in"),
        "{}",
        page.location()
    );
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);
    assert_eq!(gate.store().count().await.unwrap(), 0);
}

// proves: C78
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sign_in_has_a_new_handle_and_the_old_one_is_dead() {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    let old = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    let callback = gate.answer_as_other(&browser, Kind::EntraId, "grace").await;
    let done = browser.follow(&callback).await;
    assert_eq!(done.status, 303);
    assert!(
        gate.session(&browser, Kind::EntraId).await["name"]
            .as_str()
            .unwrap()
            .starts_with("Grace")
    );
    let thief = Browser::new();
    thief.set_cookie(host(Kind::EntraId), "gatehouse", &old);
    assert!(
        !gate.is_signed_in(&thief, Kind::EntraId).await,
        "C79: the former person's cookie is dead"
    );
}
