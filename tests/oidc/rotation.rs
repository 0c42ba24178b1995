//! A refresh whose answer cannot be checked or used: the refresh token in it is kept all the same, and nothing else.

use gatehouse::oidc::{Invalid, Outage, RefreshError, ResponseFault};
use serde_json::json;

use crate::authority::Reply;
use crate::refresh::Session;
use crate::setup::claims;
use crate::signer::Signer;

/// A refresh whose answer has a new refresh token and an ID token signed by `signer` as `kid`.
fn rotates(session: &Session, signer: &Signer, kid: &str) {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": kid});
    let mut body = json!({"access_token": "at-2", "refresh_token": "rt-2", "token_type": "Bearer", "expires_in": 3600});
    body["id_token"] = json!(signer.sign(&header, &claims(&session.authority.base)));
    session.authority.answers("/token", Reply::json(&body));
}

#[tokio::test]
async fn a_rotated_refresh_token_outlives_keys_that_cannot_be_had_after_the_exchange() {
    let session = Session::begin().await;
    rotates(&session, &Signer::rsa(), "k2");
    session.authority.answers("/keys", Reply::status(503));
    let refreshed = session.refresh().await.unwrap();
    assert!(matches!(
        refreshed.unchecked,
        Some(RefreshError::Unavailable { .. })
    ));
    assert_eq!(refreshed.tokens.refresh.unwrap().expose(), "rt-2");
    assert_eq!(
        refreshed.tokens.access[0].token.expose(),
        "at-1",
        "nothing unchecked is used"
    );
    assert_eq!(
        refreshed.tokens.id_token.expose(),
        session.tokens.id_token.expose()
    );
    assert!(refreshed.identity.is_none() && refreshed.graph_token.is_none());
}

#[tokio::test]
async fn without_any_keys_the_refresh_token_is_not_sent() {
    let session = Session::begin().await;
    let before = session.authority.seen("/token").len();
    session.authority.answers("/keys", Reply::status(503));
    session.party.clock.turn(chrono::TimeDelta::hours(25));
    let refused = session.refresh().await.unwrap_err();
    assert!(
        matches!(refused, RefreshError::Unavailable { .. }),
        "{refused:?}"
    );
    assert_eq!(session.authority.seen("/token").len(), before);
}

#[tokio::test]
async fn a_malformed_answer_is_an_outage_and_no_end_of_the_session() {
    let session = Session::begin().await;
    for reply in [
        Reply::text(
            200,
            "text/html",
            "<html>Sign in to the guest network</html>",
        ),
        Reply::text(200, "application/json", "{\"access_token\": \"at"),
        Reply::json(&json!({"access_token": "at-2"})),
        Reply::json(&json!({"token_type": "Bearer"})),
    ] {
        let refused = session.after(reply).await;
        assert!(
            matches!(
                refused,
                RefreshError::Unavailable {
                    why: Outage::Malformed(_),
                    ..
                }
            ),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_userinfo_answer_that_is_none_is_an_outage_too() {
    let session = Session::begin().await;
    rotates(&session, &session.signer, "k1");
    session
        .authority
        .answers("/userinfo", Reply::text(200, "text/html", "<html>"));
    let refreshed = session.refresh().await.unwrap();
    assert!(refreshed.unchecked.is_some());
    assert_eq!(refreshed.tokens.refresh.unwrap().expose(), "rt-2");
}

#[tokio::test]
async fn an_unknown_key_ends_the_session_only_after_a_look_at_the_keys() {
    let session = Session::begin().await;
    rotates(&session, &Signer::rsa(), "k2");
    for _ in 0..5 {
        let refused = session.refresh().await.unwrap_err();
        assert!(
            matches!(refused, RefreshError::Invalid(Invalid::Signature(_))),
            "{refused:?}"
        );
    }
    let refreshed = session.refresh().await.unwrap();
    assert!(
        matches!(
            refreshed.unchecked,
            Some(RefreshError::Unavailable {
                why: Outage::KeysJustFetched,
                ..
            })
        ),
        "no more looks within the minute"
    );
    assert_eq!(refreshed.tokens.refresh.unwrap().expose(), "rt-2");
}

#[tokio::test]
async fn a_rotated_refresh_token_outlives_the_damage_of_its_answer() {
    let session = Session::begin().await;
    for (body, expected) in [
        (
            json!({"access_token": "at-2", "refresh_token": "rt-2"}),
            ResponseFault::TokenType,
        ),
        (
            json!({"access_token": "at-2", "refresh_token": "rt-2", "token_type": "mac"}),
            ResponseFault::TokenType,
        ),
        (
            json!({"refresh_token": "rt-2", "token_type": "Bearer"}),
            ResponseFault::AccessToken,
        ),
        (
            json!({"access_token": "a\r\nb", "refresh_token": " rt-2 ", "token_type": "Bearer"}),
            ResponseFault::AccessToken,
        ),
    ] {
        session.authority.answers("/token", Reply::json(&body));
        let refreshed = session.refresh().await.unwrap();
        assert!(
            matches!(
                &refreshed.unchecked,
                Some(RefreshError::Unavailable { why: Outage::Malformed(fault), .. }) if *fault == expected
            ),
            "{body}: {:?}",
            refreshed.unchecked
        );
        assert_eq!(refreshed.tokens.refresh.unwrap().expose(), "rt-2", "{body}");
        assert_eq!(
            refreshed.tokens.access[0].token.expose(),
            "at-1",
            "{body}: an access token of another type is never used (RFC 6749 §7.1)"
        );
        assert!(refreshed.graph_token.is_none() && refreshed.identity.is_none());
    }
}

#[tokio::test]
async fn a_damaged_refresh_token_takes_nobodys_place() {
    let session = Session::begin().await;
    for broken in [json!(""), json!("a\r\nb"), json!(7), json!(null)] {
        let body = json!({"access_token": "at-2", "refresh_token": broken});
        let refused = session.after(Reply::json(&body)).await;
        assert!(
            matches!(
                refused,
                RefreshError::Unavailable {
                    why: Outage::Malformed(_),
                    ..
                }
            ),
            "{body}: {refused:?}"
        );
    }
}
