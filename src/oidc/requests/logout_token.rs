//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4 to §2.6), by which an authority ends a session.
//!
//! Owns every check except replay: the caller records `jti` until `exp`.

use serde_json::Value;

use crate::domain::authority::UserFlowKind;
use crate::domain::clock::Timestamp;
use crate::domain::identity::is_identifier;
use crate::domain::profile::Profile;
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::verification_keys::Origin;
use crate::oidc::error::OidcError;
use crate::oidc::requests::code::sid_of;
use crate::oidc::tokens::id_token::{self, Expected, IdTokenFault, Signed};
use crate::oidc::tokens::jwt::TokenUse;

/// The member of `events` that marks a logout token (Back-Channel Logout §2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds. A token with a longer lifetime is refused: its `jti` would have to be recorded for that long.
const LONGEST_LIFE: f64 = 3_600.0;

/// A logout token that passed all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// The issuer.
    pub iss: String,
    /// Whose sessions end, if the token names the person.
    pub sub: Option<String>,
    /// Which session ends, if the token names it. At least one of `sub` and `sid` is there.
    pub sid: Option<String>,
    /// To be recorded until `exp`: the token works once.
    pub jti: String,
    /// The end of its lifetime, clock skew included.
    pub exp: Timestamp,
}

impl Authorities {
    /// Checks a logout token that anybody may have posted.
    ///
    /// # Errors
    /// `Invalid` and `TenantNotAllowed`: answer 400. `Unavailable`: answer 503, the authority sends it again.
    pub async fn verify_logout_token(
        &self,
        profile: &Profile,
        text: &str,
    ) -> Result<LogoutToken, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let signed = authority.verify(text, TokenUse::Logout, Origin::Stranger);
        Ok(read(&signed.await?, &authority.expected())?)
    }
}

impl Authorities {
    /// Whether the `iss` of a front-channel logout notice is the authority's (Front-Channel Logout 1.0 §3).
    ///
    /// # Errors
    /// `Unavailable` and `Misconfigured`: nobody can tell.
    pub async fn is_logout_issuer(&self, profile: &Profile, iss: &str) -> Result<bool, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let policy = &authority.discovery.issuer_config.issuer;
        Ok(policy.accept_logout_notice(&authority.metadata.trusted, iss))
    }
}

fn read(signed: &Signed, expected: &Expected<'_>) -> Result<LogoutToken, IdTokenFault> {
    let claims = &signed.claims;
    id_token::issuer(signed, expected)?;
    id_token::audience(claims, expected.client_id)?;
    let issued = id_token::issued_at(claims, expected)?;
    let expires = id_token::expiry(claims, expected)?;
    if expires - issued > LONGEST_LIFE {
        return Err(IdTokenFault::Expired);
    }
    // Back-Channel Logout §2.6 (6): a nonce would let an ID token pass.
    if claims.contains_key("nonce") {
        return Err(IdTokenFault::NonceInLogout);
    }
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(IdTokenFault::Events);
    }
    let text = |name: &str, longest| {
        let text = claims.get(name)?.as_str()?;
        is_identifier(text, longest).then(|| text.to_owned())
    };
    let jti = text("jti", 255).ok_or(IdTokenFault::TokenId)?;
    let sub = match claims.get("sub") {
        None => None,
        Some(_) => Some(text("sub", 255).ok_or(IdTokenFault::Subject)?),
    };
    let sid = sid_of(claims);
    if sid.is_none() && (sub.is_none() || claims.contains_key("sid")) {
        return Err(IdTokenFault::NobodyToLogOut);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be a date above"
    )]
    let seconds = expires as i64;
    let exp = Timestamp::from_timestamp(seconds, 0).ok_or(IdTokenFault::Expired)? + expected.skew;
    Ok(LogoutToken {
        iss: text("iss", 2_048).unwrap_or_default(),
        sub,
        sid,
        jti,
        exp,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::domain::authority::PolicyClaim;
    use crate::domain::issuer::{IssuerPolicy, IssuerRefusal, TrustedIssuer};

    const NOW: i64 = 1_700_000_000;
    const ISSUER: &str = "https://issuer.example";

    fn good() -> Value {
        json!({"iss": ISSUER, "sub": "s", "sid": "session", "aud": "client", "iat": NOW, "exp": NOW + 120,
               "jti": "j", "events": {EVENT: {}}, "unknown": 1})
    }

    fn check(claims: Value) -> Result<LogoutToken, IdTokenFault> {
        let Value::Object(claims) = claims else {
            unreachable!()
        };
        let signed = Signed {
            claims,
            key_issuer: None,
            key_cloud: None,
        };
        let expected = Expected {
            policy: &IssuerPolicy::Exact(ISSUER.into()),
            trusted: &TrustedIssuer {
                issuer: ISSUER.into(),
                tenant: None,
            },
            user_flow: None,
            policy_claim: PolicyClaim::Required,
            client_id: "client",
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            skew: Duration::from_mins(2),
            cloud: None,
        };
        read(&signed, &expected)
    }

    fn with(name: &str, value: Value) -> Result<LogoutToken, IdTokenFault> {
        let mut claims = good();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        check(claims)
    }

    // proves: A42
    #[test]
    fn a_right_logout_token_is_accepted_and_unknown_claims_are_ignored() {
        let token = check(good()).unwrap();
        assert_eq!(token.sid.as_deref(), Some("session"));
        assert_eq!(token.sub.as_deref(), Some("s"));
        assert_eq!(token.exp.timestamp(), NOW + 240);
    }

    // proves: A44, A48, B119
    #[test]
    fn events_must_name_a_back_channel_logout_with_an_object() {
        for events in [
            Value::Null,
            json!(EVENT),
            json!([EVENT]),
            json!({"http://schemas.openid.net/event/other": {}}),
            json!({EVENT: true}),
            json!({EVENT: []}),
        ] {
            assert_eq!(
                with("events", events.clone()),
                Err(IdTokenFault::Events),
                "{events}"
            );
        }
    }

    // proves: A45
    #[test]
    fn an_id_token_is_no_logout_token_because_of_its_nonce() {
        assert_eq!(with("nonce", json!("n")), Err(IdTokenFault::NonceInLogout));
        assert_eq!(with("nonce", json!({})), Err(IdTokenFault::NonceInLogout));
    }

    // proves: A47, A49
    #[test]
    fn a_logout_token_for_or_from_somebody_else_is_refused() {
        assert_eq!(with("aud", json!("stranger")), Err(IdTokenFault::Audience));
        let refusal = IdTokenFault::Issuer(IssuerRefusal::Token);
        assert_eq!(with("iss", json!("https://x.example")), Err(refusal));
    }

    // proves: B117
    #[test]
    fn times_that_are_missing_past_or_far_off_and_a_missing_jti_are_refused() {
        assert_eq!(with("iat", Value::Null), Err(IdTokenFault::IssuedAt));
        assert_eq!(with("iat", json!(NOW + 200)), Err(IdTokenFault::IssuedAt));
        assert_eq!(with("exp", Value::Null), Err(IdTokenFault::Expired));
        assert_eq!(with("exp", json!(NOW - 200)), Err(IdTokenFault::Expired));
        assert_eq!(with("exp", json!(NOW + 90_000)), Err(IdTokenFault::Expired));
        assert_eq!(with("iat", json!(NOW - 90_000)), Err(IdTokenFault::Expired));
        for jti in [Value::Null, json!(""), json!(7)] {
            assert_eq!(with("jti", jti), Err(IdTokenFault::TokenId));
        }
    }

    // proves: B119
    #[test]
    fn a_logout_token_that_names_nobody_is_refused() {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove("sid");
        assert_eq!(check(claims.clone()).unwrap().sid, None);
        claims.as_object_mut().unwrap().remove("sub");
        assert_eq!(check(claims), Err(IdTokenFault::NobodyToLogOut));
        assert_eq!(with("sid", json!(7)), Err(IdTokenFault::NobodyToLogOut));
        assert_eq!(with("sub", json!("")), Err(IdTokenFault::Subject));
    }

    /// A claim as it should be, missing, or anything else.
    fn any_claim() -> impl proptest::strategy::Strategy<Value = Option<Value>> {
        use proptest::prelude::*;
        prop_oneof![
            Just(None),
            any::<i64>().prop_map(|number| Some(json!(NOW.saturating_add(number % 10_000)))),
            any::<f64>().prop_map(|number| Some(json!(number))),
            "\\PC{0,300}".prop_map(|text| Some(json!(text))),
            Just(Some(json!([ISSUER, "client"]))),
            Just(Some(json!({EVENT: {}}))),
        ]
    }

    proptest::proptest! {
        // proves: B117, B119
        #[test]
        fn an_accepted_logout_token_names_somebody_and_ends_within_the_hour(
            changed in proptest::collection::vec(
                ("iss|sub|sid|aud|iat|exp|jti|events|nonce|other", any_claim()), 0..4,
            ),
        ) {
            let mut claims = good();
            let members = claims.as_object_mut().unwrap();
            for (name, value) in changed {
                match value {
                    Some(value) => members.insert(name, value),
                    None => members.remove(&name),
                };
            }
            let sent = claims.clone();
            let Ok(token) = check(claims) else {
                return Ok(());
            };
            proptest::prop_assert!(sent.get("nonce").is_none());
            proptest::prop_assert_eq!(&sent["aud"], "client");
            proptest::prop_assert_eq!(&token.iss, ISSUER);
            proptest::prop_assert!(token.sub.is_some() || token.sid.is_some());
            proptest::prop_assert!((1..=255).contains(&token.jti.len()));
            proptest::prop_assert!(token.sub.is_none_or(|sub| (1..=255).contains(&sub.len())));
            let life = token.exp.timestamp() - NOW;
            proptest::prop_assert!((0..=3_600 + 2 * 120).contains(&life), "{}", life);
        }
    }
}
