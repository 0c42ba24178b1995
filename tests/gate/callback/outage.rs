//! An outage before the use of a `state` is recorded (docs/decisions/0008).

use crate::harness::browser::Browser;
use crate::harness::{Fault, Kind, Plan};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_before_the_state_is_recorded_leaves_the_attempt_usable() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, KIND, "ada", "/auth/token_details")
        .await;
    let keys = gate.keys.clone();
    // A process that has just started has no metadata.
    let gate = gate.restart(keys).await;
    gate.sim.fault(Fault::MetadataStatus(503).at(KIND));
    let away = browser.follow(&callback).await;
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.header("retry-after").is_some());
    gate.sim.clear_faults();
    gate.turn(5);
    let done = browser.follow(&callback).await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/token_details"),
        "the same answer completes the same attempt"
    );
    assert!(gate.is_signed_in(&browser, KIND).await);
    let again = browser.follow(&callback).await;
    assert_eq!(again.status, 303, "a signed-in browser goes to the target");
    let other = Browser::new();
    let foreign = other.get(callback.location().as_str()).await;
    assert_eq!(foreign.status, 400, "spent, and never this browser's");
}
