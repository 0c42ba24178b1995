use reqwest::Response;
use reqwest::header::HOST;
use serde_json::{Value, json};
use simulator::{Kind, Options};

use crate::harness::{World, claims, world, world_with};

fn controlled() -> World {
    world_with(Options {
        control: true,
        ..Options::default()
    })
}

async fn get(world: &World, path: &str) -> Response {
    let url = format!("http://127.0.0.1:{}{path}", world.sim.port());
    let request = world.http.get(url).header(HOST, "control.localhost");
    request.send().await.unwrap()
}

async fn post(world: &World, path: &str, body: Value) -> Response {
    let url = format!("http://127.0.0.1:{}{path}", world.sim.port());
    let request = world.http.post(url).header(HOST, "control.localhost");
    request.json(&body).send().await.unwrap()
}

#[tokio::test]
async fn the_control_interface_is_closed_unless_it_was_switched_on() {
    assert_eq!(get(&world(), "/counts").await.status(), 404);
    assert_eq!(get(&controlled(), "/counts").await.status(), 200);
}

#[tokio::test]
async fn faults_can_be_switched_on_and_off_over_http() {
    let world = controlled();
    assert_eq!(
        post(&world, "/fault", json!("KeysDown")).await.status(),
        200
    );
    let once = json!({"fault": {"MissingClaim": "sub"}, "times": 1, "kind": "b2c"});
    assert_eq!(post(&world, "/fault", once).await.status(), 200);
    assert_eq!(
        post(&world, "/fault", json!("NoSuchFault")).await.status(),
        400
    );
    let tokens = world.tokens(Kind::B2c, "ada", "openid").await;
    assert!(!claims(&tokens["id_token"]).contains_key("sub"));
    let metadata = world.metadata(Kind::B2c).await;
    let jwks = metadata["jwks_uri"].as_str().unwrap();
    assert_eq!(world.http.get(jwks).send().await.unwrap().status(), 503);
    post(&world, "/clear", json!(null)).await;
    assert_eq!(world.http.get(jwks).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn calls_and_counters_can_be_read_over_http() {
    let world = controlled();
    world.tokens(Kind::B2c, "ada", "openid").await;
    let counts: Value = get(&world, "/counts").await.json().await.unwrap();
    assert_eq!(counts["b2c"]["token"], 1);
    let calls: Value = get(&world, "/calls").await.json().await.unwrap();
    assert!(calls.as_array().unwrap().len() >= 4);
}
