//! Access tokens that callers bring: each attack, and what a withdrawn or unreachable key means.

use chrono::TimeDelta;
use gatehouse::domain::api::Scope;
use gatehouse::domain::bearer_rule::BearerRule;
use gatehouse::domain::profile::Profile;
use gatehouse::oidc::{
    AccessTokenFault, IdTokenFault, Invalid, JwtRefusal, OidcError, Outage, SignatureRefusal,
    VerifiedAccessToken,
};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::setup::{NOW, RelyingParty, claims as id_claims, header, oidc, signed_in};
use crate::signer::{Signer, encode, sign_hs256};

fn rule() -> BearerRule {
    BearerRule {
        audiences: vec!["api://orders".to_owned()],
        scopes: vec![Scope::parse("Orders.Read").unwrap()],
        roles: Vec::new(),
    }
}

/// Good claims of an access token of this issuer.
fn claims(issuer: &str) -> Value {
    json!({"iss": issuer, "sub": "ada", "aud": "api://orders", "client_id": "phone", "scope": "Orders.Read",
           "iat": NOW, "exp": NOW + 3600})
}

fn with(issuer: &str, name: &str, value: Value) -> Value {
    let mut claims = claims(issuer);
    claims[name] = value;
    claims
}

async fn verify(
    party: &RelyingParty,
    profile: &Profile,
    token: &str,
) -> Result<VerifiedAccessToken, OidcError> {
    let rule = rule();
    party
        .authorities
        .verify_access_token(profile, token, &rule)
        .await
}

/// What was wrong with a token that counts for nothing.
async fn invalid(party: &RelyingParty, profile: &Profile, token: &str) -> Invalid {
    match verify(party, profile, token).await {
        Err(OidcError::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    }
}

fn is_unknown(checked: &Result<VerifiedAccessToken, OidcError>) -> bool {
    matches!(checked, Err(OidcError::Unavailable { .. }))
}

// proves: B146
#[tokio::test]
async fn a_good_access_token_is_verified_once_and_then_remembered() {
    let (authority, signer, party, profile) = signed_in();
    let token = signer.sign(&header(), &claims(&authority.base));
    for _ in 0..5 {
        let verified = verify(&party, &profile, &token).await.unwrap();
        assert_eq!(verified.caller().scopes, ["Orders.Read"]);
        assert_eq!(verified.caller().client.as_deref(), Some("phone"));
    }
    let marked = json!({"alg": "RS256", "typ": "at+jwt", "kid": "k1"});
    let token = signer.sign(&marked, &claims(&authority.base));
    assert!(verify(&party, &profile, &token).await.is_ok());
    assert_eq!(authority.seen("/keys").len(), 1);
}

#[tokio::test]
async fn a_token_without_a_signature_or_with_the_public_key_as_a_secret_is_refused() {
    let (authority, signer, party, profile) = signed_in();
    let good = claims(&authority.base);
    let body = encode(good.to_string());
    for alg in ["none", "None", "HS256"] {
        let head = encode(json!({"alg": alg, "typ": "JWT", "kid": "k1"}).to_string());
        for signature in ["", "AAAA"] {
            let token = format!("{head}.{body}.{signature}");
            let refused = invalid(&party, &profile, &token).await;
            assert_eq!(refused, Invalid::Form(JwtRefusal::Algorithm), "{alg}");
        }
    }
    let public = signer.jwk("k1").to_string();
    let forged = sign_hs256(public.as_bytes(), &good);
    let refused = invalid(&party, &profile, &forged).await;
    assert_eq!(refused, Invalid::Form(JwtRefusal::Algorithm));
}

// proves: B97, B146
#[tokio::test]
async fn a_token_for_another_api_or_of_another_issuer_causes_no_fetch_of_keys() {
    let (authority, signer, party, profile) = signed_in();
    let base = &authority.base;
    let audience = Invalid::AccessToken(AccessTokenFault::Audience);
    for aud in [
        json!("api://other"),
        json!("client"),
        json!([]),
        json!(null),
        json!("api://orders/"),
    ] {
        let token = signer.sign(&header(), &with(base, "aud", aud.clone()));
        assert_eq!(invalid(&party, &profile, &token).await, audience, "{aud}");
    }
    let stranger = signer.sign(&header(), &claims("https://evil.example"));
    let refused = invalid(&party, &profile, &stranger).await;
    assert!(
        matches!(refused, Invalid::Claim(IdTokenFault::Issuer(_))),
        "{refused:?}"
    );
    let unknown = json!({"alg": "RS256", "kid": "nobodys"});
    let stranger = signer.sign(&unknown, &claims("https://evil.example"));
    let refused = invalid(&party, &profile, &stranger).await;
    assert!(
        matches!(refused, Invalid::Claim(IdTokenFault::Issuer(_))),
        "{refused:?}"
    );
    assert_eq!(authority.seen("/keys").len(), 1);
}

#[tokio::test]
async fn a_tampered_token_is_refused_although_the_good_one_is_remembered() {
    let (authority, signer, party, profile) = signed_in();
    let good = signer.sign(&header(), &claims(&authority.base));
    verify(&party, &profile, &good).await.unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let richer = with(&authority.base, "scope", json!("Orders.Read Orders.Write"));
    let forged = format!("{head}.{}.{signature}", encode(richer.to_string()));
    let refused = invalid(&party, &profile, &forged).await;
    assert_eq!(refused, Invalid::Signature(SignatureRefusal::Wrong));
}

#[tokio::test]
async fn a_remembered_token_ends_with_its_time_and_audience() {
    let (authority, signer, party, profile) = signed_in();
    let token = signer.sign(&header(), &with(&authority.base, "exp", json!(NOW + 60)));
    verify(&party, &profile, &token).await.unwrap();
    let mut other = rule();
    other.audiences = vec!["api://other".to_owned()];
    let checked = party
        .authorities
        .verify_access_token(&profile, &token, &other);
    let refused = checked.await.unwrap_err();
    assert!(matches!(
        refused,
        OidcError::Invalid(Invalid::AccessToken(AccessTokenFault::Audience))
    ));
    party.clock.turn(TimeDelta::seconds(60 + 121));
    let expired = Invalid::AccessToken(AccessTokenFault::Claim(IdTokenFault::Expired));
    assert_eq!(invalid(&party, &profile, &token).await, expired);
}

// proves: D2
#[tokio::test]
async fn a_remembered_token_of_a_withdrawn_key_stops_counting_within_the_hour() {
    let (authority, signer, party, profile) = signed_in();
    let token = signer.sign(
        &header(),
        &with(&authority.base, "exp", json!(NOW + 90_000)),
    );
    verify(&party, &profile, &token).await.unwrap();
    authority.publish_keys(&[Signer::rsa().jwk("k2")]);
    party.clock.turn(TimeDelta::minutes(61));
    let refused = invalid(&party, &profile, &token).await;
    assert_eq!(refused, Invalid::Signature(SignatureRefusal::NoKey));
}

#[tokio::test]
async fn a_new_key_of_the_authority_counts_at_once() {
    let (authority, signer, party, profile) = signed_in();
    let old = signer.sign(&header(), &claims(&authority.base));
    verify(&party, &profile, &old).await.unwrap();
    let next = Signer::rsa();
    authority.publish_keys(&[signer.jwk("k1"), next.jwk("k2")]);
    let token = next.sign(
        &json!({"alg": "RS256", "kid": "k2"}),
        &claims(&authority.base),
    );
    verify(&party, &profile, &token).await.unwrap();
    assert_eq!(authority.seen("/keys").len(), 2);
}

#[tokio::test]
async fn a_flood_of_forged_tokens_fetches_the_keys_once() {
    let (authority, signer, party, profile) = signed_in();
    let good = signer.sign(&header(), &claims(&authority.base));
    verify(&party, &profile, &good).await.unwrap();
    let forger = Signer::rsa();
    let no_key = Invalid::Signature(SignatureRefusal::NoKey);
    let named = |kid: &str| {
        forger.sign(
            &json!({"alg": "RS256", "kid": kid}),
            &claims(&authority.base),
        )
    };
    for _ in 0..20 {
        assert_eq!(invalid(&party, &profile, &named("forged")).await, no_key);
    }
    // Nobody looked for this one yet: it may be a key of this minute.
    let unknown = verify(&party, &profile, &named("another")).await;
    assert!(
        matches!(
            &unknown,
            Err(OidcError::Unavailable {
                why: Outage::KeysJustFetched,
                ..
            })
        ),
        "{unknown:?}"
    );
    assert_eq!(authority.seen("/keys").len(), 2);
    verify(&party, &profile, &good).await.unwrap();
}

#[tokio::test]
async fn a_token_is_unknown_while_the_keys_cannot_be_read_and_a_hopeless_one_is_refused() {
    let (authority, signer, party, profile) = signed_in();
    authority.answers("/keys", Reply::status(500));
    let good = signer.sign(&header(), &claims(&authority.base));
    assert!(is_unknown(&verify(&party, &profile, &good).await));
    let none = format!(
        "{}.{}.AAAA",
        encode(r#"{"alg":"none"}"#),
        encode(claims(&authority.base).to_string())
    );
    assert_eq!(
        invalid(&party, &profile, &none).await,
        Invalid::Form(JwtRefusal::Algorithm)
    );
    let nowhere = oidc(&Authority::start());
    assert!(
        is_unknown(&verify(&party, &nowhere, &good).await)
            || verify(&party, &nowhere, &good).await.is_err()
    );
    authority.publish_keys(&[signer.jwk("k1")]);
    party.clock.turn(TimeDelta::seconds(10));
    verify(&party, &profile, &good).await.unwrap();
}

// proves: B97
#[tokio::test]
async fn an_id_token_is_no_access_token_and_an_access_token_of_graph_is_nobodys() {
    let (authority, signer, party, profile) = signed_in();
    let mut id_token = id_claims(&authority.base);
    id_token["aud"] = json!("api://orders");
    for more in [
        json!({}),
        json!({"scope": "Orders.Read"}),
        json!({"roles": ["Orders.Read"], "nonce": null}),
    ] {
        let mut claims = id_token.clone();
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let token = signer.sign(&header(), &claims);
        let refused = invalid(&party, &profile, &token).await;
        let expected = Invalid::AccessToken(AccessTokenFault::NotAnAccessToken);
        assert_eq!(refused, expected, "{more}");
    }
    let of_graph = json!({"alg": "RS256", "typ": "JWT", "kid": "k1", "nonce": "hashed"});
    let token = signer.sign(&of_graph, &claims(&authority.base));
    assert_eq!(
        invalid(&party, &profile, &token).await,
        Invalid::Form(JwtRefusal::Type)
    );
    for typ in ["logout+jwt", "dpop+jwt", "id+jwt"] {
        let head = json!({"alg": "RS256", "typ": typ, "kid": "k1"});
        let token = signer.sign(&head, &claims(&authority.base));
        assert_eq!(
            invalid(&party, &profile, &token).await,
            Invalid::Form(JwtRefusal::Type)
        );
    }
}

#[tokio::test]
async fn a_token_of_one_profile_is_nothing_at_another() {
    let (authority, signer, party, profile) = signed_in();
    let (others_authority, others_signer) = (Authority::start(), Signer::rsa());
    others_authority.publish(&others_signer);
    let token = signer.sign(&header(), &claims(&authority.base));
    verify(&party, &profile, &token).await.unwrap();
    let mut other = oidc(&others_authority);
    other.id = gatehouse::domain::profile::ProfileId::parse("other").unwrap();
    let refused = invalid(&party, &other, &token).await;
    assert!(
        matches!(refused, Invalid::Claim(IdTokenFault::Issuer(_))),
        "{refused:?}"
    );
    // Signed by the authority of the one, said to be the other's.
    let forged = signer.sign(&header(), &claims(&others_authority.base));
    let refused = invalid(&party, &other, &forged).await;
    assert_eq!(refused, Invalid::Signature(SignatureRefusal::Wrong));
}

#[tokio::test]
async fn a_huge_token_and_a_claim_in_two_spellings_are_refused() {
    let (authority, signer, party, profile) = signed_in();
    let huge = signer.sign(
        &header(),
        &with(&authority.base, "more", json!("x".repeat(70_000))),
    );
    assert_eq!(
        invalid(&party, &profile, &huge).await,
        Invalid::Form(JwtRefusal::TooLarge)
    );
    for name in ["SCOPE", "Roles", "idTyp"] {
        let token = signer.sign(&header(), &with(&authority.base, name, json!("x")));
        assert_eq!(
            invalid(&party, &profile, &token).await,
            Invalid::Form(JwtRefusal::Json)
        );
    }
}
