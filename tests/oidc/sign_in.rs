//! Redeeming a code: what goes well, and what a hostile or broken authority may not achieve.

use gatehouse::domain::authority::{Kind, UserFlowKind};
use gatehouse::domain::profile::{AuthorityFingerprint, SigningAlgorithm};
use gatehouse::domain::secret::{AuthorizationCode, CodeVerifier, Nonce, State};
use gatehouse::oidc::{
    AuthorizationRequest, IdTokenFault, Invalid, JwtRefusal, OidcError, ResponseFault,
    SignatureRefusal,
};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::setup::{
    NOW, TENANT, api, attempt, claims, entra, gives, header, oidc, profile, redeem, relying_party,
    signed_in, tokens,
};
use crate::signer::{Signer, at_hash, encode, sign_hs256};

fn invalid(error: OidcError) -> Invalid {
    match error {
        OidcError::Invalid(invalid) => invalid,
        other => panic!("{other:?}"),
    }
}

// proves: A1, A62, B82
#[tokio::test]
async fn a_good_sign_in_brings_person_and_tokens_and_sends_the_verifier_once() {
    let (authority, _, party, profile) = signed_in();
    let redeemed = redeem(&party, &profile).await.unwrap();
    assert_eq!(
        redeemed.identity.person().as_str(),
        format!("{}#ada", authority.base)
    );
    assert_eq!(redeemed.identity.name(), "Ada Lovelace");
    assert_eq!(redeemed.tokens.refresh.unwrap().expose(), "rt-1");
    assert_eq!(redeemed.tokens.access[0].token.expose(), "at-1");
    assert_eq!(redeemed.tokens.access[0].api, None);
    let calls = authority.seen("/token");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].query, "");
    assert_eq!(calls[0].field("grant_type").unwrap(), "authorization_code");
    assert_eq!(calls[0].field("code").unwrap(), "the-code");
    assert_eq!(
        calls[0].field("redirect_uri").unwrap(),
        "https://app.example/auth/redirect"
    );
    assert_eq!(calls[0].field("code_verifier").unwrap(), "v".repeat(43));
    assert!(calls[0].headers["authorization"].starts_with("Basic "));
    assert_eq!(calls[0].field("client_secret"), None);
}

// proves: A8, A77
#[tokio::test]
async fn ps256_and_es256_count_where_they_are_announced() {
    let (authority, rsa, party, profile) = signed_in();
    let ec = Signer::p256();
    authority.publish_keys(&[rsa.jwk("k1"), ec.jwk("k2")]);
    let mut claims = claims(&authority.base);
    claims["aud"] = json!(["client"]);
    gives(
        &authority,
        &rsa.sign(&json!({"alg": "PS256", "kid": "k1"}), &claims),
    );
    redeem(&party, &profile).await.unwrap();
    gives(
        &authority,
        &ec.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims),
    );
    redeem(&party, &profile).await.unwrap();
}

// proves: A9, B86
#[tokio::test]
async fn an_unsigned_id_token_is_refused() {
    let (authority, _, party, profile) = signed_in();
    for alg in ["none", "None", "nOnE"] {
        let claims = claims(&authority.base).to_string();
        let header = json!({"alg": alg}).to_string();
        gives(
            &authority,
            &format!("{}.{}.", encode(header), encode(claims)),
        );
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert_eq!(refused, Invalid::Form(JwtRefusal::Algorithm), "{alg}");
    }
    assert!(authority.seen("/userinfo").is_empty());
}

// proves: A10, A17, B42, B89, B153
#[tokio::test]
async fn a_wrong_signature_is_refused_and_no_token_is_used() {
    let (authority, rsa, party, profile) = signed_in();
    let ec = Signer::p256();
    authority.publish_keys(&[rsa.jwk("k1"), ec.jwk("k2")]);
    let good = rsa.sign(&header(), &claims(&authority.base));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let altered = rsa.sign(&header(), &json!({"iss": "x"}));
    let other_claims = altered.split('.').nth(1).unwrap();
    let es256 = json!({"alg": "ES256", "kid": "k2"});
    let ec_good = ec.sign(&es256, &claims(&authority.base));
    let (ec_signed, _) = ec_good.rsplit_once('.').unwrap();
    for forged in [
        format!("{signed}.{}", encode([0; 256])),
        format!("{signed}.{}", encode([1; 255])),
        format!(
            "{}.{other_claims}.{signature}",
            good.split('.').next().unwrap()
        ),
        Signer::rsa().sign(&header(), &claims(&authority.base)),
        format!("{ec_signed}.{}", encode([0; 64])),
        format!("{ec_signed}.{}", encode([0xff; 72])),
    ] {
        gives(&authority, &forged);
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert_eq!(
            refused,
            Invalid::Signature(SignatureRefusal::Wrong),
            "{forged}"
        );
    }
    gives(&authority, &format!("{signed}."));
    let refused = invalid(redeem(&party, &profile).await.unwrap_err());
    assert_eq!(refused, Invalid::Form(JwtRefusal::Parts));
    assert!(authority.seen("/userinfo").is_empty(), "b13");
}

// proves: A16, B44
#[tokio::test]
async fn an_hmac_with_our_secret_or_with_the_public_key_is_refused() {
    let (authority, signer, party, profile) = signed_in();
    let modulus = signer.jwk("k1")["n"].as_str().unwrap().to_owned();
    let claims = claims(&authority.base);
    for secret in ["the-client-secret", modulus.as_str()] {
        gives(&authority, &sign_hs256(secret.as_bytes(), &claims));
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert_eq!(refused, Invalid::Form(JwtRefusal::Algorithm));
    }
}

// proves: A78, B43, B153
#[tokio::test]
async fn an_algorithm_that_the_profile_does_not_list_is_refused() {
    let (authority, signer, party, mut profile) = signed_in();
    profile.signing_algorithms = vec![SigningAlgorithm::Rs256];
    let header = json!({"alg": "PS256", "kid": "k1"});
    gives(&authority, &signer.sign(&header, &claims(&authority.base)));
    let refused = invalid(redeem(&party, &profile).await.unwrap_err());
    assert_eq!(refused, Invalid::Form(JwtRefusal::Algorithm));
}

// proves: A2, A3, A4, A5, A12, A15, A75
#[tokio::test]
async fn claims_that_are_wrong_end_the_sign_in_before_userinfo() {
    let (authority, signer, party, profile) = signed_in();
    for (name, value) in [
        ("iss", json!(format!("{}1", authority.base))),
        ("sub", Value::Null),
        ("aud", json!("client1")),
        ("aud", Value::Null),
        ("iat", Value::Null),
        ("nonce", json!("other")),
        ("nonce", Value::Null),
        ("azp", json!("stranger")),
        ("exp", json!(NOW - 300)),
        ("nbf", json!(NOW + 180)),
        ("at_hash", json!(at_hash("another token"))),
    ] {
        let mut claims = claims(&authority.base);
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        gives(&authority, &signer.sign(&header(), &claims));
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert!(matches!(refused, Invalid::Claim(_)), "{name}: {refused:?}");
    }
    assert!(authority.seen("/userinfo").is_empty(), "b13");
}

// proves: B52
#[tokio::test]
async fn an_at_hash_that_fits_is_accepted() {
    let (authority, signer, party, profile) = signed_in();
    let mut claims = claims(&authority.base);
    claims["at_hash"] = json!(at_hash("at-1"));
    gives(&authority, &signer.sign(&header(), &claims));
    redeem(&party, &profile).await.unwrap();
}

// proves: B34, B35, B36
#[tokio::test]
async fn an_answer_without_its_parts_is_refused() {
    let (authority, signer, party, profile) = signed_in();
    let good = tokens(&signer.sign(&header(), &claims(&authority.base)));
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        Reply::json(&body)
    };
    for (reply, fault) in [
        (without("id_token"), ResponseFault::IdToken),
        (without("access_token"), ResponseFault::AccessToken),
        (without("token_type"), ResponseFault::TokenType),
        (
            Reply::text(200, "application/json", "[]"),
            ResponseFault::Shape,
        ),
    ] {
        authority.answers("/token", reply);
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert_eq!(refused, Invalid::Response(fault));
    }
    // What is no JSON, or never ends, was not said by the authority's own voice: it passes.
    for reply in [
        Reply::text(200, "text/html", "<html>"),
        Reply::text(200, "application/json", "{\"access"),
        Reply::text(200, "application/json", &" ".repeat(5_000_000)),
    ] {
        authority.answers("/token", reply);
        assert!(matches!(
            redeem(&party, &profile).await,
            Err(OidcError::Unavailable { .. })
        ));
    }
}

// proves: B5
#[tokio::test]
async fn an_attempt_that_began_at_another_authority_goes_to_no_token_endpoint() {
    let (authority, _, party, profile) = signed_in();
    let mut attempt = attempt(&profile);
    attempt.fingerprint = AuthorityFingerprint([2; 32]);
    let code = AuthorizationCode::new("c");
    let refused = party.authorities.redeem(&profile, &code, &attempt).await;
    assert_eq!(invalid(refused.unwrap_err()), Invalid::Moved);
    assert!(authority.seen("/token").is_empty());
}

// proves: B93, B198
#[tokio::test]
async fn a_token_signed_by_the_key_of_another_profiles_authority_is_refused() {
    let (authority, _, party, profile) = signed_in();
    let (other, other_signer) = (Authority::start(), Signer::rsa());
    other.publish(&other_signer);
    gives(&other, &other_signer.sign(&header(), &claims(&other.base)));
    let mut second = oidc(&other);
    second.id = gatehouse::domain::profile::ProfileId::parse("other").unwrap();
    redeem(&party, &second).await.unwrap();
    gives(
        &authority,
        &other_signer.sign(&header(), &claims(&authority.base)),
    );
    let refused = invalid(redeem(&party, &profile).await.unwrap_err());
    assert_eq!(refused, Invalid::Signature(SignatureRefusal::Wrong));
}

// proves: B54, B149, B206
#[tokio::test]
async fn at_entra_the_person_is_tid_and_oid_and_the_token_belongs_to_one_api() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let mut profile = entra(&authority, &signer, TENANT);
    profile.apis = vec![
        api("graph", "User.Read"),
        api("orders", "api://orders/Read"),
    ];
    let mut claims = claims(&format!("{}/{TENANT}/v2.0", authority.base));
    claims["tid"] = json!(TENANT);
    claims["oid"] = json!("o-1");
    claims["sid"] = json!("s-1");
    gives(&authority, &signer.sign(&header(), &claims));
    let redeemed = redeem(&party, &profile).await.unwrap();
    assert_eq!(redeemed.identity.person().as_str(), format!("{TENANT}/o-1"));
    assert_eq!(redeemed.sid.as_deref(), Some("s-1"));
    assert_eq!(
        redeemed.tokens.access[0].api,
        Some(profile.apis[0].name.clone())
    );
    assert!(redeemed.graph_token.is_some());
    let call = &authority.seen("/token")[0];
    assert_eq!(
        call.field("scope").unwrap(),
        "User.Read offline_access openid profile"
    );
    assert_eq!(call.field("client_secret").unwrap(), "the-client-secret");
    assert!(call.field("claims").unwrap().contains("cp1"));
    assert!(authority.seen("/userinfo").is_empty());
}

// proves: B194
#[tokio::test]
async fn a_tid_that_is_not_the_issuers_is_refused() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let profile = entra(&authority, &signer, TENANT);
    let mut claims = claims(&format!("{}/{TENANT}/v2.0", authority.base));
    for tid in [
        json!("11111111-2222-4333-8444-555555555555"),
        json!(7),
        Value::Null,
    ] {
        claims["tid"] = tid;
        gives(&authority, &signer.sign(&header(), &claims));
        let refused = invalid(redeem(&party, &profile).await.unwrap_err());
        assert!(
            matches!(refused, Invalid::Claim(IdTokenFault::Issuer(_))),
            "{refused:?}"
        );
    }
}

// proves: B202, B203, T6
#[tokio::test]
async fn b2c_signs_in_without_access_token_and_checks_the_policy() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let base = authority.base.clone();
    for flow in ["B2C_1_susi", "B2C_1_edit"] {
        let mut metadata = authority.metadata();
        metadata["issuer"] = json!(format!("{base}/{TENANT}/v2.0/"));
        metadata["token_endpoint"] = json!(format!("{base}/token?p={flow}"));
        let path = format!("/t.onmicrosoft.com/{flow}/v2.0/.well-known/openid-configuration");
        authority.answers(&path, Reply::json(&metadata));
    }
    authority.publish_keys(&[signer.jwk("k1")]);
    let profile = profile(Kind::B2c, &format!("{base}/t.onmicrosoft.com"));
    let answer = |policy: &str| {
        let mut claims = claims(&format!("{base}/{TENANT}/v2.0/"));
        claims["tfp"] = json!(policy);
        let id_token = format!("{}  ", signer.sign(&header(), &claims));
        let body = json!({"id_token": id_token, "token_type": "Bearer", "scope": "", "refresh_token": "rt"});
        authority.answers("/token", Reply::json(&body));
    };
    answer("b2c_1_SUSI");
    let redeemed = redeem(&party, &profile).await.unwrap();
    assert!(redeemed.tokens.access.is_empty());
    answer("B2C_1_edit");
    let refused = invalid(redeem(&party, &profile).await.unwrap_err());
    assert_eq!(refused, Invalid::Claim(IdTokenFault::OtherUserFlow("tfp")));
    let mut edit = attempt(&profile);
    edit.user_flow = UserFlowKind::EditProfile;
    let code = AuthorizationCode::new("c");
    party
        .authorities
        .redeem(&profile, &code, &edit)
        .await
        .unwrap();
    let policies: Vec<_> = authority
        .seen("/token")
        .iter()
        .map(|call| call.query.clone())
        .collect();
    assert_eq!(policies, ["p=B2C_1_susi", "p=B2C_1_susi", "p=B2C_1_edit"]);
}

// proves: A26, A27, A67
#[tokio::test]
async fn only_announced_addresses_are_called() {
    let (authority, signer, party, profile) = signed_in();
    let (state, nonce) = (State::new("s"), Nonce::new("n"));
    let verifier = CodeVerifier::new("v".repeat(43));
    let request = AuthorizationRequest::new(&state, &nonce, &verifier);
    let address = party
        .authorities
        .authorization_address(&profile, UserFlowKind::SignIn, &request)
        .await
        .unwrap();
    assert!(
        address
            .as_str()
            .starts_with(&format!("{}/authorize?", authority.base))
    );
    redeem(&party, &profile).await.unwrap();
    let known = [
        "/.well-known/openid-configuration",
        "/keys",
        "/token",
        "/userinfo",
    ];
    let all: usize = known.iter().map(|path| authority.seen(path).len()).sum();
    assert_eq!(all, 4, "one call each, and none elsewhere");
    drop(signer);
}
