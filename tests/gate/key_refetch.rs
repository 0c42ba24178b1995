//! Logout notices with keys that nobody knows: what strangers post must not decide whether the authority is believed.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGate};
use simulator::{LogoutSignature, LogoutToken};

const OIDC: Kind = Kind::Oidc;

async fn post(gate: &TestGate, token: &str) -> Page {
    let url = gate.url(OIDC, "/auth/back_channel_logout");
    Browser::new().post(url, &[("logout_token", token)]).await
}

fn right(gate: &TestGate) -> LogoutToken {
    let account = gate.sim.signed_in();
    let sid = account.into_iter().find(|account| account.person == "ada");
    LogoutToken {
        sub: gate.sim.subject(OIDC, "ada", OIDC.client_id()),
        sid: Some(sid.unwrap().sid),
        ..LogoutToken::default()
    }
}

/// What a stranger can make: right in everything but its key, which is published nowhere.
fn junk(gate: &TestGate) -> String {
    gate.sim.logout_token(&LogoutToken {
        signature: LogoutSignature::UnknownKey,
        ..right(gate)
    })
}

async fn signed_in() -> (TestGate, Browser) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, OIDC, "ada").await;
    (gate, browser)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_a_notice_with_a_new_key_after_junk_of_strangers_is_asked_to_come_again_and_then_counts()
{
    let (gate, browser) = signed_in().await;
    assert_eq!(post(&gate, &junk(&gate)).await.status, 400, "looked up: no");
    gate.turn(10);
    gate.sim.rotate_keys();
    let notice = gate.sim.logout_token(&right(&gate));
    let told = post(&gate, &notice).await;
    assert_eq!(
        (told.status.as_u16(), told.header("retry-after")),
        (503, Some("20")),
        "unknown is not no: {}",
        told.text
    );
    assert!(gate.is_signed_in(&browser, OIDC).await);
    gate.turn(20);
    assert_eq!(post(&gate, &notice).await.status, 200, "the same token");
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_a_flood_of_junk_fetches_keys_once_and_keeps_nobody_from_signing_in() {
    let (gate, _) = signed_in().await;
    let before = gate.sim.count(Endpoint::Keys);
    for _ in 0..6 {
        let answer = post(&gate, &junk(&gate)).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 503),
            "{}",
            answer.status
        );
    }
    assert_eq!(gate.sim.count(Endpoint::Keys), before + 1);
    // The authority's own tokens have a budget of their own.
    for _ in 0..3 {
        gate.sim.rotate_keys();
        let browser = Browser::new();
        gate.sign_in(&browser, OIDC, "ada").await;
    }
    assert_eq!(gate.sim.count(Endpoint::Keys), before + 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_a_forged_signature_under_a_known_key_is_refused_however_often() {
    let (gate, browser) = signed_in().await;
    for _ in 0..3 {
        let forged = gate.sim.logout_token(&LogoutToken {
            signature: LogoutSignature::Corrupted,
            ..right(&gate)
        });
        assert_eq!(post(&gate, &forged).await.status, 400);
    }
    assert!(gate.is_signed_in(&browser, OIDC).await);
}
