use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Response;
use reqwest::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};
use simulator::{ChallengeForm, Fault, Kind};

use crate::harness::{Browser, World, world};

const STEP_UP: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

async fn call(world: &World, url: &str, tokens: &Value) -> Response {
    let token = tokens["access_token"].as_str().unwrap_or_default();
    world.http.get(url).bearer_auth(token).send().await.unwrap()
}

fn challenges(response: &Response) -> Vec<String> {
    let all = response.headers().get_all(WWW_AUTHENTICATE);
    all.iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

fn me(world: &World) -> String {
    format!("{}/v1.0/me", world.sim.graph())
}

#[tokio::test]
async fn graph_tells_who_one_is() {
    let world = world();
    for kind in [
        Kind::EntraId,
        Kind::ExternalId,
        Kind::ExternalIdCustomDomain,
    ] {
        let tokens = world.tokens(kind, "ada", "openid profile User.Read").await;
        let response = call(&world, &me(&world), &tokens).await;
        assert_eq!(response.status(), 200, "{kind:?}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["displayName"], "Ada Lovelace");
        assert_eq!(
            body["id"],
            crate::harness::claims(&tokens["id_token"])["oid"]
        );
    }
}

#[tokio::test]
async fn graph_refuses_what_is_not_for_it_too_old_too_little_or_nothing() {
    let world = world();
    let nothing = world.http.get(me(&world)).send().await.unwrap();
    assert_eq!(nothing.status(), 401);
    assert!(challenges(&nothing)[0].starts_with("Bearer realm="));
    let body: Value = nothing.json().await.unwrap();
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");

    let orders = world
        .tokens(Kind::EntraId, "ada", "openid api://orders/Orders.Read")
        .await;
    assert_eq!(
        call(&world, &me(&world), &orders).await.status(),
        401,
        "another audience"
    );
    let little = world.tokens(Kind::EntraId, "ada", "openid profile").await;
    assert_eq!(
        call(&world, &me(&world), &little).await.status(),
        403,
        "no scope"
    );
    let tokens = world.tokens(Kind::EntraId, "ada", "openid User.Read").await;
    let mut changed = tokens["access_token"].as_str().unwrap().to_owned();
    changed.replace_range(changed.len() - 8.., "AAAAAAAA");
    assert_eq!(
        call(&world, &me(&world), &json!({"access_token": changed}))
            .await
            .status(),
        401
    );
    world.later(3600);
    assert_eq!(
        call(&world, &me(&world), &tokens).await.status(),
        401,
        "expired"
    );
}

#[tokio::test]
async fn groups_that_do_not_fit_into_a_token_are_in_graph() {
    let world = world();
    let tokens = world.tokens(Kind::EntraId, "gus", "openid User.Read").await;
    let url = format!("{}/v1.0/me/getMemberObjects", world.sim.graph());
    let request = world
        .http
        .post(url)
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .json(&json!({"securityEnabledOnly": true}));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(body["value"].as_array().unwrap().len(), 300);
}

#[tokio::test]
async fn a_claims_challenge_ends_with_a_token_for_these_claims() {
    let world = world();
    let scope = "openid offline_access User.Read";
    let tokens = world.tokens(Kind::EntraId, "chad", scope).await;
    let refused = call(&world, &me(&world), &tokens).await;
    assert_eq!(refused.status(), 401);
    let header = challenges(&refused).remove(0);
    assert!(header.contains("error=\"insufficient_claims\""));
    let claims = header
        .split("claims=\"")
        .nth(1)
        .unwrap()
        .trim_end_matches('"');
    assert_eq!(STANDARD.decode(claims).unwrap(), STEP_UP.as_bytes());

    let application = world.application(Kind::EntraId);
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let (_, body) = application
        .refresh(refresh_token, &[("claims", STEP_UP)])
        .await;
    assert_eq!(
        (body["error"].as_str(), body["claims"].as_str()),
        (Some("invalid_grant"), Some(STEP_UP))
    );
    assert_eq!(body["suberror"], "basic_action");

    let mut application = application.with("claims", STEP_UP).with("scope", scope);
    let callback = application.sign_in(&mut Browser::new(&world), "chad").await;
    let (_, tokens) = application.redeem(&callback).await;
    assert_eq!(call(&world, &me(&world), &tokens).await.status(), 200);
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let (_, tokens) = application.refresh(refresh_token, &[]).await;
    assert_eq!(
        call(&world, &me(&world), &tokens).await.status(),
        200,
        "also after a refresh"
    );
}

#[tokio::test]
async fn a_challenge_may_be_raw_json_or_in_a_second_header() {
    let world = world();
    let tokens = world
        .tokens(Kind::EntraId, "chad", "openid User.Read")
        .await;
    world
        .sim
        .shapes(|shapes| shapes.challenge = ChallengeForm::RawJson);
    let raw = challenges(&call(&world, &me(&world), &tokens).await);
    assert!(raw[0].contains(r#"claims="{\"access_token\""#), "{raw:?}");
    world
        .sim
        .shapes(|shapes| shapes.challenge = ChallengeForm::TwoHeaders);
    let two = challenges(&call(&world, &me(&world), &tokens).await);
    assert!(
        two[0].starts_with("PoP ") && two[1].contains("insufficient_claims"),
        "{two:?}"
    );
}

#[tokio::test]
async fn a_revoked_token_is_challenged_only_for_who_can_handle_it() {
    let world = world();
    let plain = world.tokens(Kind::EntraId, "ada", "openid User.Read").await;
    let capable = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let mut application = world
        .application(Kind::EntraId)
        .with("claims", capable)
        .with("scope", "openid User.Read");
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    let (_, tokens) = application.redeem(&callback).await;
    world.sim.revoke_person("ada");
    let header = challenges(&call(&world, &me(&world), &tokens).await).remove(0);
    assert!(header.contains("insufficient_claims"));
    let header = challenges(&call(&world, &me(&world), &plain).await).remove(0);
    assert!(header.contains("invalid_token"));
}

#[tokio::test]
async fn the_sample_api_takes_tokens_of_every_kind_for_its_scope() {
    let world = world();
    let url = format!("{}/orders", world.sim.api());
    for (kind, scope) in [
        (Kind::EntraId, "openid api://orders/Orders.Read"),
        (Kind::ExternalId, "openid api://orders/Orders.Read"),
        (
            Kind::B2c,
            "openid https://contoso.onmicrosoft.com/orders/Orders.Read",
        ),
        (Kind::Oidc, "openid api://orders/Orders.Read"),
    ] {
        let tokens = world.tokens(kind, "grace", scope).await;
        let response = call(&world, &url, &tokens).await;
        assert_eq!(response.status(), 200, "{kind:?}");
        assert_eq!(response.json::<Value>().await.unwrap()["for"], "grace");
        let token = tokens["access_token"].as_str().unwrap();
        let write = world
            .http
            .post(&url)
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        assert_eq!(write.status(), 403, "{kind:?}");
    }
}

#[tokio::test]
async fn an_api_is_throttled_down_or_odd_on_demand() {
    let world = world();
    let tokens = world.tokens(Kind::EntraId, "ada", "openid User.Read").await;
    world.sim.fault(Fault::ApiThrottled(Some(41)).times(1));
    let response = call(&world, &me(&world), &tokens).await;
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "41")
    );
    world.sim.fault(Fault::ApiThrottled(None).times(1));
    assert!(
        !call(&world, &me(&world), &tokens)
            .await
            .headers()
            .contains_key("retry-after")
    );
    world.sim.fault(Fault::ApiNotJson.times(1));
    assert!(
        call(&world, &me(&world), &tokens)
            .await
            .text()
            .await
            .unwrap()
            .starts_with('<')
    );
    world.sim.fault(Fault::ApiStatus(503).times(1));
    assert_eq!(call(&world, &me(&world), &tokens).await.status(), 503);
    assert_eq!(call(&world, &me(&world), &tokens).await.status(), 200);
}
