//! A profile whose file is broken: 503 at its own address, and nothing else is concerned.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, host};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_profile_answers_503_and_the_others_answer() {
    let gate = Plan::default().start().await;
    let broken = gate.profiles_folder().join("broken.toml");
    std::fs::rename(gate.profile_path(Kind::B2c), &broken).unwrap();
    let text = "public_url = \"http://broken.localhost\"\nkind = \"b2c\"\n";
    std::fs::write(&broken, text).unwrap();
    gate.live.reload().unwrap();
    let page = gate.at_host("broken.localhost", "/").await;
    assert_eq!(page.status, 503);
    assert!(page.header("retry-after").is_some());
    assert!(!page.text.contains("b2c"), "{}", page.text);
    let other = Browser::new().get(gate.url(Kind::EntraId, "/")).await;
    assert_eq!(other.status, 200);
}

// proves: T20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_profile_answers_503_at_its_own_address_and_the_others_stay_up() {
    let gate = Plan::default().start().await;
    let path = gate.profile_path(Kind::ExternalId);
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace(Kind::ExternalId.client_id(), "<client id>");
    std::fs::write(&path, text).unwrap();
    let keys = gate.keys.clone();
    // At a start there is no last good version.
    let gate = gate.restart(keys).await;
    let broken = Browser::new().get(gate.url(Kind::ExternalId, "/")).await;
    assert_eq!(broken.status, 503);
    assert!(
        !broken.text.contains("client") && broken.text.contains("not ready yet"),
        "{}",
        broken.text
    );
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    assert!(browser.cookie(host(Kind::EntraId), "gatehouse").is_some());
}
