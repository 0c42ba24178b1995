//! Key sets: rotations, odd keys, and floods of tokens with unknown keys.

use std::time::Duration;

use chrono::TimeDelta;
use gatehouse::oidc::{Invalid, OidcError, Outage, SignatureRefusal};
use serde_json::{Value, json};

use crate::authority::Reply;
use crate::setup::{NOW, claims, gives, header, redeem, signed_in};
use crate::signer::{Signer, encode};

fn refused_signature(error: &OidcError) -> SignatureRefusal {
    match error {
        OidcError::Invalid(Invalid::Signature(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn named(kid: &str) -> Value {
    json!({"alg": "RS256", "kid": kid})
}

// proves: A27, A29, A30, D1
#[tokio::test]
async fn two_rotations_within_a_minute_are_followed_at_once() {
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    for kid in ["k2", "k3"] {
        let next = Signer::rsa();
        authority.publish_keys(&[next.jwk(kid)]);
        gives(
            &authority,
            &next.sign(&named(kid), &claims(&authority.base)),
        );
        party.clock.turn(TimeDelta::seconds(5));
        redeem(&party, &profile).await.unwrap();
    }
    assert_eq!(authority.seen("/keys").len(), 3);
}

// proves: D1
#[tokio::test]
async fn a_thousand_sign_ins_after_a_rotation_fetch_the_keys_once() {
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    let next = Signer::rsa();
    authority.publish_keys(&[next.jwk("k2")]);
    gives(
        &authority,
        &next.sign(&named("k2"), &claims(&authority.base)),
    );
    let all = (0..100).map(|_| redeem(&party, &profile));
    for redeemed in futures_util::future::join_all(all).await {
        redeemed.unwrap();
    }
    assert_eq!(authority.seen("/keys").len(), 2);
}

// proves: B60
#[tokio::test]
async fn an_unknown_kid_is_refused_after_one_look() {
    let (authority, signer, party, profile) = signed_in();
    gives(
        &authority,
        &signer.sign(&named("nobodys"), &claims(&authority.base)),
    );
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert_eq!(refused_signature(&refused), SignatureRefusal::NoKey);
    assert_eq!(authority.seen("/keys").len(), 2);
}

// proves: D3
#[tokio::test]
async fn a_flood_of_logout_tokens_with_unknown_keys_fetches_little_and_spoils_no_rotation() {
    let (authority, signer, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    for minute in 0..5 {
        for token in 0..100 {
            let forged = signer.sign(&named(&format!("forged-{minute}-{token}")), &json!({}));
            let refused = party
                .authorities
                .verify_logout_token(&profile, &forged)
                .await;
            let refused = refused.unwrap_err();
            if token == 0 {
                assert_eq!(refused_signature(&refused), SignatureRefusal::NoKey);
                continue;
            }
            // Nobody looked, so nobody knows: the authority's own would be sent again.
            assert!(
                matches!(
                    refused,
                    OidcError::Unavailable { why: Outage::KeysJustFetched, retry_after: Some(wait) }
                        if wait == Duration::from_secs(30)
                ),
                "{refused:?}"
            );
        }
        party.clock.turn(TimeDelta::seconds(60));
    }
    assert!(
        authority.seen("/keys").len() <= 1 + 2 * 5,
        "{}",
        authority.seen("/keys").len()
    );
    let next = Signer::rsa();
    authority.publish_keys(&[next.jwk("k2")]);
    let mut fresh = claims(&authority.base);
    fresh["iat"] = json!(NOW + 300);
    fresh["exp"] = json!(NOW + 600);
    gives(&authority, &next.sign(&named("k2"), &fresh));
    redeem(&party, &profile).await.unwrap();
}

// proves: D5
#[tokio::test]
async fn without_the_key_address_known_keys_serve_for_a_day() {
    let (authority, signer, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    authority.answers("/keys", Reply::status(500));
    party.clock.turn(TimeDelta::hours(23));
    let later = NOW + 23 * 3_600;
    let mut fresh = claims(&authority.base);
    fresh["iat"] = json!(later);
    fresh["exp"] = json!(later + 300);
    gives(&authority, &signer.sign(&header(), &fresh));
    redeem(&party, &profile).await.unwrap();
    party.clock.turn(TimeDelta::hours(2));
    assert!(matches!(
        redeem(&party, &profile).await,
        Err(OidcError::Unavailable { .. })
    ));
}

// proves: D2
#[tokio::test]
async fn a_withdrawn_key_is_refused_within_the_hour() {
    let (authority, signer, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    authority.publish_keys(&[Signer::rsa().jwk("k2")]);
    party.clock.turn(TimeDelta::minutes(60));
    let mut fresh = claims(&authority.base);
    fresh["iat"] = json!(NOW + 3_600);
    fresh["exp"] = json!(NOW + 3_900);
    gives(&authority, &signer.sign(&header(), &fresh));
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert_eq!(refused_signature(&refused), SignatureRefusal::NoKey);
}

// proves: A65, B87, D4
#[tokio::test]
async fn odd_and_weak_keys_are_skipped_and_good_ones_serve() {
    let (authority, signer, party, profile) = signed_in();
    let weak = encode([0xff; 128]);
    let strong = signer.jwk("x")["n"].clone();
    let mut zoo = vec![
        json!({"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "okp"}),
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "koblitz"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "short"}),
        json!({"kty": "RSA", "kid": "nothing"}),
        json!({"kty": "RSA", "n": "!!", "e": "AQAB", "kid": "broken"}),
        json!({"kty": "RSA", "n": weak, "e": "AQAB", "kid": "weak"}),
        json!({"kty": "RSA", "n": strong, "e": "AQ", "kid": "exponent-1"}),
        json!({"kty": "RSA", "n": strong, "e": "Ag", "kid": "exponent-2"}),
        json!({"kty": "oct", "k": "AA", "kid": "secret"}),
        json!("not a key"),
        json!(null),
    ];
    for (name, value) in [
        ("use", json!("enc")),
        ("alg", json!("RSA-OAEP")),
        ("alg", json!("ES256")),
        ("alg", json!(7)),
        ("key_ops", json!(["encrypt"])),
        ("key_ops", json!("verify")),
    ] {
        let mut key = signer.jwk(&format!("odd-{name}-{value}"));
        key[name] = value;
        zoo.push(key);
    }
    let odd: Vec<String> = zoo
        .iter()
        .filter_map(|key| key.get("kid")?.as_str().map(str::to_owned))
        .collect();
    zoo.extend((0..200).map(|at| Signer::p256().jwk(&format!("many-{at}"))));
    zoo.push(signer.jwk("k1"));
    authority.publish_keys(&zoo);
    redeem(&party, &profile).await.unwrap();
    for kid in odd {
        gives(
            &authority,
            &signer.sign(&named(&kid), &claims(&authority.base)),
        );
        let refused = redeem(&party, &profile).await.unwrap_err();
        assert_eq!(
            refused_signature(&refused),
            SignatureRefusal::NoKey,
            "{kid}"
        );
        party.clock.turn(TimeDelta::milliseconds(1));
    }
}

// proves: B85
#[tokio::test]
async fn a_key_for_another_algorithm_is_not_used() {
    let (authority, signer, party, profile) = signed_in();
    let mut key = signer.jwk("k1");
    key["alg"] = json!("PS256");
    authority.publish_keys(&[key]);
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert_eq!(refused_signature(&refused), SignatureRefusal::NoKey);
    authority.publish_keys(&[Signer::p256().jwk("k1")]);
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert_eq!(refused_signature(&refused), SignatureRefusal::NoKey);
}

// proves: A6
#[tokio::test]
async fn without_kid_the_only_key_of_the_kind_is_used() {
    let (authority, signer, party, profile) = signed_in();
    authority.publish_keys(&[signer.jwk_without_kid(), Signer::p256().jwk_without_kid()]);
    gives(
        &authority,
        &signer.sign(&json!({"alg": "RS256"}), &claims(&authority.base)),
    );
    redeem(&party, &profile).await.unwrap();
}

// proves: A7
#[tokio::test]
async fn without_kid_several_keys_are_ambiguous() {
    let (authority, signer, party, profile) = signed_in();
    authority.publish_keys(&[signer.jwk_without_kid(), Signer::rsa().jwk_without_kid()]);
    gives(
        &authority,
        &signer.sign(&json!({"alg": "RS256"}), &claims(&authority.base)),
    );
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert_eq!(refused_signature(&refused), SignatureRefusal::AmbiguousKey);
}

// proves: D4
#[tokio::test]
async fn two_keys_of_one_name_are_both_tried() {
    let (authority, signer, party, profile) = signed_in();
    authority.publish_keys(&[Signer::rsa().jwk("k1"), signer.jwk("k1")]);
    redeem(&party, &profile).await.unwrap();
}

#[tokio::test]
async fn a_rotation_that_keeps_the_name_of_the_key_is_followed() {
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    let next = Signer::rsa();
    authority.publish_keys(&[next.jwk("k1")]);
    gives(&authority, &next.sign(&header(), &claims(&authority.base)));
    redeem(&party, &profile).await.unwrap();
}

// proves: D4
#[tokio::test]
async fn a_key_set_over_the_size_limit_leaves_the_old_one_in_place() {
    let (authority, signer, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    let mut large = signer.jwk("k2");
    large["x5c"] = json!(["A".repeat(600_000)]);
    authority.publish_keys(&[large]);
    party.clock.turn(TimeDelta::minutes(1));
    redeem(&party, &profile).await.unwrap();
    gives(
        &authority,
        &signer.sign(&named("k2"), &claims(&authority.base)),
    );
    assert!(matches!(
        redeem(&party, &profile).await,
        Err(OidcError::Unavailable { .. })
    ));
    gives(
        &authority,
        &signer.sign(&header(), &claims(&authority.base)),
    );
    redeem(&party, &profile).await.unwrap();
}
