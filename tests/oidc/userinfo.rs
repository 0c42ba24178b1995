//! The userinfo step of plain providers.

use gatehouse::oidc::{Invalid, OidcError, UserinfoFault};
use serde_json::json;

use crate::authority::Reply;
use crate::setup::{redeem, signed_in};
use crate::signer::Signer;

async fn fault(reply: Reply) -> Option<UserinfoFault> {
    let (authority, _, party, profile) = signed_in();
    authority.answers("/userinfo", reply);
    match redeem(&party, &profile).await {
        Ok(_) => None,
        Err(OidcError::Invalid(Invalid::Userinfo(fault))) => Some(fault),
        Err(other) => panic!("{other:?}"),
    }
}

// proves: A18, A64
#[tokio::test]
async fn the_token_travels_in_the_header_and_nowhere_else() {
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    let calls = authority.seen("/userinfo");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].headers["authorization"], "Bearer at-1");
    assert_eq!((calls[0].query.as_str(), calls[0].body.as_str()), ("", ""));
}

// proves: A11, B55
#[tokio::test]
async fn userinfo_about_somebody_else_or_nobody_ends_the_sign_in() {
    for body in [
        json!({"sub": "eve", "name": "Ada"}),
        json!({"name": "Ada"}),
        json!({"sub": ["ada"]}),
    ] {
        assert_eq!(
            fault(Reply::json(&body)).await,
            Some(UserinfoFault::Subject),
            "{body}"
        );
    }
}

// proves: B56
#[tokio::test]
async fn userinfo_that_is_no_object_ends_the_sign_in() {
    for reply in [
        Reply::json(&json!([])),
        Reply::text(200, "text/html", "<html>"),
        Reply::text(200, "application/json", "{"),
        Reply::text(200, "application/json", &" ".repeat(400_000)),
    ] {
        assert_eq!(fault(reply).await, Some(UserinfoFault::Shape));
    }
}

// proves: B57
#[tokio::test]
async fn userinfo_that_refuses_or_is_down_does_not_end_the_sign_in() {
    for status in [401, 403, 500, 503, 302] {
        assert_eq!(fault(Reply::status(status)).await, None, "{status}");
    }
}

// proves: A20, B56
#[tokio::test]
async fn signed_userinfo_is_verified() {
    let (authority, signer, party, profile) = signed_in();
    let header = json!({"alg": "RS256", "kid": "k1"});
    let give = |signer: &Signer, claims: &serde_json::Value| {
        let text = signer.sign(&header, claims);
        authority.answers("/userinfo", Reply::text(200, "application/jwt", &text));
    };
    let good = json!({"iss": authority.base, "aud": "client", "sub": "ada", "name": "Signed Ada"});
    give(&signer, &good);
    assert_eq!(
        redeem(&party, &profile).await.unwrap().identity.name(),
        "Signed Ada"
    );
    give(&Signer::rsa(), &good);
    assert!(redeem(&party, &profile).await.is_err(), "another key");
    for (name, value) in [
        ("iss", "https://x.example"),
        ("aud", "stranger"),
        ("sub", "eve"),
    ] {
        let mut claims = good.clone();
        claims[name] = json!(value);
        give(&signer, &claims);
        let refused = redeem(&party, &profile).await.unwrap_err();
        assert!(
            matches!(refused, OidcError::Invalid(Invalid::Userinfo(_))),
            "{name}"
        );
    }
}

// proves: A21, A22
#[tokio::test]
async fn claims_kept_elsewhere_are_neither_merged_nor_fetched() {
    let (authority, _, party, profile) = signed_in();
    let body = json!({
        "sub": "ada", "_claim_names": {"email": "src1"},
        "_claim_sources": {"src1": {"endpoint": format!("{}/stranger", authority.base), "access_token": "x"}}
    });
    authority.answers("/userinfo", Reply::json(&body));
    let identity = redeem(&party, &profile).await.unwrap().identity;
    assert!(!identity.claims_text().contains("_claim"));
    assert!(authority.seen("/stranger").is_empty());
}
