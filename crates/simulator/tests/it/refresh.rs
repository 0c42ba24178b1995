use serde_json::{Value, json};
use simulator::{Endpoint, Kind, Options};

use crate::harness::{World, claims, world, world_with};

const OFFLINE: &str = "openid profile offline_access";

async fn refresh_token(world: &World, kind: Kind, person: &str) -> String {
    world.tokens(kind, person, OFFLINE).await["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn newest(body: &Value) -> String {
    body["refresh_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned()
}

#[tokio::test]
async fn microsoft_rotates_and_keeps_the_old_token_valid() {
    let world = world();
    for kind in [
        Kind::EntraId,
        Kind::ExternalId,
        Kind::ExternalIdCustomDomain,
        Kind::B2c,
    ] {
        let first = refresh_token(&world, kind, "ada").await;
        let application = world.application(kind);
        let (status, body) = application.refresh(&first, &[]).await;
        assert_eq!(status, 200, "{body}");
        assert_ne!(newest(&body), first);
        assert!(!claims(&body["id_token"]).contains_key("nonce"));
        assert_eq!(application.refresh(&first, &[]).await.0, 200, "{kind:?}");
    }
}

#[tokio::test]
async fn a_reused_token_of_the_plain_provider_ends_the_whole_grant() {
    let world = world();
    let first = refresh_token(&world, Kind::Oidc, "ada").await;
    let application = world.application(Kind::Oidc);
    let (_, body) = application.refresh(&first, &[]).await;
    let second = newest(&body);
    let (status, body) = application.refresh(&first, &[]).await;
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    assert_eq!(
        application.refresh(&second, &[]).await.0,
        400,
        "the newest one is dead too"
    );
}

#[tokio::test]
async fn a_refresh_that_is_refused_does_not_use_the_token_up() {
    let world = world();
    let first = refresh_token(&world, Kind::Oidc, "ada").await;
    let application = world.application(Kind::Oidc);
    assert_eq!(
        application
            .refresh(&first, &[("client_secret", "wrong")])
            .await
            .0,
        401
    );
    assert_eq!(application.refresh(&first, &[]).await.0, 200);
}

#[tokio::test]
async fn only_offline_access_brings_a_refresh_token() {
    let world = world();
    for kind in Kind::ALL {
        let tokens = world.tokens(kind, "ada", "openid profile").await;
        assert!(tokens.get("refresh_token").is_none(), "{kind:?}");
    }
}

#[tokio::test]
async fn one_refresh_token_serves_several_apis_one_at_a_time() {
    let world = world();
    let application = world.application(Kind::EntraId);
    let token = refresh_token(&world, Kind::EntraId, "ada").await;
    let (_, graph) = application
        .refresh(&token, &[("scope", "User.Read openid")])
        .await;
    assert_eq!(
        claims(&graph["access_token"])["aud"],
        "https://graph.microsoft.com"
    );
    let (_, orders) = application
        .refresh(&token, &[("scope", "api://orders/Orders.Read")])
        .await;
    assert_eq!(claims(&orders["access_token"])["aud"], "api://orders");
    assert_eq!(orders["scope"], "api://orders/Orders.Read");
    let both = "User.Read api://orders/Orders.Read";
    let (_, body) = application.refresh(&token, &[("scope", both)]).await;
    assert_eq!(body["error_codes"], json!([28000]));
}

#[tokio::test]
async fn a_scope_without_consent_needs_the_person() {
    let world = world();
    let token = refresh_token(&world, Kind::EntraId, "ada").await;
    let application = world.application(Kind::EntraId);
    let (_, body) = application.refresh(&token, &[("scope", "Mail.Read")]).await;
    assert_eq!(body["error_codes"], json!([65001]));
    assert_eq!(
        (body["error"].as_str(), body["suberror"].as_str()),
        (Some("invalid_grant"), Some("consent_required"))
    );
    world.tokens(Kind::EntraId, "ada", "openid Mail.Read").await;
    assert_eq!(
        application
            .refresh(&token, &[("scope", "Mail.Read")])
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn a_revoked_person_is_told_in_each_kinds_words() {
    let world = world();
    for (kind, code) in [
        (Kind::EntraId, "AADSTS50173"),
        (Kind::B2c, "AADB2C90129"),
        (Kind::Oidc, ""),
    ] {
        let token = refresh_token(&world, kind, "ada").await;
        world.sim.revoke_person("ada");
        let (status, body) = world.application(kind).refresh(&token, &[]).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (400, Some("invalid_grant"))
        );
        assert!(
            body["error_description"]
                .as_str()
                .unwrap()
                .starts_with(code)
        );
    }
}

#[tokio::test]
async fn a_refresh_token_expires_and_lifetimes_are_as_told() {
    let world = world_with(Options {
        access_token_lifetime: 7,
        refresh_token_lifetime: 60,
        refresh_in: Some(3),
        ..Options::default()
    });
    let tokens = world.tokens(Kind::EntraId, "ada", OFFLINE).await;
    assert_eq!(
        (&tokens["expires_in"], &tokens["refresh_in"]),
        (&json!(7), &json!(3))
    );
    world.later(60);
    let application = world.application(Kind::EntraId);
    let (_, body) = application.refresh(&newest(&tokens), &[]).await;
    assert_eq!(body["error_codes"], json!([700_082]));
}

#[tokio::test]
async fn refreshes_are_counted_apart() {
    let world = world();
    let token = refresh_token(&world, Kind::EntraId, "ada").await;
    world.application(Kind::EntraId).refresh(&token, &[]).await;
    assert_eq!(
        (
            world.sim.count(Endpoint::Token),
            world.sim.count(Endpoint::Refresh)
        ),
        (2, 1)
    );
    assert_eq!(world.sim.count_at(Kind::B2c, Endpoint::Refresh), 0);
    let calls = world.sim.calls();
    let last = calls
        .iter()
        .rev()
        .find(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    assert_eq!(last.parameter("grant_type"), Some("refresh_token"));
}

#[tokio::test]
async fn of_many_parallel_refreshes_with_one_strict_token_at_most_one_succeeds() {
    let world = world();
    let token = refresh_token(&world, Kind::Oidc, "ada").await;
    let application = world.application(Kind::Oidc);
    let (a, b, c) = tokio::join!(
        application.refresh(&token, &[]),
        application.refresh(&token, &[]),
        application.refresh(&token, &[])
    );
    let good = [a, b, c]
        .iter()
        .filter(|(status, _)| *status == 200)
        .count();
    assert_eq!(good, 1);
}
