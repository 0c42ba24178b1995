use serde_json::{Value, json};
use simulator::{FABRIKAM, Kind, PERSONAL_ACCOUNTS};

use crate::harness::{Browser, NOW, claims, header, world};

const ORDERS_B2C: &str = "https://contoso.onmicrosoft.com/orders/Orders.Read";

fn names(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn entras_answer_has_the_recorded_members_and_lives_3900_seconds() {
    let world = world();
    let tokens = world
        .tokens(
            Kind::EntraId,
            "ada",
            "openid profile offline_access User.Read",
        )
        .await;
    assert_eq!(
        names(&tokens),
        [
            "access_token",
            "client_info",
            "expires_in",
            "ext_expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(tokens["scope"], "User.Read openid profile");
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(),
        3900
    );
    for name in [
        "oid",
        "sub",
        "tid",
        "preferred_username",
        "name",
        "ver",
        "uti",
        "rh",
        "aio",
        "nbf",
        "sid",
        "login_hint",
    ] {
        assert!(id.contains_key(name), "{name}");
    }
    assert!(!id.contains_key("at_hash") && !id.contains_key("email") && !id.contains_key("idp"));
}

#[tokio::test]
async fn sub_is_another_for_every_application_and_oid_is_not() {
    let world = world();
    world
        .sim
        .register(simulator::Client::with_secret("other-app", "other-secret"));
    let first = claims(&world.tokens(Kind::EntraId, "ada", "openid profile").await["id_token"]);
    let mut other = world
        .application(Kind::EntraId)
        .with("client_id", "other-app");
    let callback = other.sign_in(&mut Browser::new(&world), "ada").await;
    let changes = [
        ("client_id", "other-app"),
        ("client_secret", "other-secret"),
    ];
    let (_, tokens) = other.redeem_with(&callback, &changes).await;
    let second = claims(&tokens["id_token"]);
    assert_ne!(first["sub"], second["sub"]);
    assert_eq!(first["oid"], second["oid"]);
    assert_eq!(
        world
            .sim
            .subject(Kind::EntraId, "ada", "other-app")
            .unwrap(),
        second["sub"]
    );
}

#[tokio::test]
async fn without_profile_there_is_neither_name_nor_oid() {
    let world = world();
    let id = claims(&world.tokens(Kind::EntraId, "ada", "openid").await["id_token"]);
    assert!(!id.contains_key("oid") && !id.contains_key("name"));
}

#[tokio::test]
async fn roles_groups_and_too_many_groups() {
    let world = world();
    let grace = claims(&world.tokens(Kind::EntraId, "grace", "openid").await["id_token"]);
    assert_eq!(grace["roles"], json!(["Orders.Read", "Admin"]));
    assert_eq!(grace["groups"].as_array().unwrap().len(), 2);
    let gus = claims(&world.tokens(Kind::EntraId, "gus", "openid").await["id_token"]);
    assert!(!gus.contains_key("groups"));
    assert_eq!(gus["_claim_names"], json!({"groups": "src1"}));
    world
        .sim
        .shapes(|shapes| shapes.overage_as_hasgroups = true);
    let gus = claims(&world.tokens(Kind::EntraId, "gus", "openid").await["id_token"]);
    assert_eq!(gus["hasgroups"], true);
}

#[tokio::test]
async fn a_guest_has_another_identity_provider_and_a_personal_account_a_long_life() {
    let world = world();
    let guest = claims(&world.tokens(Kind::EntraId, "guest", "openid profile").await["id_token"]);
    assert_eq!(guest["idp"], format!("https://sts.windows.net/{FABRIKAM}/"));
    let url = format!(
        "{}/consumers/v2.0/.well-known/openid-configuration",
        world.sim.base(Kind::EntraId)
    );
    let mut application = world.application(Kind::EntraId).at(&url);
    let callback = application.sign_in(&mut Browser::new(&world), "mona").await;
    let id = claims(&application.redeem(&callback).await.1["id_token"]);
    assert_eq!(id["tid"], PERSONAL_ACCOUNTS);
    assert_eq!(
        id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(),
        86700
    );
    assert!(
        id["oid"]
            .as_str()
            .unwrap()
            .starts_with("00000000-0000-0000-")
    );
}

#[tokio::test]
async fn b2c_without_an_api_gives_no_access_token_and_no_expires_in() {
    let world = world();
    let tokens = world
        .tokens(Kind::B2c, "ada", "openid profile offline_access")
        .await;
    assert!(tokens.get("access_token").is_none() && tokens.get("expires_in").is_none());
    assert_eq!(tokens["scope"], "");
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (id["tfp"].as_str(), id["ver"].as_str()),
        (Some("B2C_1_susi"), Some("1.0"))
    );
    assert_eq!(id["emails"], json!(["ada@contoso.onmicrosoft.com"]));
    assert_eq!(id["sub"], id["oid"]);
    assert!(!id.contains_key("tid") && !id.contains_key("preferred_username"));

    world.sim.shapes(|shapes| shapes.b2c_policy_in_acr = true);
    let id = claims(&world.tokens(Kind::B2c, "ada", "openid").await["id_token"]);
    assert_eq!(id["acr"], "b2c_1_susi");
    assert!(!id.contains_key("tfp"));
}

#[tokio::test]
async fn b2c_with_an_api_has_numbers_a_resource_and_at_hash() {
    let world = world();
    let tokens = world
        .tokens(
            Kind::B2c,
            "ada",
            &format!("openid offline_access {ORDERS_B2C}"),
        )
        .await;
    assert_eq!(tokens["scope"], ORDERS_B2C);
    assert_eq!(tokens["expires_on"], NOW + 3600);
    assert!(tokens["resource"].is_string());
    assert!(claims(&tokens["id_token"]).contains_key("at_hash"));
    let own = world
        .tokens(
            Kind::B2c,
            "ada",
            &format!("openid {}", Kind::B2c.client_id()),
        )
        .await;
    assert_eq!(claims(&own["access_token"])["aud"], Kind::B2c.client_id());
}

#[tokio::test]
async fn the_plain_providers_id_token_knows_no_name() {
    let world = world();
    let tokens = world
        .tokens(Kind::Oidc, "ada", "openid profile email")
        .await;
    let id = claims(&tokens["id_token"]);
    assert!(!id.contains_key("name") && !id.contains_key("email"));
    assert!(id.contains_key("sid") && id.contains_key("at_hash"));
    let userinfo = world.metadata(Kind::Oidc).await["userinfo_endpoint"]
        .as_str()
        .unwrap()
        .to_owned();
    let request = world
        .http
        .get(userinfo)
        .bearer_auth(tokens["access_token"].as_str().unwrap());
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["name"], "Ada Lovelace");
    assert_eq!(answer["sub"], id["sub"]);
}

#[tokio::test]
async fn the_plain_provider_signs_with_es256_on_demand() {
    let world = world();
    world.sim.shapes(|shapes| shapes.oidc_es256 = true);
    let tokens = world.tokens(Kind::Oidc, "ada", "openid").await;
    assert_eq!(header(&tokens["id_token"])["alg"], "ES256");
    let announced = world.metadata(Kind::Oidc).await;
    assert_eq!(
        announced["id_token_signing_alg_values_supported"],
        json!(["ES256"])
    );
}

#[tokio::test]
async fn a_scope_may_be_written_in_any_case_and_with_graphs_prefix() {
    let world = world();
    let scope = "openid https://graph.microsoft.com/user.read";
    assert_eq!(
        world.tokens(Kind::EntraId, "ada", scope).await["scope"],
        "User.Read openid"
    );
}

#[tokio::test]
async fn scopes_that_cannot_be_had_are_refused_at_the_application() {
    let world = world();
    for (kind, scope, code) in [
        (
            Kind::EntraId,
            "openid https://unknown.example/x",
            "AADSTS500011",
        ),
        (Kind::EntraId, "openid Nothing.Read", "AADSTS650053"),
        (Kind::EntraId, "openid Directory.Read.All", "AADSTS90094"),
        (Kind::ExternalId, "openid Mail.Read", "AADSTS90094"),
        (Kind::B2c, "openid User.Read", "AADB2C90117"),
    ] {
        let mut application = world.application(kind).with("scope", scope);
        let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
        assert!(
            callback["error_description"].starts_with(code),
            "{callback:?}"
        );
    }
}

#[tokio::test]
async fn names_roles_and_groups_can_be_changed_while_it_runs() {
    let world = world();
    world.sim.set_person_roles("ada", &["Chief"]);
    world.sim.set_person_groups("ada", &["g1"]);
    let id = claims(&world.tokens(Kind::EntraId, "ada", "openid").await["id_token"]);
    assert_eq!(
        (&id["roles"], &id["groups"]),
        (&json!(["Chief"]), &json!(["g1"]))
    );
}
