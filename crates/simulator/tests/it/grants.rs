use serde_json::{Value, json};
use simulator::{CLIENT_SECRET, CONTOSO, Client, Kind};

use crate::harness::{World, claims, world};

/// A token request at an endpoint of a kind, with the built-in application's secret unless the form says otherwise.
async fn token(world: &World, kind: Kind, form: &[(&str, &str)]) -> (u16, Value) {
    let metadata = world.metadata(kind).await;
    let url = metadata["token_endpoint"].as_str().unwrap();
    let mut all = vec![
        ("client_id", kind.client_id()),
        ("client_secret", CLIENT_SECRET),
    ];
    all.retain(|(name, _)| !form.iter().any(|(n, _)| n == name));
    all.extend(form.iter().filter(|(_, value)| !value.is_empty()));
    let answer = world.http.post(url).form(&all).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_application_on_its_own_behalf_gets_roles_and_no_scopes() {
    let world = world();
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "api://orders/.default"),
    ];
    let (status, body) = token(&world, Kind::EntraId, &form).await;
    assert_eq!(status, 200, "{body}");
    let claims = claims(&body["access_token"]);
    assert_eq!(claims["roles"], json!(["Orders.Read.All"]));
    assert_eq!(claims["tid"], CONTOSO);
    assert_eq!(claims["idtyp"], "app");
    assert!(!claims.contains_key("scp"));
    assert!(body.get("id_token").is_none() && body.get("refresh_token").is_none());
    let bearer = body["access_token"].as_str().unwrap();
    let orders = world.http.get(format!("{}/orders", world.sim.api()));
    let orders = orders.bearer_auth(bearer).send().await.unwrap();
    assert_eq!(orders.status(), 200);
}

#[tokio::test]
async fn an_applications_token_is_nobodys_at_graph_me() {
    let world = world();
    for kind in [Kind::EntraId, Kind::ExternalId, Kind::B2c] {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let (status, body) = token(&world, kind, &form).await;
        assert_eq!(status, 200, "{kind:?} {body}");
        let bearer = body["access_token"].as_str().unwrap();
        let me = world.http.get(format!("{}/v1.0/me", world.sim.graph()));
        assert_eq!(me.bearer_auth(bearer).send().await.unwrap().status(), 400);
    }
}

#[tokio::test]
async fn client_credentials_are_refused_with_the_codes_of_the_platform() {
    let world = world();
    let credentials = ("grant_type", "client_credentials");
    for (form, code) in [
        (vec![credentials, ("scope", "User.Read")], 1_002_012),
        (
            vec![credentials, ("scope", "https://unknown.example/.default")],
            500_011,
        ),
        (
            vec![
                credentials,
                ("scope", "api://orders/.default"),
                ("client_secret", "wrong"),
            ],
            7_000_215,
        ),
    ] {
        let (_, body) = token(&world, Kind::EntraId, &form).await;
        assert_eq!(body["error_codes"], json!([code]), "{body}");
    }
    let base = world.sim.base(Kind::EntraId);
    let request = world.http.post(format!("{base}/common/oauth2/v2.0/token"));
    let form = [
        credentials,
        ("scope", "api://orders/.default"),
        ("client_id", Kind::EntraId.client_id()),
        ("client_secret", CLIENT_SECRET),
    ];
    let body: Value = request
        .form(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(body["error_codes"], json!([90010]), "{body}");
    let plain = [credentials, ("scope", "openid")];
    let (_, body) = token(&world, Kind::Oidc, &plain).await;
    assert_eq!(body["error"], "unsupported_grant_type");
}

const OBO: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[tokio::test]
async fn an_api_acts_on_behalf_of_its_caller() {
    let world = world();
    world.sim.register(Client {
        scopes: vec!["access_as_user".to_owned()],
        ..Client::with_secret("middle-tier", "its-secret")
    });
    let scope = "openid profile api://middle-tier/access_as_user";
    let tokens = world.tokens(Kind::EntraId, "grace", scope).await;
    assert_eq!(claims(&tokens["access_token"])["aud"], "middle-tier");
    assert_eq!(claims(&tokens["access_token"])["scp"], "access_as_user");
    let assertion = tokens["access_token"].as_str().unwrap();
    let form = [
        ("grant_type", OBO),
        ("client_id", "middle-tier"),
        ("client_secret", "its-secret"),
        ("assertion", assertion),
        ("requested_token_use", "on_behalf_of"),
        (
            "scope",
            "https://graph.microsoft.com/User.Read offline_access",
        ),
    ];
    let (status, body) = token(&world, Kind::EntraId, &form).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["refresh_token"].is_string());
    let bearer = body["access_token"].as_str().unwrap();
    let me = world.http.get(format!("{}/v1.0/me", world.sim.graph()));
    let me: Value = me
        .bearer_auth(bearer)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(me["displayName"], "Grace Hopper");
}

#[tokio::test]
async fn a_token_for_another_api_is_no_assertion_and_b2c_has_no_on_behalf_of() {
    let world = world();
    let graph = world.tokens(Kind::EntraId, "ada", "openid User.Read").await;
    let assertion = graph["access_token"].as_str().unwrap();
    let form = [
        ("grant_type", OBO),
        ("assertion", assertion),
        ("requested_token_use", "on_behalf_of"),
        ("scope", "User.Read"),
    ];
    let (_, body) = token(&world, Kind::EntraId, &form).await;
    assert_eq!(body["error_codes"], json!([500_131]), "{body}");
    let (_, body) = token(&world, Kind::B2c, &form).await;
    assert_eq!(body["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn a_password_signs_in_at_entra_only_and_without_a_secret() {
    let world = world();
    let person = [
        ("grant_type", "password"),
        ("client_secret", ""),
        ("scope", "openid profile offline_access User.Read"),
        ("username", "ada@contoso.onmicrosoft.com"),
    ];
    let with = |password: &'static str| {
        let mut form = person.to_vec();
        form.push(("password", password));
        form
    };
    let (status, body) = token(&world, Kind::EntraId, &with("anything")).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(claims(&body["id_token"])["name"], "Ada Lovelace");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_secret", ""),
        ("refresh_token", body["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(token(&world, Kind::EntraId, &refresh).await.0, 200);
    let (_, body) = token(&world, Kind::EntraId, &with("wrong")).await;
    assert_eq!(body["error_codes"], json!([50126]));
    let (_, body) = token(&world, Kind::ExternalId, &with("anything")).await;
    assert_eq!(body["error_codes"], json!([70003]), "{body}");
}

#[tokio::test]
async fn the_older_endpoint_names_a_resource_and_writes_numbers_as_text() {
    let world = world();
    let authority = world.sim.authority(Kind::EntraId);
    let metadata = format!("{authority}/.well-known/openid-configuration");
    let mut application = world
        .application(Kind::EntraId)
        .at(&metadata)
        .with("scope", "")
        .with("resource", "https://graph.microsoft.com");
    let mut browser = crate::harness::Browser::new(&world);
    let callback = application.sign_in(&mut browser, "ada").await;
    let resource = [("resource", "https://graph.microsoft.com")];
    let (status, body) = application.redeem_with(&callback, &resource).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["expires_in"], "3600");
    assert_eq!(body["resource"], "https://graph.microsoft.com");
    let claims = claims(&body["id_token"]);
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{CONTOSO}/"));
    assert_eq!(claims["ver"], "1.0");
    assert_eq!(claims["unique_name"], "ada@contoso.onmicrosoft.com");
}
