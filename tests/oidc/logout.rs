//! Logout tokens as strangers and authorities post them, and the way out.

use gatehouse::domain::profile::SigningAlgorithm;
use gatehouse::domain::secret::RefreshToken;
use gatehouse::oidc::{EndSession, Invalid, JwtRefusal, LogoutToken, OidcError, SignatureRefusal};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::setup::{NOW, RelyingParty, claims, header, signed_in};
use crate::signer::{Signer, encode};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn logout_claims(authority: &Authority) -> Value {
    json!({"iss": authority.base, "sub": "ada", "aud": "client", "iat": NOW, "exp": NOW + 120,
           "jti": "j-1", "sid": "s-1", "events": {EVENT: {}}})
}

async fn verify(
    party: &RelyingParty,
    profile: &gatehouse::domain::profile::Profile,
    text: &str,
) -> Result<LogoutToken, OidcError> {
    party.authorities.verify_logout_token(profile, text).await
}

// proves: A42, B116
#[tokio::test]
async fn a_right_logout_token_is_accepted_with_and_without_its_type() {
    let (authority, signer, party, profile) = signed_in();
    for typ in [json!("logout+jwt"), json!("JWT"), Value::Null] {
        let mut header = header();
        header["typ"] = typ;
        let text = signer.sign(&header, &logout_claims(&authority));
        let token = verify(&party, &profile, &text).await.unwrap();
        assert_eq!(
            (token.jti.as_str(), token.sid.as_deref()),
            ("j-1", Some("s-1"))
        );
        assert_eq!(token.iss, authority.base);
    }
}

// proves: A43, A46, B116
#[tokio::test]
async fn unsigned_wrongly_signed_and_foreign_logout_tokens_are_refused() {
    let (authority, signer, party, mut profile) = signed_in();
    profile.signing_algorithms = vec![SigningAlgorithm::Rs256];
    let ec = Signer::p256();
    authority.publish_keys(&[signer.jwk("k1"), ec.jwk("k2")]);
    let claims = logout_claims(&authority);
    let none = format!(
        "{}.{}.",
        encode(r#"{"alg":"none"}"#),
        encode(claims.to_string())
    );
    let es256 = ec.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims);
    for text in [none, es256] {
        let refused = verify(&party, &profile, &text).await.unwrap_err();
        assert!(
            matches!(
                refused,
                OidcError::Invalid(Invalid::Form(JwtRefusal::Algorithm))
            ),
            "{refused:?}"
        );
    }
    let foreign = Signer::rsa().sign(&header(), &claims);
    let refused = verify(&party, &profile, &foreign).await.unwrap_err();
    assert!(matches!(
        refused,
        OidcError::Invalid(Invalid::Signature(SignatureRefusal::Wrong))
    ));
}

// proves: B97, B154
#[tokio::test]
async fn an_id_token_is_no_logout_token_and_the_reverse() {
    let (authority, signer, party, profile) = signed_in();
    let id_token = signer.sign(&header(), &claims(&authority.base));
    assert!(verify(&party, &profile, &id_token).await.is_err());
    let mut logout = logout_claims(&authority);
    logout["nonce"] = json!("n-1");
    let mut typed = header();
    typed["typ"] = json!("logout+jwt");
    crate::setup::gives(&authority, &signer.sign(&typed, &logout));
    assert!(crate::setup::redeem(&party, &profile).await.is_err());
}

// proves: B123
#[tokio::test]
async fn what_is_no_token_costs_no_call_for_keys() {
    let (authority, _, party, profile) = signed_in();
    for text in ["", "x", "a.b.c", &"x".repeat(100_000)] {
        assert!(verify(&party, &profile, text).await.is_err());
    }
    assert!(authority.seen("/keys").is_empty());
}

// proves: A37, B98
#[tokio::test]
async fn the_way_out_is_the_announced_one() {
    let (authority, _, party, profile) = signed_in();
    let redeemed = crate::setup::redeem(&party, &profile).await.unwrap();
    let request = EndSession {
        id_token: Some(&redeemed.tokens.id_token),
        state: Some("s"),
        ..EndSession::default()
    };
    let url = party
        .authorities
        .end_session_address(&profile, &request)
        .await
        .unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/logout?", authority.base))
    );
    assert!(url.query_pairs().any(|(name, _)| name == "id_token_hint"));
}

// proves: B22
#[tokio::test]
async fn a_refresh_token_is_given_back_where_that_is_possible() {
    let (authority, signer, party, profile) = signed_in();
    let token = RefreshToken::new("rt-1");
    crate::setup::redeem(&party, &profile).await.unwrap();
    party.authorities.revoke(&profile, &token).await;
    assert!(authority.seen("/revoke").is_empty(), "none is announced");
    let mut metadata = authority.metadata();
    metadata["revocation_endpoint"] = json!(format!("{}/revoke", authority.base));
    authority.answers("/.well-known/openid-configuration", Reply::json(&metadata));
    authority.answers("/revoke", Reply::status(200));
    party.authorities.keep_only(&[]);
    crate::setup::redeem(&party, &profile).await.unwrap();
    party.authorities.revoke(&profile, &token).await;
    let call = authority.seen("/revoke").pop().unwrap();
    assert_eq!(call.field("token").unwrap(), "rt-1");
    assert_eq!(call.field("token_type_hint").unwrap(), "refresh_token");
    assert!(call.headers["authorization"].starts_with("Basic "));
    drop(signer);
}
