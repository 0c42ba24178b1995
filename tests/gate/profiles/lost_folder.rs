//! A profiles folder whose volume is lost: the last good profiles serve, and readiness says so.

use serde_json::Value;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, eventually};

const KIND: Kind = Kind::EntraId;

async fn readyz(gate: &TestGatehouse) -> (Page, Value) {
    let page = Browser::new().get(gate.admin_url("/readyz")).await;
    let told = page.json();
    (page, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_volume_keeps_the_last_good_profiles_and_is_not_ready_until_it_returns() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let (folder, elsewhere) = (gate.profiles_folder(), gate.folder.path().join("elsewhere"));
    std::fs::rename(&folder, &elsewhere).unwrap();
    // The mount point is left, empty; then not even that.
    std::fs::create_dir(&folder).unwrap();
    for empty in [true, false] {
        if !empty {
            std::fs::remove_dir(&folder).unwrap();
        }
        assert!(gate.live.reload().is_err(), "{empty}");
        let (page, told) = readyz(&gate).await;
        assert_eq!(page.status, 503, "{told}");
        let problem = told["profiles_folder"].as_str().unwrap();
        assert!(problem.contains("the profiles folder"), "{problem}");
        assert!(gate.is_signed_in(&browser, KIND).await);
    }
    std::fs::rename(&elsewhere, &folder).unwrap();
    eventually("it is ready again", async || {
        let _ = gate.live.reload();
        readyz(&gate).await.0.status == 200
    })
    .await;
    assert_eq!(readyz(&gate).await.1["profiles_folder"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_without_any_profile_is_not_ready() {
    let gate = Plan::default().start().await;
    let replica = gate.replica_without_profiles().await;
    let url = format!("{}/readyz", replica.admin);
    let page = Browser::new().get(url).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert_eq!(page.json()["profiles_folder"], "no profile can serve");
}
