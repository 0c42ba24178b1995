use serde_json::{Value, json};
use simulator::Kind;

use crate::harness::{Browser, claims, world};

#[tokio::test]
async fn instance_discovery_knows_the_clouds_and_no_stranger() {
    let world = world();
    let base = world.sim.base(Kind::EntraId);
    let ask = async |authority: &str| -> Value {
        let url = format!("{base}/common/discovery/instance");
        let query = format!("?api-version=1.1&authorization_endpoint={authority}");
        world.json(&(url + &query)).await
    };
    let known = ask("https://login.microsoftonline.us/common/oauth2/authorize").await;
    let global = &known["metadata"][0];
    assert_eq!(global["preferred_cache"], "login.windows.net");
    assert!(
        global["aliases"]
            .as_array()
            .unwrap()
            .contains(&json!("sts.windows.net"))
    );
    let stranger = ask("https://login.evil.example/common/oauth2/authorize").await;
    assert_eq!(stranger["error"], "invalid_instance");
}

#[tokio::test]
async fn a_user_name_is_managed_or_unknown() {
    let world = world();
    let base = world.sim.base(Kind::EntraId);
    for (name, account_type) in [
        ("ada@contoso.onmicrosoft.com", "Managed"),
        ("somebody@elsewhere.example", "Unknown"),
    ] {
        let realm = world
            .json(&format!("{base}/common/userrealm/{name}?api-version=1.0"))
            .await;
        assert_eq!(realm["account_type"], account_type, "{name}");
    }
}

#[tokio::test]
async fn the_plain_provider_puts_claims_into_the_id_token_that_the_request_names() {
    let world = world();
    let wanted = json!({"id_token": {"email": {"essential": true}, "name": null}, "userinfo": {"family_name": null}});
    let wanted = wanted.to_string();
    let mut application = world.application(Kind::Oidc).with("claims", &wanted);
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    let (_, tokens) = application.redeem(&callback).await;
    let claims = claims(&tokens["id_token"]);
    assert_eq!(claims["email"], "ada@openid.example");
    assert_eq!(claims["name"], "Ada Lovelace");
    assert!(!claims.contains_key("family_name"));
    let url = format!("{}/userinfo", world.sim.base(Kind::Oidc));
    let request = world.http.get(url);
    let request = request.bearer_auth(tokens["access_token"].as_str().unwrap());
    let info: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(info["family_name"], "Lovelace");
}

#[tokio::test]
async fn every_address_of_the_older_document_answers() {
    let world = world();
    let authority = world.sim.authority(Kind::EntraId);
    let url = format!("{authority}/.well-known/openid-configuration");
    let document = world.json(&url).await;
    for (name, value) in document.as_object().unwrap() {
        let address = value.as_str().filter(|text| text.starts_with("http://"));
        let Some(address) = address else { continue };
        let status = world.http.get(address).send().await.unwrap().status();
        assert_ne!(status, 404, "{name}: {address}");
    }
}
