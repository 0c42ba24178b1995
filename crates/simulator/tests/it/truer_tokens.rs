use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use simulator::{Client, Fault, Kind, Options, Shapes};

use crate::harness::{Browser, claims, is_signed_by, keys, world, world_with};

#[tokio::test]
async fn every_rsa_key_comes_with_its_certificate() {
    let world = world();
    for kind in Kind::ALL {
        let set = keys(&world, kind).await;
        for key in set["keys"].as_array().unwrap() {
            if key["kty"] != "RSA" {
                continue;
            }
            let certificate = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
            let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
            assert!(parsed.verify_signature(None).is_err() || parsed.issuer() == parsed.subject());
            assert_eq!(key["x5t"], key["kid"]);
        }
    }
}

#[tokio::test]
async fn the_key_set_of_the_plain_provider_is_hostile_only_on_request() {
    let world = world();
    let types = async || {
        let set = keys(&world, Kind::Oidc).await;
        let all = set["keys"].as_array().unwrap().clone();
        all.iter()
            .map(|key| key["kty"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(types().await, ["RSA", "EC"]);
    world.sim.shapes(|shapes| shapes.oidc_hostile_keys = true);
    assert!(types().await.contains(&"AKP".to_owned()));
}

#[tokio::test]
async fn graphs_userinfo_says_neither_user_name_nor_verification() {
    let world = world();
    let tokens = world
        .tokens(Kind::EntraId, "ada", "openid profile email")
        .await;
    let url = format!("{}/oidc/userinfo", world.sim.graph());
    let request = world.http.get(url);
    let request = request.bearer_auth(tokens["access_token"].as_str().unwrap());
    let info: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(info["email"], "ada@contoso.onmicrosoft.com");
    assert!(info["picture"].is_string());
    assert!(info.get("email_verified").is_none() && info.get("preferred_username").is_none());
}

#[tokio::test]
async fn an_application_with_its_own_key_is_found_under_its_appid_only() {
    let world = world();
    world.sim.register(Client {
        own_signing_key: true,
        ..Client::with_secret("mapped", simulator::CLIENT_SECRET)
    });
    let mut application = world.application(Kind::EntraId).with("client_id", "mapped");
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    let changes = [("client_id", "mapped")];
    let (_, tokens) = application.redeem_with(&callback, &changes).await;
    assert!(!is_signed_by(
        &tokens["id_token"],
        &keys(&world, Kind::EntraId).await
    ));
    let url = format!("{}?appid=mapped", world.metadata_url(Kind::EntraId));
    let metadata = world.json(&url).await;
    let own = world.json(metadata["jwks_uri"].as_str().unwrap()).await;
    assert!(is_signed_by(&tokens["id_token"], &own));
}

#[tokio::test]
async fn a_b2c_tenant_may_put_the_policy_elsewhere_and_have_no_subject() {
    for (claim, present) in [("trustFrameworkPolicy", true), ("", false)] {
        let world = world_with(Options {
            shapes: Shapes {
                b2c_policy_claim: Some(claim.to_owned()),
                b2c_subject_not_supported: true,
                ..Shapes::default()
            },
            ..Options::default()
        });
        let tokens = world.tokens(Kind::B2c, "ada", "openid").await;
        let claims = claims(&tokens["id_token"]);
        assert_eq!(claims.get("trustFrameworkPolicy").is_some(), present);
        assert!(!claims.contains_key("tfp"));
        assert_eq!(claims["sub"], "Not supported currently. Use oid claim.");
    }
}

#[tokio::test]
async fn the_codes_of_the_platform_come_at_both_legs() {
    let world = world();
    for (kind, code, text) in [
        (Kind::EntraId, 50105, "AADSTS50105: "),
        (Kind::B2c, 90118, "AADB2C90118: "),
    ] {
        world
            .sim
            .fault(Fault::AuthorizeCode(code).times(1).at(kind));
        let mut application = world.application(kind);
        let refused = application.sign_in(&mut Browser::new(&world), "ada").await;
        assert!(
            refused["error_description"].starts_with(text),
            "{refused:?}"
        );
        assert!(!refused.contains_key("code"));
    }
    let mut application = world.application(Kind::EntraId);
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    world.sim.fault(Fault::TokenCode(50076).times(1));
    let (_, body) = application.redeem(&callback).await;
    assert_eq!(body["error"], "interaction_required");
    assert_eq!(body["error_codes"], json!([50076]));
    assert_eq!(body["suberror"], "basic_action");
    assert!(body["claims"].as_str().unwrap().contains("acrs"));
}

#[tokio::test]
async fn metadata_can_be_throttled() {
    let world = world();
    world.sim.fault(Fault::MetadataThrottled(Some(30)).times(1));
    let url = world.metadata_url(Kind::EntraId);
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "30");
}
