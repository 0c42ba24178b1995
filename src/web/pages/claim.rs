//! One claim of an ID token as people read it: with its meaning, a list line by line, a time as a date.
//!
//! Which claims are shown at all is decided by `domain/identity.rs`.

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;

use crate::domain::language::{Language, Message};
use crate::web::pages::shown_text::shown;

/// How many members of a list are shown: a token may name 200 groups.
const SHOWN_MEMBERS: usize = 50;

/// One claim.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// The name.
    pub name: String,
    /// What it means.
    pub meaning: Option<String>,
    /// The value: a string as it is, the members of a list, anything else as JSON.
    pub values: Vec<String>,
    /// How many members of a list are not shown, in words.
    pub more: Option<String>,
    /// The value as a date.
    pub date: Option<ClaimDate>,
}

/// A claim that is a time.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimDate {
    /// For people.
    pub words: String,
    /// For machines.
    pub iso: String,
}

impl Claim {
    /// A claim of this name and value.
    pub fn new(name: &str, value: &str, language: &Language) -> Self {
        let (values, more) = match serde_json::from_str(value) {
            Ok(Value::Array(members)) => {
                let shown = members.iter().take(SHOWN_MEMBERS).map(text_of).collect();
                (shown, members.len().saturating_sub(SHOWN_MEMBERS))
            }
            _ => (vec![value.to_owned()], 0),
        };
        let more = (more > 0).then(|| Message::new("token-details-more").with("count", more));
        Self {
            name: name.to_owned(),
            meaning: meaning(name).map(|id| language.say(id)),
            values,
            more: more.map(|message| language.text(&message)),
            date: date(name, value, language),
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

/// The date of a claim that is a time in seconds since 1970 (`NumericDate`, RFC 7519 §2).
fn date(name: &str, value: &str, language: &Language) -> Option<ClaimDate> {
    let is_time = matches!(name, "auth_time" | "exp" | "iat" | "nbf" | "updated_at");
    let seconds = value.parse().ok().filter(|_| is_time)?;
    let at = DateTime::from_timestamp(seconds, 0)?;
    Some(ClaimDate {
        words: language.date_time(at),
        iso: at.to_rfc3339(),
    })
}

/// The message that says what a claim means, to somebody who has never read a token (OpenID Connect Core §5.1 and the ID
/// token claims reference of the Microsoft identity platform).
fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "aud" => "claim-aud",
        "iss" => "claim-iss",
        "sub" => "claim-sub",
        "oid" => "claim-oid",
        "tid" => "claim-tid",
        "sid" => "claim-sid",
        "name" => "claim-name",
        "given_name" => "claim-given-name",
        "family_name" => "claim-family-name",
        "preferred_username" | "upn" => "claim-username",
        "email" => "claim-email",
        "emails" => "claim-emails",
        "roles" => "claim-roles",
        "groups" => "claim-groups",
        "idp" => "claim-idp",
        "acr" | "tfp" => "claim-way",
        "amr" => "claim-amr",
        "acct" => "claim-acct",
        "auth_time" => "claim-auth-time",
        "exp" => "claim-exp",
        "ver" => "claim-ver",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::LanguageOptions;
    use serde_json::json;

    fn row(name: &str, value: &str) -> Value {
        let language = LanguageOptions::default().choose(None, None);
        json!(Claim::new(name, value, &language))
    }

    #[test]
    fn a_claim_of_any_json_type_is_shown_as_text() {
        for text in [
            "plain",
            "7",
            "true",
            "null",
            r#"{"a":[1]}"#,
            "[not a list",
            "\"quoted\"",
        ] {
            assert_eq!(row("x", text)["values"], json!([text]));
        }
        assert_eq!(
            row("x", r#"["a",1,null]"#)["values"],
            json!(["a", "1", "null"])
        );
        assert_eq!(row("x", "[]")["values"], json!([]));
    }

    #[test]
    fn three_hundred_groups_are_counted_and_not_all_listed() {
        let groups = row("groups", &json!((0..300).collect::<Vec<_>>()).to_string());
        assert_eq!(
            (groups["values"].as_array().map(Vec::len), &groups["more"]),
            (Some(50), &json!("and 250 more"))
        );
    }

    #[test]
    fn a_time_is_also_shown_as_a_date_unless_it_is_impossible() {
        assert_eq!(
            row("auth_time", "1795262220")["date"]["words"],
            "21 November 2026 at 11:57 UTC"
        );
        for (name, value) in [
            ("auth_time", "9223372036854775807"),
            ("auth_time", "soon"),
            ("employee", "1795262220"),
        ] {
            assert_eq!(row(name, value)["date"], Value::Null, "{name} {value}");
        }
    }
}
