//! Refreshing tokens: what is kept, what is refused, and how failures are sorted. Answers that cannot be checked
//! are in `rotation.rs`.

use std::time::Duration;

use gatehouse::domain::identity::Identity;
use gatehouse::domain::profile::Profile;
use gatehouse::domain::token_set::TokenSet;
use gatehouse::oidc::{Invalid, Outage, RefreshError, Refreshed};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::setup::{
    NOW, RelyingParty, TENANT, api, claims, entra, gives, header, redeem, relying_party, signed_in,
};
use crate::signer::Signer;

pub struct Session {
    pub authority: Authority,
    pub signer: Signer,
    pub party: RelyingParty,
    pub profile: Profile,
    pub tokens: TokenSet,
    pub identity: Identity,
}

impl Session {
    pub async fn begin() -> Self {
        let (authority, signer, party, profile) = signed_in();
        let redeemed = redeem(&party, &profile).await.unwrap();
        Self {
            authority,
            signer,
            party,
            profile,
            tokens: redeemed.tokens,
            identity: redeemed.identity,
        }
    }

    pub async fn refresh(&self) -> Result<Refreshed, RefreshError> {
        let (tokens, identity) = (&self.tokens, &self.identity);
        self.party
            .authorities
            .refresh(&self.profile, tokens, identity, None, None)
            .await
    }

    /// The next answer has an ID token with one claim exchanged.
    pub fn gives_claim(&self, name: &str, value: Value) {
        let mut claims = claims(&self.authority.base);
        claims[name] = value;
        gives(&self.authority, &self.signer.sign(&header(), &claims));
    }

    pub async fn after(&self, reply: Reply) -> RefreshError {
        self.authority.answers("/token", reply);
        self.refresh().await.unwrap_err()
    }
}

// proves: A34, A81
#[tokio::test]
async fn each_refresh_uses_the_newest_refresh_token() {
    let mut session = Session::begin().await;
    for round in 2..4 {
        let body = json!({"access_token": format!("at-{round}"), "refresh_token": format!("rt-{round}"),
                          "token_type": "bearer", "expires_in": 60});
        session.authority.answers("/token", Reply::json(&body));
        session.tokens = session.refresh().await.unwrap().tokens;
        assert_eq!(session.tokens.access.len(), 1);
        assert_eq!(
            session.tokens.access[0].token.expose(),
            format!("at-{round}")
        );
    }
    let calls = session.authority.seen("/token");
    let sent: Vec<_> = calls[1..]
        .iter()
        .map(|call| call.field("refresh_token").unwrap())
        .collect();
    assert_eq!(sent, ["rt-1", "rt-2"]);
    assert_eq!(
        calls[1].field("scope"),
        None,
        "asks for no scope beyond the granted ones"
    );
}

// proves: B62, T10
#[tokio::test]
async fn what_an_answer_leaves_out_stays() {
    let session = Session::begin().await;
    let body = json!({"access_token": "at-2", "token_type": "Bearer"});
    session.authority.answers("/token", Reply::json(&body));
    let refreshed = session.refresh().await.unwrap();
    assert_eq!(refreshed.tokens.refresh.unwrap().expose(), "rt-1");
    assert_eq!(
        refreshed.tokens.id_token.expose(),
        session.tokens.id_token.expose()
    );
    assert!(refreshed.identity.is_none());
    let expires = refreshed.tokens.access[0].expires_at.timestamp();
    assert_eq!(expires, NOW + 300, "A79: an unsaid life is a short one");
}

#[tokio::test]
async fn a_new_id_token_renews_the_person_and_userinfo_is_asked_again() {
    let session = Session::begin().await;
    session.authority.answers(
        "/userinfo",
        Reply::json(&json!({"sub": "ada", "name": "Ada King"})),
    );
    session.gives_claim("nonce", json!("n-1"));
    let identity = session.refresh().await.unwrap().identity.unwrap();
    assert_eq!(identity.name(), "Ada King");
    assert_eq!(identity.person(), session.identity.person());
    session.authority.answers("/userinfo", Reply::status(500));
    let identity = session.refresh().await.unwrap().identity.unwrap();
    assert_eq!(identity.name(), "Ada Lovelace", "kept through an outage");
}

// proves: A35, A36, B61
#[tokio::test]
async fn an_id_token_of_somebody_else_makes_the_whole_answer_worthless() {
    let session = Session::begin().await;
    let userinfo_calls = session.authority.seen("/userinfo").len();
    for (name, value) in [
        ("iss", json!("https://x.example")),
        ("sub", json!("eve")),
        ("aud", json!("stranger")),
        ("tid", json!(TENANT)),
        ("nonce", json!("another")),
        ("exp", json!(NOW - 300)),
    ] {
        session.gives_claim(name, value);
        let refused = session.refresh().await.unwrap_err();
        assert!(
            matches!(refused, RefreshError::Invalid(Invalid::Claim(_))),
            "{name}: {refused:?}"
        );
    }
    gives(
        &session.authority,
        &Signer::rsa().sign(&header(), &claims(&session.authority.base)),
    );
    let refused = session.refresh().await.unwrap_err();
    assert!(matches!(
        refused,
        RefreshError::Invalid(Invalid::Signature(_))
    ));
    assert_eq!(
        session.authority.seen("/userinfo").len(),
        userinfo_calls,
        "no call with the new token"
    );
}

// proves: D14
#[tokio::test]
async fn a_rejected_grant_ends_the_session_and_is_asked_once() {
    let session = Session::begin().await;
    for body in [
        json!({"error": "invalid_grant"}),
        json!({"error": "invalid_grant", "error_codes": [700_082]}),
        json!({"error": "invalid_grant", "suberror": "bad_token"}),
        json!({"error": "invalid_grant", "error_description": "AADB2C90129: The provided grant has been revoked."}),
    ] {
        let before = session.authority.seen("/token").len();
        let refused = session.after(Reply::error(400, &body)).await;
        assert!(
            matches!(refused, RefreshError::Rejected(_)),
            "{body}: {refused:?}"
        );
        assert_eq!(session.authority.seen("/token").len(), before + 1);
    }
}

// proves: T8
#[tokio::test]
async fn an_interaction_that_is_required_keeps_its_claims_and_suberror() {
    let session = Session::begin().await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    for body in [
        json!({"error": "interaction_required", "error_codes": [50_076], "claims": claims}),
        json!({"error": "invalid_grant", "suberror": "basic_action", "claims": claims}),
        json!({"error": "invalid_grant", "error_codes": [50_079], "claims": claims}),
        json!({"error": "consent_required", "claims": claims}),
    ] {
        match session.after(Reply::error(400, &body)).await {
            RefreshError::InteractionRequired(detail) => {
                assert_eq!(detail.claims.as_deref(), Some(claims));
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

// proves: D15
#[tokio::test]
async fn our_own_expired_secret_ends_nobodys_session() {
    let session = Session::begin().await;
    for body in [
        json!({"error": "invalid_client"}),
        json!({"error": "invalid_client", "error_codes": [7_000_222]}),
        json!({"error": "unauthorized_client"}),
        json!({"error": "invalid_scope"}),
        json!({"error": "invalid_grant", "error_description": "AADB2C90088: wrong endpoint"}),
    ] {
        let refused = session.after(Reply::error(401, &body)).await;
        assert!(
            matches!(refused, RefreshError::ClientRefused(_)),
            "{body}: {refused:?}"
        );
    }
}

// proves: D12
#[tokio::test]
async fn outages_and_throttling_are_told_apart_from_refusals() {
    let session = Session::begin().await;
    let refused = session
        .after(Reply::status(503).with("retry-after", "9"))
        .await;
    assert!(matches!(
        refused,
        RefreshError::Unavailable { why: Outage::Status(503), retry_after: Some(wait) } if wait == Duration::from_secs(9)
    ));
    let refused = session
        .after(Reply::status(429).with("retry-after", "41"))
        .await;
    assert!(
        matches!(refused, RefreshError::Throttled { retry_after, .. } if retry_after == Duration::from_secs(41))
    );
    let refused = session.after(Reply::status(429)).await;
    assert!(
        matches!(refused, RefreshError::Throttled { retry_after, .. } if retry_after == Duration::from_mins(1))
    );
    let busy = json!({"error": "temporarily_unavailable"});
    for reply in [
        Reply::error(400, &busy),
        Reply::error(500, &json!({"error": "invalid_grant"})),
        Reply::status(403),
    ] {
        let refused = session.after(reply).await;
        assert!(
            matches!(refused, RefreshError::Unavailable { .. }),
            "{refused:?}"
        );
    }
}

// proves: B23
#[tokio::test]
async fn at_entra_each_api_gets_its_own_token_from_the_one_refresh_token() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let mut profile = entra(&authority, &signer, TENANT);
    profile.apis = vec![
        api("graph", "User.Read"),
        api("orders", "api://orders/Read"),
    ];
    let mut claims = claims(&format!("{}/{TENANT}/v2.0", authority.base));
    claims["tid"] = json!(TENANT);
    gives(&authority, &signer.sign(&header(), &claims));
    let first = redeem(&party, &profile).await.unwrap();
    let body = json!({"access_token": "at-orders", "token_type": "Bearer", "expires_in": "3599", "refresh_in": "1800"});
    authority.answers("/token", Reply::json(&body));
    let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let orders = &profile.apis[1];
    let refreshed = party
        .authorities
        .refresh(
            &profile,
            &first.tokens,
            &first.identity,
            Some(orders),
            Some(challenge),
        )
        .await
        .unwrap();
    assert!(refreshed.graph_token.is_none());
    let token_of = |name| {
        refreshed
            .tokens
            .grant_for(name)
            .unwrap()
            .token
            .expose()
            .to_owned()
    };
    assert_eq!(token_of(&orders.name), "at-orders");
    assert_eq!(token_of(&profile.apis[0].name), "at-1");
    let due = refreshed
        .tokens
        .grant_for(&orders.name)
        .unwrap()
        .refresh_at
        .timestamp();
    assert_eq!(due, NOW + 1_800);
    let call = authority.seen("/token").pop().unwrap();
    assert_eq!(
        call.field("scope").unwrap(),
        "api://orders/Read offline_access openid profile"
    );
    let sent: Value = serde_json::from_str(&call.field("claims").unwrap()).unwrap();
    assert_eq!(sent["access_token"]["nbf"]["value"], "1");
    assert_eq!(sent["access_token"]["xms_cc"]["values"][0], "cp1");
}

#[tokio::test]
async fn without_a_refresh_token_no_call_is_made() {
    let mut session = Session::begin().await;
    session.tokens.refresh = None;
    let before = session.authority.seen("/token").len();
    assert!(matches!(
        session.refresh().await,
        Err(RefreshError::NoRefreshToken)
    ));
    assert_eq!(session.authority.seen("/token").len(), before);
}
