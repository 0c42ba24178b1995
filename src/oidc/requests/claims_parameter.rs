//! The `claims` parameter (OIDC Core §5.5): what the client can do, merged with what a challenge demands.

use serde_json::{Map, Value, json};

/// The `claims` value to send: the capability `cp1` where claims challenges are handled, and the challenge.
/// `None` if there is nothing to say. A challenge that is no JSON object is left out.
pub(crate) fn claims_parameter(announce: bool, challenge: Option<&str>) -> Option<String> {
    let mut claims = Map::new();
    if let Some(Value::Object(challenge)) =
        challenge.and_then(|text| serde_json::from_str(text).ok())
    {
        claims = challenge;
    }
    if announce {
        let capability = json!({"access_token": {"xms_cc": {"values": ["cp1"]}}});
        if let Value::Object(capability) = capability {
            merge(&mut claims, capability);
        }
    }
    (!claims.is_empty()).then(|| Value::Object(claims).to_string())
}

/// Adds what is new; objects are merged member by member.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_a_challenge_and_the_capability_are_sent_together() {
        let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
        let text = claims_parameter(true, Some(challenge)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["access_token"]["nbf"]["value"], "1604106651");
        assert_eq!(value["access_token"]["xms_cc"]["values"][0], "cp1");
    }

    #[test]
    fn without_challenge_and_capability_nothing_is_sent() {
        assert_eq!(claims_parameter(false, None), None);
        assert_eq!(claims_parameter(false, Some("[]")), None);
        assert!(claims_parameter(true, Some("not json")).is_some());
    }
}
