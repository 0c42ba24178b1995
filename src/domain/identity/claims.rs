//! Verified claims, and how values are read from them.

use std::borrow::Cow;

use chrono::DateTime;
use serde_json::{Map, Value};

/// The verified claims of an ID token.
pub type Claims = Map<String, Value>;

/// Protocol values that later steps need and that no page shows.
const PROTOCOL: [&str; 5] = [
    "nonce",
    "sid",
    "login_hint",
    "_claim_names",
    "_claim_sources",
];

/// Values that nothing needs once the token is verified; some are long. The samples hide the first five.
pub(super) const OF_ONE_TOKEN: [&str; 8] =
    ["iat", "exp", "nbf", "uti", "aio", "at_hash", "c_hash", "rh"];

/// Whether a session has the claim and may tell it to an application: no value of one token and none of the protocol.
pub fn is_about_person(name: &str) -> bool {
    is_shown(name) || matches!(name, "sid" | "login_hint")
}

pub(super) fn is_shown(name: &str) -> bool {
    !PROTOCOL.contains(&name) && !OF_ONE_TOKEN.contains(&name)
}

pub(super) fn name_of(claims: &Claims) -> String {
    let text = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let full = || {
        text("given_name")
            .zip(text("family_name"))
            .map(|(given, family)| format!("{given} {family}"))
    };
    let address = || {
        ["preferred_username", "upn", "unique_name"]
            .iter()
            .find_map(|name| text(name))
            .or_else(|| address_of(claims))
    };
    text("name")
        .map(str::to_owned)
        .or_else(full)
        .or_else(|| address().or_else(|| text("sub")).map(str::to_owned))
        .unwrap_or_else(|| "somebody".to_owned())
}

/// An address for display and hints: `email`, else `emails`, each a text or a list.
pub(super) fn address_of(claims: &Claims) -> Option<&str> {
    ["email", "emails"]
        .iter()
        .filter_map(|name| claims.get(*name))
        .filter_map(|value| value.as_str().or_else(|| value.get(0)?.as_str()))
        .find(|text| !text.trim().is_empty())
}

/// Bytes. More claims than this are not kept: a hundred thousand identities live in memory, and one tenant's provider must
/// not take the memory of all. Tokens of directories have a few kilobytes.
const MOST_CLAIM_BYTES: usize = 64 * 1024;

/// Claims that identify the person; all of them are short.
const IDENTIFYING: [&str; 5] = ["iss", "sub", "tid", "oid", "sid"];

/// The claims without the largest ones, as many as must go so that the rest fits. A rule that needs a claim that went
/// refuses the person.
pub(super) fn bounded(claims: &Claims) -> Cow<'_, Claims> {
    let mut sizes: Vec<(usize, &str)> = claims
        .iter()
        .map(|(name, value)| (name.len() + value.to_string().len(), name.as_str()))
        .collect();
    let mut total: usize = sizes.iter().map(|(size, _)| size).sum();
    if total <= MOST_CLAIM_BYTES {
        return Cow::Borrowed(claims);
    }
    sizes.retain(|(_, name)| !IDENTIFYING.contains(name));
    sizes.sort_unstable();
    let mut kept = claims.clone();
    while let Some((size, name)) = sizes.pop().filter(|_| total > MOST_CLAIM_BYTES) {
        total -= size;
        kept.remove(name);
    }
    Cow::Owned(kept)
}

/// True as providers write it: `true`, `1`, `"1"`, `"true"`.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// `auth_time` in seconds since 1970. AD FS writes the number as text, or the time as RFC 3339 has it.
pub fn authenticated_at(claims: &Claims) -> Option<f64> {
    let value = claims.get("auth_time")?;
    let written = |text: &str| {
        let date = || DateTime::parse_from_rfc3339(text).ok();
        let number = text.parse::<u32>().ok();
        number.or_else(|| u32::try_from(date()?.timestamp()).ok())
    };
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(written).map(f64::from))
}

pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn without_a_name_the_best_substitute_is_shown() {
        for (more, name) in [
            (json!({"name": "Ada", "upn": "a@b.example"}), "Ada"),
            (
                json!({"name": " ", "given_name": "Ada", "family_name": "L"}),
                "Ada L",
            ),
            (
                json!({"upn": "u@b.example", "email": "e@b.example"}),
                "u@b.example",
            ),
            (
                json!({"unique_name": "live.com#u@b.example"}),
                "live.com#u@b.example",
            ),
            (json!({"emails": "e@b.example"}), "e@b.example"),
            (json!({"emails": ["e@b.example"]}), "e@b.example"),
            (
                json!({"email": ["e@b.example", "f@b.example"]}),
                "e@b.example",
            ),
            (json!({"email": [], "emails": [7]}), "s"),
        ] {
            let mut claims = json!({"iss": "https://i.example", "sub": "s"});
            claims
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            assert_eq!(name_of(claims.as_object().unwrap()), name, "{more}");
        }
    }

    #[test]
    fn only_the_ways_in_which_providers_write_true_are_true() {
        use serde_json::json;
        for value in [
            json!(true),
            json!(1),
            json!("1"),
            json!("true"),
            json!("True"),
        ] {
            assert!(truthy(&value), "{value}");
        }
        for value in [
            json!(false),
            json!(0),
            json!(2),
            json!(-1),
            json!(1.5),
            json!("0"),
            json!("yes"),
            json!(""),
            json!(null),
            json!([true]),
            json!({"a": 1}),
        ] {
            assert!(!truthy(&value), "{value}");
        }
    }

    #[test]
    fn a_value_of_one_token_or_of_the_protocol_is_not_about_the_person() {
        for name in ["name", "roles", "sid", "login_hint", "tid"] {
            assert!(is_about_person(name), "{name}");
        }
        for name in ["nonce", "aio", "exp", "at_hash", "_claim_names"] {
            assert!(!is_about_person(name), "{name}");
        }
        assert!(!is_shown("sid"));
    }

    #[test]
    fn claims_of_the_largest_size_are_all_kept_and_one_byte_more_is_not() {
        let of = |length: usize| {
            let mut claims = Claims::new();
            claims.insert("sub".into(), "s".into());
            claims.insert("x".into(), "a".repeat(length).into());
            claims
        };
        // `sub`, `x` and the quotes of two texts.
        let rest = 3 + 3 + 1 + 2;
        let fits = of(MOST_CLAIM_BYTES - rest);
        assert_eq!(*bounded(&fits), fits);
        let over = of(MOST_CLAIM_BYTES - rest + 1);
        assert_eq!(bounded(&over).keys().collect::<Vec<_>>(), ["sub"]);
    }

    #[test]
    fn no_more_claims_go_than_must() {
        let mut claims = Claims::new();
        claims.insert("sub".into(), "s".into());
        claims.insert("x".into(), "a".repeat(MOST_CLAIM_BYTES - 9).into());
        claims.insert("y".into(), "a".repeat(MOST_CLAIM_BYTES).into());
        assert_eq!(bounded(&claims).keys().collect::<Vec<_>>(), ["sub", "x"]);
    }
}
