//! Whatever an authority signs: what is accepted keeps the promise of every check.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ISSUER, NOW, Setup, good};

/// A claim: missing, as it should be, or anything else.
fn any_claim() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (-2_000..2_000_i64).prop_map(|offset| json!(NOW + offset)),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        "s|client|n-1|https://issuer\\.example/?|\\PC{0,300}".prop_map(|text| json!(text)),
        proptest::collection::vec("client|stranger", 0..3).prop_map(|all| json!(all)),
        Just(json!({"client": {"nested": []}})),
    ]
}

fn number(claims: &Value, name: &str) -> f64 {
    claims[name].as_f64().unwrap()
}

proptest! {
    // proves: A1, B40, B45, B46, B48
    #[test]
    fn an_accepted_token_is_ours_fresh_and_of_this_attempt(
        changed in proptest::collection::vec(
            ("iss|sub|aud|azp|iat|nbf|exp|nonce|auth_time|at_hash|other", any_claim()), 0..4,
        ),
        skew in 0..1_000_u64,
        max_age in proptest::option::of(0..100_000_u64),
    ) {
        let setup = Setup { skew, max_age, ..Setup::default() };
        let mut claims = good();
        for (name, value) in changed {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(&name);
            } else {
                claims[&name] = value;
            }
        }
        if setup.check(claims.clone()).is_err() {
            return Ok(());
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let (now, skew) = (NOW as f64, skew.min(300) as f64);
        prop_assert_eq!(&claims["iss"], ISSUER);
        prop_assert_eq!(&claims["nonce"], "n-1");
        let audiences = claims["aud"].as_array().cloned().unwrap_or_else(|| vec![claims["aud"].clone()]);
        prop_assert!(!audiences.is_empty() && audiences.iter().all(|aud| aud == "client"));
        prop_assert!(claims.get("azp").is_none_or(|azp| azp == "client"));
        prop_assert!((1..=255).contains(&claims["sub"].as_str().unwrap().len()));
        prop_assert!(number(&claims, "exp") > now - skew);
        prop_assert!((now - 600.0 - skew..=now + skew).contains(&number(&claims, "iat")));
        prop_assert!(claims.get("nbf").is_none() || number(&claims, "nbf") <= now + skew);
        if let Some(max_age) = max_age {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let oldest = now - max_age as f64 - skew;
            prop_assert!(number(&claims, "auth_time") >= oldest);
        }
    }
}
