//! The store is away in the middle of a hand-off.

use super::{CRM, KIND, at, is_signed_in_at, ticket, with_hosts};
use crate::harness::browser::Browser;
use crate::harness::wire::Mood;
use crate::harness::{Plan, eventually, postgres_is_there};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_is_503_and_no_lost_sign_in_on_postgres() {
    if !postgres_is_there() {
        return;
    }
    let mut gate = with_hosts(Plan::wired()).start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    gate.wire.as_mut().unwrap().set(Mood::Refused).await;
    let away = browser.follow(&issued).await;
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.header("retry-after").is_some());
    assert!(away.sets_cookies().is_empty() && away.header("location").is_none());
    let begun = browser.get(at(&gate, CRM, "/auth/sign_in")).await;
    assert_eq!(begun.status, 303, "the hand-off begins without the store");
    gate.turn(3);
    let unknown = browser.follow(&begun).await;
    assert!(
        [303, 503].contains(&unknown.status.as_u16()),
        "{}",
        unknown.text
    );
    gate.wire.as_mut().unwrap().mend().await;
    eventually("the same ticket is taken", async || {
        let landed = browser.follow(&issued).await;
        landed.status == 303 && landed.location().path() == "/deep"
    })
    .await;
    assert!(is_signed_in_at(&gate, &browser, CRM).await);
    assert!(gate.is_signed_in(&browser, KIND).await);
}
