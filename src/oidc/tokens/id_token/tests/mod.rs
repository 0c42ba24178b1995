//! Each check of an ID token broken once.

mod any_claims;
mod directory;
mod refreshed;

use serde_json::{Value, json};

use crate::oidc::tokens::id_token::*;

const ISSUER: &str = "https://issuer.example";
const NOW: i64 = 1_700_000_000;

struct Setup {
    policy: IssuerPolicy,
    trusted: TrustedIssuer,
    user_flow: Option<UserFlow>,
    policy_claim: PolicyClaim,
    skew: u64,
    max_age: Option<u64>,
    access_token: Option<AccessToken>,
    key_issuer: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            policy: IssuerPolicy::Exact(ISSUER.into()),
            trusted: TrustedIssuer {
                issuer: ISSUER.into(),
                tenant: None,
            },
            user_flow: None,
            policy_claim: PolicyClaim::Required,
            skew: 120,
            max_age: None,
            access_token: None,
            key_issuer: None,
        }
    }
}

impl Setup {
    fn expected(&self) -> Expected<'_> {
        Expected {
            policy: &self.policy,
            trusted: &self.trusted,
            user_flow: self.user_flow.as_ref(),
            policy_claim: self.policy_claim,
            client_id: "client",
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            skew: Duration::from_secs(self.skew),
            cloud: Some("microsoftonline.com"),
        }
    }

    fn signed(&self, claims: Value) -> Signed {
        let Value::Object(claims) = claims else {
            unreachable!()
        };
        Signed {
            claims,
            key_issuer: self.key_issuer.clone(),
            key_cloud: None,
        }
    }

    fn check(&self, claims: Value) -> Result<(), IdTokenFault> {
        let nonce = Nonce::new("n-1");
        let attempted = Attempted {
            nonce: &nonce,
            max_age: self.max_age,
            access_token: self.access_token.as_ref(),
        };
        id_token(&self.signed(claims), &self.expected(), &attempted)
    }

    /// Good claims with one member exchanged, or left out by null.
    fn with(&self, name: &str, value: Value) -> Result<(), IdTokenFault> {
        let mut claims = good();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        self.check(claims)
    }
}

fn good() -> Value {
    json!({"iss": ISSUER, "sub": "s", "aud": "client", "iat": NOW, "nbf": NOW, "exp": NOW + 300, "nonce": "n-1"})
}

fn with(name: &str, value: Value) -> Result<(), IdTokenFault> {
    Setup::default().with(name, value)
}

// proves: A1
#[test]
fn a_good_token_is_accepted() {
    assert_eq!(Setup::default().check(good()), Ok(()));
}

// proves: A2, A72, B39
#[test]
fn an_issuer_that_differs_in_anything_is_refused() {
    for iss in [
        "https://issuer.example/",
        "https://issuer.example1",
        "http://issuer.example",
        "https://ISSUER.example",
        "https://issuer.example:443",
        "",
    ] {
        assert_eq!(
            with("iss", json!(iss)),
            Err(IssuerRefusal::Token.into()),
            "{iss}"
        );
    }
    assert_eq!(with("iss", Value::Null), Err(IssuerRefusal::Token.into()));
    assert_eq!(
        with("iss", json!([ISSUER])),
        Err(IssuerRefusal::Token.into())
    );
}

// proves: A3, B53
#[test]
fn a_subject_that_is_missing_empty_long_or_no_text_is_refused() {
    for sub in [
        Value::Null,
        json!(""),
        json!("x".repeat(256)),
        json!(7),
        json!(["s"]),
    ] {
        assert_eq!(
            with("sub", sub.clone()),
            Err(IdTokenFault::Subject),
            "{sub}"
        );
    }
    assert_eq!(with("sub", json!("x".repeat(255))), Ok(()));
}

#[test]
fn a_subject_that_is_the_same_for_everybody_needs_an_oid() {
    let mut claims = good();
    claims["sub"] = json!("Not supported currently. Use oid claim.");
    let setup = Setup::default();
    assert_eq!(setup.check(claims.clone()), Err(IdTokenFault::Nobody));
    for oid in [json!(""), json!(7), json!(null)] {
        claims["oid"] = oid;
        assert_eq!(setup.check(claims.clone()), Err(IdTokenFault::Nobody));
    }
    claims["oid"] = json!("o");
    assert_eq!(setup.check(claims), Ok(()));
}

// proves: A4, A15, A76, B40, B94, B151
#[test]
fn an_audience_that_is_not_us_alone_is_refused() {
    for aud in [
        Value::Null,
        json!("client1"),
        json!("stranger"),
        json!(["stranger"]),
        json!(["client", "stranger"]),
        json!([]),
        json!(7),
        json!({"client": true}),
        json!(""),
    ] {
        assert_eq!(
            with("aud", aud.clone()),
            Err(IdTokenFault::Audience),
            "{aud}"
        );
    }
}

// proves: A77
#[test]
fn an_audience_list_with_only_us_is_accepted() {
    assert_eq!(with("aud", json!(["client"])), Ok(()));
}

// proves: B41
#[test]
fn an_authorized_party_that_is_not_us_is_refused() {
    for azp in [json!("stranger"), json!(["client"]), json!(""), json!(1)] {
        assert_eq!(
            with("azp", azp.clone()),
            Err(IdTokenFault::AuthorizedParty),
            "{azp}"
        );
    }
    assert_eq!(with("azp", json!("client")), Ok(()));
}

// proves: A73, B45, B154, D34
#[test]
fn an_expiry_that_is_missing_past_or_no_date_is_refused() {
    for exp in [
        Value::Null,
        json!(NOW - 120),
        json!((NOW + 300).to_string()),
        json!(-1),
        json!(1e300),
        json!(9_223_372_036_854_775_807_i64),
        json!([NOW + 300]),
        json!(true),
    ] {
        assert_eq!(
            with("exp", exp.clone()),
            Err(IdTokenFault::Expired),
            "{exp}"
        );
    }
    for exp in [
        json!(NOW - 119),
        json!(4_102_444_800_i64),
        json!(253_402_300_799_i64),
    ] {
        assert_eq!(with("exp", exp.clone()), Ok(()), "{exp}");
    }
}

// proves: B45
#[test]
fn without_tolerance_an_expiry_of_now_is_past() {
    let strict = Setup {
        skew: 0,
        ..Setup::default()
    };
    assert_eq!(strict.with("exp", json!(NOW)), Err(IdTokenFault::Expired));
    assert_eq!(strict.with("exp", json!(NOW + 1)), Ok(()));
}

// proves: A74, D31
#[test]
fn a_token_five_minutes_past_is_refused_whatever_the_tolerance() {
    let wide = Setup {
        skew: 86_400,
        ..Setup::default()
    };
    assert_eq!(
        wide.with("exp", json!(NOW - 300)),
        Err(IdTokenFault::Expired)
    );
}

// proves: A5, B46
#[test]
fn an_issue_time_that_is_missing_to_come_or_no_date_is_refused() {
    for iat in [
        Value::Null,
        json!(NOW + 121),
        json!("now"),
        json!(-5),
        json!(1e300),
    ] {
        assert_eq!(
            with("iat", iat.clone()),
            Err(IdTokenFault::IssuedAt),
            "{iat}"
        );
    }
    assert_eq!(with("iat", json!(NOW + 120)), Ok(()));
}

// proves: A82, B46
#[test]
fn a_token_issued_long_before_the_sign_in_is_refused() {
    assert_eq!(
        with("iat", json!(NOW - 721)),
        Err(IdTokenFault::IssuedLongAgo)
    );
    assert_eq!(
        with("iat", json!(NOW - 7 * 86_400)),
        Err(IdTokenFault::IssuedLongAgo)
    );
    assert_eq!(with("iat", json!(NOW - 720)), Ok(()));
}

// proves: B47, B154, T17
#[test]
fn a_token_that_is_not_yet_valid_is_refused() {
    assert_eq!(
        with("nbf", json!(NOW + 121)),
        Err(IdTokenFault::NotYetValid)
    );
    assert_eq!(with("nbf", json!("x")), Err(IdTokenFault::NotYetValid));
    assert_eq!(with("nbf", json!(NOW + 120)), Ok(()));
    assert_eq!(with("nbf", Value::Null), Ok(()));
}

// proves: A12, A75, B48
#[test]
fn a_nonce_that_is_missing_or_another_attempts_is_refused() {
    for nonce in [
        Value::Null,
        json!("n-2"),
        json!(""),
        json!("n-1 "),
        json!(["n-1"]),
    ] {
        assert_eq!(
            with("nonce", nonce.clone()),
            Err(IdTokenFault::Nonce),
            "{nonce}"
        );
    }
}

// proves: B51
#[test]
fn a_sign_in_older_than_max_age_or_of_unknown_age_is_refused() {
    let aged = Setup {
        max_age: Some(60),
        ..Setup::default()
    };
    for time in [
        Value::Null,
        json!(NOW - 181),
        json!((NOW - 181).to_string()),
        json!("2023-11-14T22:00:00Z"),
        json!("-1"),
        json!("x"),
    ] {
        assert_eq!(
            aged.with("auth_time", time.clone()),
            Err(IdTokenFault::AuthenticationTime),
            "{time}"
        );
    }
    assert_eq!(aged.with("auth_time", json!(NOW - 180)), Ok(()));
    let endless = Setup {
        max_age: Some(u64::MAX),
        ..Setup::default()
    };
    assert_eq!(endless.with("auth_time", json!(0)), Ok(()));
    for time in [
        json!(NOW - 180),
        json!((NOW - 180).to_string()),
        json!("2023-11-14T22:13:20.000Z"),
    ] {
        assert_eq!(aged.with("auth_time", time.clone()), Ok(()), "{time}");
    }
}

// proves: B52
#[test]
fn an_access_token_exchanged_for_another_is_refused() {
    // The token and hash of OpenID Connect Core's own example have no common source; this pair is computed.
    let hash = digest::digest(&digest::SHA256, b"token");
    let at_hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
    let own = Setup {
        access_token: Some(AccessToken::new("token")),
        ..Setup::default()
    };
    assert_eq!(own.with("at_hash", json!(at_hash)), Ok(()));
    let stranger = Setup {
        access_token: Some(AccessToken::new("other")),
        ..Setup::default()
    };
    assert_eq!(
        stranger.with("at_hash", json!(at_hash)),
        Err(IdTokenFault::AccessTokenHash)
    );
    assert_eq!(
        own.with("at_hash", json!(7)),
        Err(IdTokenFault::AccessTokenHash)
    );
}
