//! One claim of an ID token as people read it: with its meaning, a list line by line, a time as a date.
//!
//! Which claims are shown at all is decided by `domain/identity.rs`.

use chrono::DateTime;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::web::pages::shown_text::shown;

/// How many members of a list are shown: a token may name 200 groups.
const SHOWN_MEMBERS: usize = 50;

/// One claim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The name.
    pub name: String,
    /// The value: a string as it is, anything else as JSON.
    pub value: String,
}

/// A claim as the template gets it.
#[derive(Serialize)]
struct ClaimRow<'a> {
    name: &'a str,
    meaning: Option<&'static str>,
    values: Vec<String>,
    /// How many members of a list are not shown.
    more: usize,
    date: Option<Date>,
}

#[derive(Serialize)]
struct Date {
    words: String,
    iso: String,
}

impl Serialize for Claim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (values, more) = match serde_json::from_str(&self.value) {
            Ok(Value::Array(members)) => {
                let shown = members.iter().take(SHOWN_MEMBERS).map(text_of).collect();
                (shown, members.len().saturating_sub(SHOWN_MEMBERS))
            }
            _ => (vec![self.value.clone()], 0),
        };
        let date = date(&self.name, &self.value);
        ClaimRow {
            name: &self.name,
            meaning: meaning(&self.name),
            values,
            more,
            date,
        }
        .serialize(serializer)
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

/// The date of a claim that is a time in seconds since 1970 (`NumericDate`, RFC 7519 §2).
fn date(name: &str, value: &str) -> Option<Date> {
    let is_time = matches!(name, "auth_time" | "exp" | "iat" | "nbf" | "updated_at");
    let seconds = value.parse().ok().filter(|_| is_time)?;
    let at = DateTime::from_timestamp(seconds, 0)?;
    Some(Date {
        words: at.format("%-d %B %Y, %H:%M UTC").to_string(),
        iso: at.to_rfc3339(),
    })
}

/// What a claim means, for somebody who has never read a token (OpenID Connect Core §5.1 and the ID token claims
/// reference of the Microsoft identity platform).
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
        "ver" => "The version of this token",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(name: &str, value: &str) -> Value {
        json!(Claim {
            name: name.to_owned(),
            value: value.to_owned()
        })
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
            (Some(50), &json!(250))
        );
    }

    #[test]
    fn a_time_is_also_shown_as_a_date_unless_it_is_impossible() {
        assert_eq!(
            row("auth_time", "1795262220")["date"]["words"],
            "21 November 2026, 11:57 UTC"
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
