use serde_json::{Value, json};
use simulator::{Endpoint, FABRIKAM, Fault, Kind};

use crate::harness::{Browser, NOW, World, claims, header, is_signed_by, keys, world};

async fn id_token(world: &World, kind: Kind, fault: Fault) -> Value {
    world.sim.fault(fault.times(1).at(kind));
    world
        .tokens(kind, "ada", "openid profile offline_access")
        .await["id_token"]
        .clone()
}

#[tokio::test]
async fn claims_go_wrong_one_at_a_time_under_a_good_signature() {
    let world = world();
    let kind = Kind::EntraId;
    let client = kind.client_id();
    let wrong = |name: &'static str, value: Value| (name, Some(value));
    for (fault, (name, value)) in [
        (Fault::MissingClaim("sub".to_owned()), ("sub", None)),
        (Fault::MissingNonce, ("nonce", None)),
        (Fault::WrongNonce, wrong("nonce", json!("the-noncex"))),
        (
            Fault::WrongAudience,
            wrong("aud", json!(format!("{client}1"))),
        ),
        (
            Fault::ExtraAudience,
            wrong("aud", json!([client, "stranger"])),
        ),
        (Fault::AudienceArray, wrong("aud", json!([client]))),
        (
            Fault::TidNotGuid,
            wrong("tid", json!("contoso.onmicrosoft.com")),
        ),
        (Fault::OtherTid, wrong("tid", json!(FABRIKAM))),
        (Fault::Expired, wrong("exp", json!(NOW - 3600))),
        (Fault::NotYetValid, wrong("nbf", json!(NOW + 3600))),
        (Fault::IatWeekOld, wrong("iat", json!(NOW - 7 * 24 * 3600))),
        (Fault::ClockOff(180), wrong("nbf", json!(NOW - 300 + 180))),
        (
            Fault::SetClaim("x".to_owned(), json!(1)),
            wrong("x", json!(1)),
        ),
    ] {
        let token = id_token(&world, kind, fault.clone()).await;
        assert_eq!(claims(&token).get(name).cloned(), value, "{fault:?}");
        assert!(is_signed_by(&token, &keys(&world, kind).await), "{fault:?}");
    }
    let token = id_token(&world, kind, Fault::IssuerOfOtherTenant).await;
    assert_eq!(
        claims(&token)["iss"],
        format!("{}/{FABRIKAM}/v2.0", world.sim.base(kind))
    );
    let token = id_token(&world, Kind::B2c, Fault::OtherPolicy).await;
    assert_eq!(claims(&token)["tfp"], "B2C_1_edit_profile");
}

#[tokio::test]
async fn signatures_go_wrong_in_every_way() {
    let world = world();
    let kind = Kind::Oidc;
    let set = keys(&world, kind).await;
    for (fault, algorithm) in [
        (Fault::BadSignature, "RS256"),
        (Fault::AlgNone, "none"),
        (Fault::Hs256WithSecret, "HS256"),
        (Fault::OtherAlgorithm, "PS256"),
        (Fault::ForgedKid, "RS256"),
        (Fault::UnknownKid, "RS256"),
    ] {
        let token = id_token(&world, kind, fault.clone()).await;
        assert_eq!(header(&token)["alg"], algorithm, "{fault:?}");
        assert!(!is_signed_by(&token, &set), "{fault:?}");
    }
    let token = id_token(&world, kind, Fault::MissingKid).await;
    assert!(!header(&token).contains_key("kid"));
    let token = id_token(
        &world,
        kind,
        Fault::HeaderMember("crit".to_owned(), json!(["b64"])),
    )
    .await;
    assert_eq!(header(&token)["crit"], json!(["b64"]));
}

#[tokio::test]
async fn the_key_of_personal_accounts_does_not_fit_a_tenant() {
    let world = world();
    let token = id_token(&world, Kind::EntraId, Fault::KeyOfOtherIssuer).await;
    let set = keys(&world, Kind::EntraId).await;
    assert!(is_signed_by(&token, &set));
    let key = set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header(&token)["kid"])
        .unwrap();
    assert_ne!(key["issuer"], claims(&token)["iss"]);
}

#[tokio::test]
async fn rotated_keys_are_found_by_asking_again() {
    let world = world();
    let before = keys(&world, Kind::ExternalId).await;
    let token = id_token(&world, Kind::ExternalId, Fault::KeysRotated).await;
    assert!(!is_signed_by(&token, &before));
    assert!(is_signed_by(&token, &keys(&world, Kind::ExternalId).await));
    world.sim.rotate_keys();
    assert!(
        is_signed_by(&token, &keys(&world, Kind::ExternalId).await),
        "a planned roll-over"
    );
    world.sim.withdraw_old_keys();
    assert!(
        !is_signed_by(&token, &keys(&world, Kind::ExternalId).await),
        "an emergency"
    );
}

#[tokio::test]
async fn metadata_and_keys_go_wrong_on_demand() {
    let world = world();
    let url = world.metadata_url(Kind::EntraId);
    let get = async |fault: Fault, url: &str| {
        world.sim.fault(fault.times(1));
        let response = world.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert!(get(Fault::MetadataHtml, &url).await.1.starts_with("<html>"));
    assert_eq!(get(Fault::MetadataNotFound, &url).await.0, 404);
    assert_eq!(get(Fault::MetadataRedirect, &url).await.0, 302);
    assert!(get(Fault::MetadataHuge, &url).await.1.len() > 8_000_000);
    assert!(serde_json::from_str::<Value>(&get(Fault::MetadataTruncated, &url).await.1).is_err());
    assert!(
        get(Fault::MetadataIssuerChanged, &url)
            .await
            .1
            .contains(FABRIKAM)
    );
    let without = Fault::MetadataMember("end_session_endpoint".to_owned(), Value::Null);
    assert!(!get(without, &url).await.1.contains("end_session_endpoint"));
    let jwks = world.metadata(Kind::EntraId).await["jwks_uri"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(get(Fault::KeysDown, &jwks).await.0, 503);
    assert_eq!(get(Fault::KeysEmpty, &jwks).await.1, "{\"keys\":[]}");
    assert!(!get(Fault::KeysWithoutKid, &jwks).await.1.contains("kid"));
    assert_eq!(world.sim.count(Endpoint::Keys), 3);
}

#[tokio::test]
async fn the_answer_at_the_application_goes_wrong_on_demand() {
    let world = world();
    let callback = async |fault: Fault| {
        world.sim.fault(fault.times(1));
        world
            .application(Kind::Oidc)
            .sign_in(&mut Browser::new(&world), "ada")
            .await
    };
    assert_eq!(
        callback(Fault::CallbackIssWrong).await["iss"],
        format!("{}x", world.sim.base(Kind::Oidc))
    );
    assert!(
        !callback(Fault::CallbackIssMissing)
            .await
            .contains_key("iss")
    );
    assert_eq!(
        callback(Fault::CallbackStateWrong).await["state"],
        "the-statex"
    );
    assert!(
        !callback(Fault::CallbackStateMissing)
            .await
            .contains_key("state")
    );
    assert!(
        !callback(Fault::CallbackWithoutCode)
            .await
            .contains_key("code")
    );
    let both = callback(Fault::CallbackCodeAndError).await;
    assert!(both.contains_key("code") && both.contains_key("error"));
    let error = Fault::AuthorizeError {
        error: "server_error".to_owned(),
        description: "AADSTS90033: x".to_owned(),
    };
    let answer = callback(error).await;
    assert!(!answer.contains_key("code") && answer["error_description"] == "AADSTS90033: x");
}
