use reqwest::Response;
use reqwest::header::HOST;
use serde_json::{Value, json};
use simulator::{Kind, Options};

use crate::harness::{Browser, World, claims, world, world_with};

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

#[tokio::test]
async fn the_interface_lists_its_commands_faults_and_shapes_at_two_addresses() {
    let world = controlled();
    let list: Value = get(&world, "/").await.json().await.unwrap();
    assert!(list["commands"].as_array().unwrap().len() > 20);
    let schema = list["fault_schema"].to_string();
    assert!(schema.contains("BadSignature") && schema.contains("MissingClaim"));
    assert_eq!(list["shapes"]["b2c_policy_in_acr"], false);
    let url = format!("http://127.0.0.1:{}/control/", world.sim.port());
    let other: Value = world.json(&url).await;
    assert_eq!(other["commands"], list["commands"]);
}

#[tokio::test]
async fn what_is_wrong_in_a_command_is_named_and_nothing_is_changed() {
    let world = controlled();
    let before: Value = get(&world, "/people").await.json().await.unwrap();
    for (path, body, named) in [
        ("/fault", json!("NoSuchFault"), "NoSuchFault"),
        ("/fault", json!({"fault": "KeysDown", "tims": 1}), "tims"),
        ("/client", json!({"id": "a", "secret": "x"}), "secret"),
        ("/client", json!({"id": "a", "secrets": "x"}), "secrets"),
        ("/client", json!({"secrets": ["x"]}), "id is missing"),
        ("/person", json!({"id": "nobody", "roles": []}), "nobody"),
        ("/person", json!({"id": "ada", "rolls": []}), "rolls"),
        (
            "/person",
            json!({"id": "ada", "tenant": "nowhere"}),
            "nowhere",
        ),
        (
            "/tenant",
            json!({"kind": "b2c", "id": "x", "name": "y"}),
            "id",
        ),
        (
            "/tenant",
            json!({"kind": "oidc", "id": "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "name": "y"}),
            "kind",
        ),
        ("/settings", json!({"code_lifetime": 0}), "code_lifetime"),
        (
            "/settings",
            json!({"no_such_setting": 1}),
            "no_such_setting",
        ),
        ("/revoke", json!({"id": "nobody"}), "nobody"),
        ("/shapes", json!({"no_such_shape": true}), "no_such_shape"),
        ("/clock", json!({"advance": 1, "now": 2}), "exactly one"),
        (
            "/token",
            json!({"kind": "entra-id", "person": "nobody"}),
            "nobody",
        ),
        ("/token", json!({"kind": "entra"}), "entra"),
        (
            "/token",
            json!({"kind": "b2c", "person": "ada", "policy": "x"}),
            "policy",
        ),
        ("/no_such_command", json!(null), "/no_such_command"),
    ] {
        let answer = post(&world, path, body.clone()).await;
        assert_eq!(answer.status(), 400, "{path} {body}");
        let error: Value = answer.json().await.unwrap();
        let text = error["error"].as_str().unwrap();
        assert!(text.contains(named), "{path} {body}: {text}");
    }
    let after: Value = get(&world, "/people").await.json().await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_person_changes_only_in_what_is_given_until_everything_is_reset() {
    let world = controlled();
    let change = json!({"id": "grace", "claims": {"department": "compilers"}});
    assert_eq!(post(&world, "/person", change).await.status(), 200);
    let scope = "openid profile";
    let tokens = world.tokens(Kind::EntraId, "grace", scope).await;
    let with = claims(&tokens["id_token"]);
    assert_eq!(with["department"], "compilers");
    assert_eq!(with["roles"], json!(["Orders.Read", "Admin"]));
    let zoe = json!({"id": "zoe", "tenant": "fabrikam", "create": true});
    assert_eq!(post(&world, "/person", zoe).await.status(), 200);
    assert_eq!(post(&world, "/reset", json!({})).await.status(), 200);
    let tokens = world.tokens(Kind::EntraId, "grace", scope).await;
    assert!(!claims(&tokens["id_token"]).contains_key("department"));
    let zoe = json!({"id": "zoe", "name": "Zoe"});
    assert_eq!(post(&world, "/person", zoe).await.status(), 400);
}

#[tokio::test]
async fn tokens_can_be_had_without_a_browser() {
    let world = controlled();
    let wish = json!({"kind": "entra-id", "person": "ada", "scope": "openid profile api://orders/Orders.Read", "nonce": "n", "true_names": true});
    let tokens: Value = post(&world, "/token", wish).await.json().await.unwrap();
    let id_token = claims(&tokens["id_token"]);
    assert_eq!(id_token["nonce"], "n");
    let issuer = format!(
        "https://login.microsoftonline.com/{}/v2.0",
        simulator::CONTOSO
    );
    assert_eq!(id_token["iss"], issuer);
    let bearer = tokens["access_token"].as_str().unwrap();
    let orders = world.http.get(format!("{}/orders", world.sim.api()));
    let orders = orders.bearer_auth(bearer).send().await.unwrap();
    assert_eq!(orders.status(), 200);
    let own = json!({"kind": "b2c", "scope": "https://contoso.onmicrosoft.com/orders/.default"});
    let token: Value = post(&world, "/token", own).await.json().await.unwrap();
    let roles = &claims(&token["access_token"])["roles"];
    assert_eq!(*roles, json!(["Orders.Read.All"]));
}

#[tokio::test]
async fn the_clock_can_be_moved_and_a_client_registered_by_its_id_alone() {
    let world = controlled();
    let before: Value = get(&world, "/").await.json().await.unwrap();
    let moved = post(&world, "/clock", json!({"advance": 7200})).await;
    let moved: Value = moved.json().await.unwrap();
    let now = before["now"].as_i64().unwrap();
    assert_eq!(moved["now"], now + 7200);
    let exact = post(&world, "/clock", json!({"now": 1_800_000_000})).await;
    assert_eq!(exact.json::<Value>().await.unwrap()["now"], 1_800_000_000);
    let client = post(&world, "/client", json!({"id": "mine"})).await;
    assert_eq!(client.status(), 200);
    let mut application = world.application(Kind::EntraId).with("client_id", "mine");
    let mut browser = Browser::new(&world);
    let callback = application.sign_in(&mut browser, "ada").await;
    let changes = [("client_id", "mine")];
    assert_eq!(application.redeem_with(&callback, &changes).await.0, 200);
}

#[tokio::test]
async fn a_script_of_a_web_page_may_not_use_the_interface() {
    let world = controlled();
    let url = format!("http://127.0.0.1:{}/control/reset", world.sim.port());
    let request = world.http.post(url).header("origin", "https://a.example");
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn tenants_and_settings_can_be_added_and_changed_until_the_reset() {
    let world = controlled();
    let id = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346";
    let tenant = json!({"kind": "entra-id", "id": id, "name": "example"});
    assert_eq!(post(&world, "/tenant", tenant).await.status(), 200);
    let settings = json!({"auto_sign_in": true, "id_token_lifetime": 60});
    assert_eq!(post(&world, "/settings", settings).await.status(), 200);
    let url = format!(
        "{}/{id}/v2.0/.well-known/openid-configuration",
        world.sim.base(Kind::EntraId)
    );
    let application = world
        .application(Kind::EntraId)
        .at(&url)
        .with("login_hint", "ada@example.onmicrosoft.com");
    let page = Browser::new(&world)
        .get(&application.authorize_url().await)
        .await;
    let (_, tokens) = application.redeem(&page.callback().unwrap()).await;
    let claims = claims(&tokens["id_token"]);
    assert_eq!(claims["tid"], id);
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 360, "dated back by 300 seconds");
    post(&world, "/reset", json!({})).await;
    assert!(world.json(&url).await["error_codes"].is_array());
}
