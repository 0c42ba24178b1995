//! Refusals and outages of the token endpoint at sign-in.

use std::time::Duration;

use gatehouse::http::CallError;
use gatehouse::oidc::{AuthorityErrorCode, Misconfiguration, OidcError, Outage};
use serde_json::json;

use crate::authority::Reply;
use crate::setup::{redeem, relying_party_with, signed_in};

// proves: B37, B84
#[tokio::test]
async fn a_refused_code_is_the_persons_business_with_codes_and_correlation_id() {
    let (authority, _, party, profile) = signed_in();
    let body = json!({
        "error": "invalid_grant", "error_codes": [70008], "correlation_id": "c-1",
        "error_description": "AADSTS70008: expired for ada@contoso.example"
    });
    authority.answers("/token", Reply::error(400, &body));
    let OidcError::Refused(detail) = redeem(&party, &profile).await.unwrap_err() else {
        panic!("a refusal");
    };
    assert_eq!(detail.codes, [AuthorityErrorCode::Entra(70_008)]);
    assert_eq!(detail.correlation_id.as_deref(), Some("c-1"));
    assert!(!format!("{detail:?} {detail}").contains("ada@"));
    assert_eq!(authority.seen("/token").len(), 1, "B81: no second attempt");
}

// proves: B37, D15
#[tokio::test]
async fn a_refused_client_is_the_operators_business() {
    let (authority, _, party, profile) = signed_in();
    for (status, body) in [
        (401, json!({"error": "invalid_client"})),
        (
            400,
            json!({"error": "invalid_client", "error_codes": [7_000_222]}),
        ),
        (400, json!({"error": "invalid_request"})),
        (
            400,
            json!({"error_description": "AADSTS900144: missing", "error_codes": [900_144]}),
        ),
    ] {
        authority.answers("/token", Reply::error(status, &body));
        let refused = redeem(&party, &profile).await.unwrap_err();
        assert!(
            matches!(
                refused,
                OidcError::Misconfigured(Misconfiguration::Client(_))
            ),
            "{body}: {refused:?}"
        );
    }
}

// proves: D9
#[tokio::test]
async fn an_error_of_the_server_is_an_outage_and_the_code_is_not_sent_again() {
    let (authority, _, party, profile) = signed_in();
    for status in [500, 502, 503, 302, 204] {
        authority.answers("/token", Reply::status(status).with("retry-after", "7"));
        let refused = redeem(&party, &profile).await.unwrap_err();
        assert!(
            matches!(&refused, OidcError::Unavailable { why: Outage::Status(seen), retry_after: Some(wait) }
                if *seen == status && *wait == Duration::from_secs(7)),
            "{refused:?}"
        );
    }
    assert_eq!(authority.seen("/token").len(), 5);
}

// proves: D10
#[tokio::test]
async fn a_token_endpoint_that_never_answers_is_given_up() {
    let (authority, signer, _, profile) = signed_in();
    let party = relying_party_with(&[], Duration::from_millis(300));
    party
        .authorities
        .probe(&profile, gatehouse::domain::authority::UserFlowKind::SignIn)
        .await
        .unwrap();
    authority.answers("/token", Reply::hang());
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert!(matches!(
        refused,
        OidcError::Unavailable {
            why: Outage::Call(CallError::TimedOut),
            ..
        }
    ));
    drop(signer);
}

// proves: D11
#[tokio::test]
async fn too_many_requests_carries_the_time_to_wait() {
    let (authority, _, party, profile) = signed_in();
    authority.answers("/token", Reply::status(429).with("retry-after", "120"));
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert!(matches!(
        refused,
        OidcError::Unavailable { retry_after: Some(wait), .. } if wait == Duration::from_mins(2)
    ));
}

#[tokio::test]
async fn no_secret_stands_in_an_error() {
    let (authority, _, party, profile) = signed_in();
    let hostile = json!({"error": "the-code \u{7}", "error_description": "the-client-secret",
                         "suberror": "x".repeat(500), "correlation_id": "a\r\nb"});
    authority.answers("/token", Reply::error(400, &hostile));
    let refused = redeem(&party, &profile).await.unwrap_err();
    let printed = format!("{refused} {refused:?}");
    for secret in ["the-client-secret", "the-code", "\r", "xxxx"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

// proves: D16
#[tokio::test]
async fn an_authority_that_keeps_failing_is_left_alone_and_found_again() {
    let (authority, signer, party, profile) = signed_in();
    let good = crate::setup::tokens(&signer.sign(
        &crate::setup::header(),
        &crate::setup::claims(&authority.base),
    ));
    authority.answers("/token", Reply::status(503));
    for _ in 0..50 {
        assert!(matches!(
            redeem(&party, &profile).await,
            Err(OidcError::Unavailable { .. })
        ));
    }
    assert_eq!(authority.seen("/token").len(), 5);
    authority.answers("/token", Reply::json(&good));
    party.clock.turn(chrono::TimeDelta::seconds(5));
    redeem(&party, &profile).await.unwrap();
    redeem(&party, &profile).await.unwrap();
}
