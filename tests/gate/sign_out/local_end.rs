//! What sign-out ends here, whatever the authority does.

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, host};

// proves: B22, B98, B130, B133
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_deletes_the_row_and_the_cookie_is_dead_on_every_replica() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let stolen = browser.cookie(host(Kind::EntraId), "gatehouse").unwrap();
    assert_eq!(gate.store().count().await.unwrap(), 1);
    let out = browser
        .get_with(
            gate.url(Kind::EntraId, "/auth/sign_out"),
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(out.status, 303);
    assert_eq!(
        gate.store().count().await.unwrap(),
        0,
        "before the authority is visited"
    );
    let replica = gate.replica().await;
    let thief = Browser::new();
    thief.set_cookie("127.0.0.1", "gatehouse", &stolen);
    let named = format!("{}:{}", host(Kind::EntraId), gate.port);
    for port in [gate.port, replica.port] {
        let page = thief
            .get_with(
                format!("http://127.0.0.1:{port}/auth/session"),
                &[("host", &named)],
            )
            .await;
        assert_eq!(page.status, 401);
    }
}

// proves: A38, A39, B101, B104
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_return_from_sign_out_is_the_signed_out_home_and_again_does_no_harm() {
    let gate = Plan::default().start().await;
    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    let bystander = gate.browser_of(Kind::EntraId, "grace").await;
    let same = [("sec-fetch-site", "same-origin")];
    let out = browser
        .get_with(gate.url(Kind::EntraId, "/auth/sign_out"), &same)
        .await;
    assert!(out.location_parameter("state").is_some());
    for query in [
        "",
        "?state=wrong",
        "?state=a&state=b",
        "?state=%2F%2Fevil.example",
    ] {
        let page = browser
            .get(gate.url(Kind::EntraId, &format!("/{query}")))
            .await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text.contains("not signed in"), "{query}");
    }
    let again = browser
        .get_with(gate.url(Kind::EntraId, "/auth/sign_out"), &same)
        .await;
    assert_eq!(
        again.location(),
        url::Url::parse(&gate.url(Kind::EntraId, "/")).unwrap()
    );
    assert_eq!(
        browser
            .post(gate.url(Kind::EntraId, "/auth/sign_out"), &[])
            .await
            .status,
        303
    );
    assert!(gate.is_signed_in(&bystander, Kind::EntraId).await);
}
