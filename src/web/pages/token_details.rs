//! The page that shows the claims of a person's ID token.
//!
//! Which claims may be shown is decided by the caller; how a claim of any JSON type is shown, here.

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;

use super::Page;
use super::frame::Frame;
use super::shown::{ClaimText, Label, When};

/// How many members of a list are shown: a token may name 200 groups.
const SHOWN_MEMBERS: usize = 50;

/// The claims of the ID token.
#[derive(Debug, Clone, Serialize)]
pub struct TokenDetails {
    /// The surroundings.
    pub frame: Frame,
    /// The claims, in the order in which they are shown.
    pub claims: Vec<ClaimView>,
}

/// One claim, as people read it.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimView {
    name: Label,
    meaning: Option<&'static str>,
    values: Vec<ClaimText>,
    more: usize,
    when: Option<When>,
}

impl ClaimView {
    /// Shows a claim: text as it is, a list line by line, an object as JSON, and the claims that
    /// are moments (`NumericDate`, RFC 7519 §2) as a date beside the number.
    pub fn new(name: &str, value: &Value) -> Self {
        let (values, more) = match value {
            Value::Array(members) => (
                members.iter().take(SHOWN_MEMBERS).map(text_of).collect(),
                members.len().saturating_sub(SHOWN_MEMBERS),
            ),
            single => (vec![text_of(single)], 0),
        };
        Self {
            name: name.into(),
            meaning: meaning(name),
            values,
            more,
            when: moment(name, value),
        }
    }
}

fn text_of(value: &Value) -> ClaimText {
    match value {
        Value::String(text) => ClaimText::new(text),
        Value::Null => ClaimText::new("null"),
        other => ClaimText::new(&other.to_string()),
    }
}

fn moment(name: &str, value: &Value) -> Option<When> {
    let is_moment = matches!(name, "auth_time" | "exp" | "iat" | "nbf" | "updated_at");
    let seconds = value.as_i64().filter(|_| is_moment)?;
    DateTime::from_timestamp(seconds, 0).map(When::exact)
}

/// What a claim says, in words for somebody who has never read a token.
/// Sources: OpenID Connect Core §5.1 and the ID token claims reference of the Microsoft identity platform.
fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "aud" => "The application this token is for",
        "iss" => "Who issued this token",
        "sub" => "Your identifier at this application",
        "oid" => "Your identifier in the directory",
        "tid" => "The directory your account belongs to",
        "sid" => "Your session at the sign-in service",
        "name" => "Your name",
        "given_name" => "Your first name",
        "family_name" => "Your last name",
        "preferred_username" | "upn" => "The name you sign in with",
        "email" => "Your e-mail address",
        "emails" => "Your e-mail addresses",
        "roles" => "What you may do in this application",
        "groups" => "The groups you belong to",
        "idp" => "Where your account comes from",
        "acr" | "tfp" => "The way in which you signed in",
        "amr" => "How you proved who you are",
        "acct" => "Member (0) or guest (1) of the directory",
        "auth_time" => "When you signed in",
        "exp" => "When this token ends",
        "iat" => "When this token was issued",
        "nbf" => "From when on this token is valid",
        "ver" => "The version of this token",
        _ => return None,
    })
}

impl Page for TokenDetails {
    const TEMPLATE: &'static str = "token_details.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let groups: Vec<String> = (0..64)
            .map(|n| format!("0c6e3c1e-9a01-4b8e-8f0e-{n:012}"))
            .collect();
        let claims = [
            ("aud", Value::from("6731de76-14a6-49ae-97bc-6eba6914391e")),
            (
                "iss",
                Value::from(
                    "https://login.microsoftonline.com/72f988bf-0000-0000-0000-000000000000/v2.0",
                ),
            ),
            ("name", Value::from("Ada Lovelace")),
            ("preferred_username", Value::from("ada@contoso.example")),
            ("auth_time", Value::from(1_795_262_220)),
            ("roles", Value::from(vec!["Orders.Read", "Orders.Approve"])),
            ("groups", Value::from(groups)),
            (
                "address",
                serde_json::json!({ "country": "GB", "locality": "London" }),
            ),
            ("extension_loyalty", Value::Null),
            ("rh", Value::from("1.AbcA".repeat(40))),
            (
                "sub",
                Value::from("AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"),
            ),
        ];
        let claims = claims
            .iter()
            .map(|(name, value)| ClaimView::new(name, value))
            .collect();
        vec![
            (
                "full",
                Self {
                    frame: Frame::sample_signed_in(),
                    claims,
                },
            ),
            (
                "empty",
                Self {
                    frame: Frame::sample_signed_in(),
                    claims: Vec::new(),
                },
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(value: &Value) -> Vec<String> {
        let view = ClaimView::new("x", value);
        view.values
            .iter()
            .map(|text| text.as_str().to_owned())
            .collect()
    }

    #[test]
    fn a_claim_of_any_json_type_is_shown_as_text() {
        assert_eq!(shown(&json!("a")), ["a"]);
        assert_eq!(shown(&json!(7)), ["7"]);
        assert_eq!(shown(&json!(true)), ["true"]);
        assert_eq!(shown(&Value::Null), ["null"]);
        assert_eq!(shown(&json!(["a", 1, null])), ["a", "1", "null"]);
        assert_eq!(shown(&json!({ "a": [1] })), [r#"{"a":[1]}"#]);
        assert!(shown(&json!([])).is_empty());
    }

    #[test]
    fn three_hundred_groups_are_counted_and_not_all_listed() {
        let view = ClaimView::new("groups", &json!((0..300).collect::<Vec<_>>()));
        assert_eq!((view.values.len(), view.more), (50, 250));
    }

    #[test]
    fn a_moment_is_also_shown_as_a_date_and_an_impossible_one_only_as_a_number() {
        let view = ClaimView::new("auth_time", &json!(1_795_262_220));
        assert_eq!(view.when.unwrap().text(), "21 November 2026, 11:57 UTC");
        assert!(ClaimView::new("auth_time", &json!(i64::MAX)).when.is_none());
        assert!(ClaimView::new("auth_time", &json!("soon")).when.is_none());
        assert!(
            ClaimView::new("employee_number", &json!(1_795_262_220))
                .when
                .is_none()
        );
    }
}
