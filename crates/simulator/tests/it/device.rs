use serde_json::{Value, json};
use simulator::{Endpoint, Kind};

use crate::harness::{Browser, World, claims, world};

async fn begin(world: &World) -> Value {
    let metadata = world.metadata(Kind::EntraId).await;
    let url = metadata["device_authorization_endpoint"].as_str().unwrap();
    let form = [
        ("client_id", Kind::EntraId.client_id()),
        ("scope", "openid profile offline_access Mail.Read"),
    ];
    let answer = world.http.post(url).form(&form).send().await.unwrap();
    answer.json().await.unwrap()
}

async fn poll(world: &World, device: &Value) -> Value {
    let metadata = world.metadata(Kind::EntraId).await;
    let url = metadata["token_endpoint"].as_str().unwrap();
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", Kind::EntraId.client_id()),
        ("device_code", device["device_code"].as_str().unwrap()),
    ];
    let answer = world.http.post(url).form(&form).send().await.unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_device_waits_until_a_person_has_entered_its_code() {
    let world = world();
    let device = begin(&world).await;
    assert_eq!(device["interval"], 5);
    assert_eq!(
        poll(&world, &device).await["error"],
        "authorization_pending"
    );
    let mut browser = Browser::new(&world);
    let page = browser
        .get(device["verification_uri"].as_str().unwrap())
        .await;
    let wrong = browser.press(&page, "otc", "NOSUCHONE").await;
    assert!(wrong.text.contains("No device waits"), "{}", wrong.text);
    let code = device["user_code"].as_str().unwrap().to_lowercase();
    let page = browser.press(&page, "otc", &code).await;
    let done = browser.press(&page, "person", "ada").await;
    assert!(done.text.contains("You have signed in"), "{}", done.text);
    let tokens = poll(&world, &device).await;
    assert_eq!(claims(&tokens["id_token"])["name"], "Ada Lovelace");
    assert!(tokens["scope"].as_str().unwrap().contains("Mail.Read"));
    let again = poll(&world, &device).await;
    assert_eq!(again["error"], "bad_verification_code");
    assert_eq!(world.sim.count(Endpoint::DeviceCode), 1);
}

#[tokio::test]
async fn a_person_may_decline_and_a_code_expires() {
    let world = world();
    let device = begin(&world).await;
    let mut browser = Browser::new(&world);
    let page = browser
        .get(device["verification_uri"].as_str().unwrap())
        .await;
    let page = browser
        .press(&page, "otc", device["user_code"].as_str().unwrap())
        .await;
    browser.press(&page, "cancel", "1").await;
    let declined = poll(&world, &device).await;
    assert_eq!(declined["error"], "authorization_declined");
    let device = begin(&world).await;
    world.later(900);
    let expired = poll(&world, &device).await;
    assert_eq!(expired["error_codes"], json!([70020]));
}
