//! The session ends while its person edits the profile at the authority.

use crate::harness::{Kind, Plan, host};

const B2C: Kind = Kind::B2c;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_and_state_of_a_callback_stay_out_of_the_sign_in_address() {
    let (gate, browser) = Plan::default().signed_in(B2C, "ada").await;
    let begun = browser.get(gate.url(B2C, "/auth/edit_profile")).await;
    let form = gate.at_authority(&browser, &begun).await;
    let back = gate
        .press(&browser, &form, ("save", "1"), &[("name", "Ada King")])
        .await;
    browser.forget_cookie(host(B2C), "gatehouse");
    let page = browser.follow(&back).await;
    let address = page.location();
    assert_eq!(address.path(), "/auth/sign_in");
    assert_eq!(page.location_parameter("return_to").as_deref(), Some("/"));
    for name in ["code", "state"] {
        let value = back.location_parameter(name).unwrap();
        assert!(!address.as_str().contains(&value), "{name}: {address}");
    }
}
