use std::path::Path;

use schemars::schema_for;
use serde_json::{Value, json};
use simulator::config::{Config, ConfigError};
use simulator::{Kind, Options};

use crate::harness::{Browser, World, claims, world_with};

fn example() -> Config {
    Config::read(Path::new("simulator.example.toml")).unwrap()
}

fn configured() -> World {
    let config = example();
    world_with(Options {
        tenants: config.tenant,
        people: config.person,
        clients: vec![simulator::Client::with_secret(
            "mine",
            simulator::CLIENT_SECRET,
        )],
        auto_sign_in: config.settings.auto_sign_in,
        ..Options::default()
    })
}

#[test]
fn the_schema_of_the_documentation_is_the_one_of_the_reader() {
    let path = Path::new("../../docs/simulator.schema.json");
    let schema = serde_json::to_string_pretty(&schema_for!(Config)).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == schema, "run this test with UPDATE=1");
}

#[test]
fn the_documentation_shows_the_example() {
    let page = std::fs::read_to_string("../../docs/simulator.md").unwrap();
    let example = std::fs::read_to_string("simulator.example.toml").unwrap();
    assert!(
        page.contains(&example),
        "docs/simulator.md holds another example"
    );
}

#[test]
fn a_file_that_is_missing_is_named() {
    let error = Config::read(Path::new("no-such-file.toml")).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
    assert!(error.to_string().contains("no-such-file.toml"), "{error}");
}

#[tokio::test]
async fn a_configured_tenant_answers_under_its_own_names() {
    let world = configured();
    let port = world.sim.port();
    let id = "7d1c9b8a-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
    let url = format!(
        "http://exampleb2c.b2clogin.localhost:{port}/exampleb2c.onmicrosoft.com/B2C_1_signinpolicy/v2.0/.well-known/openid-configuration"
    );
    let document = world.json(&url).await;
    let issuer = format!("http://exampleb2c.b2clogin.localhost:{port}/{id}/v2.0/");
    assert_eq!(document["issuer"], issuer);
    let shop = "0f5b2a3c-6d7e-4f80-91a2-b3c4d5e6f708";
    let url = format!(
        "http://login.example.com.localhost:{port}/{shop}/v2.0/.well-known/openid-configuration"
    );
    let issuer = format!("http://{shop}.ciamlogin.localhost:{port}/{shop}/v2.0");
    assert_eq!(world.json(&url).await["issuer"], issuer);
    assert_eq!(
        world.sim.authority(Kind::EntraId),
        format!(
            "http://login.microsoftonline.localhost:{port}/5e3ce6c0-2b1f-4285-8d4b-75ee78787346"
        )
    );
}

#[tokio::test]
async fn a_configured_person_signs_in_by_the_hint_without_a_page() {
    let world = configured();
    let url = format!(
        "http://exampleb2c.b2clogin.localhost:{}/exampleb2c.onmicrosoft.com/B2C_1_signinpolicy/v2.0/.well-known/openid-configuration",
        world.sim.port()
    );
    let application = world
        .application(Kind::B2c)
        .at(&url)
        .with("login_hint", "zoe@example.com")
        .with("prompt", "select_account");
    let page = Browser::new(&world)
        .get(&application.authorize_url().await)
        .await;
    let callback = page.callback().expect("no page in between");
    let (_, tokens) = application.redeem(&callback).await;
    let claims = claims(&tokens["id_token"]);
    assert_eq!(claims["name"], "Zoe Example");
    assert_eq!(claims["extension_Plan"], "gold");
    assert_eq!(claims["emails"], json!(["zoe@example.com"]));
    assert_eq!(claims["tfp"], "B2C_1_signinpolicy");
    assert!(Value::from(claims).get("newUser").is_some());
}
