use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use simulator::{Client, Kind, Registered};

use crate::harness::{Browser, Callback, REDIRECT, VERIFIER, World, claims, world};

/// An application whose redirect address belongs to a single page.
fn single_page(world: &World, implicit: bool) {
    world.sim.register(Client {
        kind: Some(Kind::EntraId),
        spa_redirect_uris: Registered::Exactly(vec![REDIRECT.to_owned()]),
        implicit,
        ..Client::with_secret("page", "its-secret")
    });
}

async fn redeem(
    world: &World,
    callback: &Callback,
    client: &str,
    origin: Option<&str>,
) -> Response {
    let metadata = world.metadata(Kind::EntraId).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &callback["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let url = metadata["token_endpoint"].as_str().unwrap();
    let request = world.http.post(url).form(&form);
    let request = match origin {
        Some(origin) => request.header(ORIGIN, origin),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_script_redeems_its_code_without_a_secret_and_only_across_origins() {
    let world = world();
    single_page(&world, false);
    let mut application = world
        .application(Kind::EntraId)
        .with("client_id", "page")
        .with("response_mode", "fragment");
    let mut browser = Browser::new(&world);
    let page = browser.get(&application.authorize_url().await).await;
    let page = browser.press(&page, "person", "ada").await;
    let location = page.location.unwrap();
    assert!(
        location.starts_with(&format!("{REDIRECT}#code=")),
        "{location}"
    );
    let callback = application.sign_in(&mut browser, "ada").await;
    let by_server = redeem(&world, &callback, "page", None).await;
    let body: Value = by_server.json().await.unwrap();
    assert_eq!(body["error_codes"], json!([9_002_327]), "{body}");
    let by_script = redeem(&world, &callback, "page", Some("http://localhost:5000")).await;
    assert_eq!(by_script.status(), 200);
    assert_eq!(by_script.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let body: Value = by_script.json().await.unwrap();
    assert!(body["refresh_token"].is_string());
}

#[tokio::test]
async fn a_code_of_a_web_application_is_not_for_scripts() {
    let world = world();
    let mut application = world.application(Kind::EntraId);
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    let metadata = world.metadata(Kind::EntraId).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", Kind::EntraId.client_id()),
        ("client_secret", simulator::CLIENT_SECRET),
        ("code", &callback["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let request = world
        .http
        .post(metadata["token_endpoint"].as_str().unwrap());
    let request = request.form(&form).header(ORIGIN, "http://localhost:5000");
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(body["error_codes"], json!([9_002_326]), "{body}");
}

#[tokio::test]
async fn metadata_keys_and_preflights_are_open_to_every_origin() {
    let world = world();
    let metadata = world.metadata(Kind::B2c).await;
    for (method, url) in [
        (Method::GET, world.metadata_url(Kind::B2c)),
        (
            Method::GET,
            metadata["jwks_uri"].as_str().unwrap().to_owned(),
        ),
        (
            Method::OPTIONS,
            metadata["token_endpoint"].as_str().unwrap().to_owned(),
        ),
    ] {
        let request = world
            .http
            .request(method, url)
            .header(ORIGIN, "https://a.example");
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    }
}

#[tokio::test]
async fn tokens_come_from_the_authorization_endpoint_only_where_that_is_switched_on() {
    let world = world();
    single_page(&world, false);
    let hybrid = |world| {
        World::application(world, Kind::EntraId)
            .with("client_id", "page")
            .with("response_type", "code id_token")
            .with("response_mode", "form_post")
            .with("scope", "openid profile")
    };
    let mut browser = Browser::new(&world);
    let page = browser.get(&hybrid(&world).authorize_url().await).await;
    let refused = page.callback().unwrap();
    assert!(
        refused["error_description"].contains("AADSTS700054"),
        "{refused:?}"
    );
    single_page(&world, true);
    let mut application = hybrid(&world);
    let callback = application.sign_in(&mut Browser::new(&world), "gus").await;
    let claims = claims(&callback["id_token"].clone().into());
    assert!(claims.contains_key("c_hash") && callback.contains_key("code"));
    assert_eq!(claims["hasgroups"], true);
    assert_eq!(claims["nonce"], "the-nonce");
}

#[tokio::test]
async fn an_access_token_of_the_implicit_flow_comes_in_the_fragment() {
    let world = world();
    single_page(&world, true);
    let application = world
        .application(Kind::EntraId)
        .with("client_id", "page")
        .with("response_type", "id_token token")
        .with("scope", "openid profile User.Read");
    let mut browser = Browser::new(&world);
    let page = browser.get(&application.authorize_url().await).await;
    let page = browser.press(&page, "person", "ada").await;
    let location = page.location.unwrap();
    let (_, fragment) = location.split_once('#').unwrap();
    let parts: Callback = url::form_urlencoded::parse(fragment.as_bytes())
        .into_owned()
        .collect();
    let me = world.http.get(format!("{}/v1.0/me", world.sim.graph()));
    let me = me.bearer_auth(&parts["access_token"]).send().await.unwrap();
    assert_eq!(me.status(), 200);
    assert!(claims(&parts["id_token"].clone().into()).contains_key("at_hash"));
}
