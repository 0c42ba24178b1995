//! Logout notices with keys that nobody knows: what strangers post must not decide whether the authority is believed.

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan};
use simulator::{LogoutSignature, LogoutToken};

const OIDC: Kind = Kind::Oidc;

// proves: D5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_token_with_a_new_key_counts_when_it_is_sent_again_after_a_flood() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    assert_eq!(
        gate.post_logout_token(&gate.strangers_logout_token())
            .await
            .status,
        400,
        "looked up: no"
    );
    gate.turn(10);
    gate.sim.rotate_keys();
    let notice = gate.sim.logout_token(&gate.right_logout_token());
    let told = gate.post_logout_token(&notice).await;
    assert_eq!(
        (told.status.as_u16(), told.header("retry-after")),
        (503, Some("20")),
        "unknown is not no: {}",
        told.text
    );
    assert!(gate.is_signed_in(&browser, OIDC).await);
    gate.turn(20);
    assert_eq!(
        gate.post_logout_token(&notice).await.status,
        200,
        "the same token"
    );
    assert!(!gate.is_signed_in(&browser, OIDC).await);
}

// proves: D5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_junk_fetches_keys_once_and_keeps_nobody_from_signing_in() {
    let (gate, _) = Plan::default().signed_in(OIDC, "ada").await;
    let before = gate.sim.count(Endpoint::Keys);
    for _ in 0..6 {
        let answer = gate.post_logout_token(&gate.strangers_logout_token()).await;
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

// proves: D5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_signature_under_a_known_key_is_refused_however_often() {
    let (gate, browser) = Plan::default().signed_in(OIDC, "ada").await;
    for _ in 0..3 {
        let forged = gate.sim.logout_token(&LogoutToken {
            signature: LogoutSignature::Corrupted,
            ..gate.right_logout_token()
        });
        assert_eq!(gate.post_logout_token(&forged).await.status, 400);
    }
    assert!(gate.is_signed_in(&browser, OIDC).await);
}
