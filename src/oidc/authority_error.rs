//! What an authority says when it refuses: error, codes, sub-error, and the ids that its support asks for.
//!
//! Reads error bodies of token endpoints and the error parameters of callbacks alike. What a refusal means is decided
//! by the table of [`crate::oidc::error_codes`], on codes and never on descriptions; B2C's codes exist only at the
//! start of the description (microsoft-identity 2.5).

use std::fmt;

use serde_json::{Map, Value};

use crate::oidc::error_codes::{self, AuthorityErrorCode, Meaning, RefreshEffect, Remedy, Topic};

/// Bytes of a claims challenge that is passed on.
const LONGEST_CLAIMS: usize = 4_096;

/// A refusal in the authority's words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AuthorityErrorDetail {
    /// The `error` code (RFC 6749 §5.2); empty if the authority left it out.
    pub error: String,
    /// Codes in the authority's own numbering.
    pub codes: Vec<AuthorityErrorCode>,
    /// `suberror`: what kind of interaction would help.
    pub suberror: Option<String>,
    /// A claims challenge: a JSON object to send with the next authorization request.
    pub claims: Option<String>,
    /// The id that support asks for.
    pub correlation_id: Option<String>,
    /// The id of the authority's own trace.
    pub trace_id: Option<String>,
    /// The authority's time of the refusal.
    pub timestamp: Option<String>,
    /// The description is the message of a B2C policy: `AADB2C` without a number. The message is not kept.
    pub of_policy: bool,
}

impl fmt::Debug for AuthorityErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorityErrorDetail({self})")
    }
}

impl fmt::Display for AuthorityErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.error.is_empty() {
            "no error code"
        } else {
            &self.error
        })?;
        for code in &self.codes {
            write!(f, " {code}")?;
        }
        let parts = [
            ("suberror", &self.suberror),
            ("correlation_id", &self.correlation_id),
            ("trace_id", &self.trace_id),
            ("timestamp", &self.timestamp),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}

impl AuthorityErrorDetail {
    /// Reads the error parameters of an authorization response whose `state` is already good.
    pub fn from_callback(error: &str, description: &str) -> Self {
        let mut detail = Self {
            error: word(error).unwrap_or_else(|| "unreadable".to_owned()),
            ..Self::default()
        };
        detail.describe(description);
        detail
    }

    /// Reads the error body of an endpoint; `None` if it is not one.
    pub(crate) fn from_body(body: &[u8]) -> Option<Self> {
        let Value::Object(members) = serde_json::from_slice(body).ok()? else {
            return None;
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let known = ["error", "error_description", "error_codes"];
        known
            .iter()
            .any(|name| members.contains_key(*name))
            .then_some(())?;
        let mut detail = Self {
            error: text("error").and_then(word).unwrap_or_default(),
            codes: numbers(&members),
            suberror: text("suberror").and_then(word),
            claims: text("claims").and_then(claims_object),
            correlation_id: text("correlation_id").and_then(identifier),
            trace_id: text("trace_id").and_then(identifier),
            timestamp: text("timestamp").and_then(moment),
            of_policy: false,
        };
        detail.describe(text("error_description").unwrap_or_default());
        Some(detail)
    }

    /// Takes the code and the ids from a description. Its text is not kept: it may hold names and addresses.
    fn describe(&mut self, description: &str) {
        let code = code_at_start(description);
        self.of_policy = code.is_none() && description.starts_with("AADB2C");
        if let Some(code) = code.filter(|code| !self.codes.contains(code)) {
            self.codes.push(code);
        }
        if self.correlation_id.is_none() {
            self.correlation_id = labelled(description, "Correlation ID:").and_then(identifier);
        }
        if self.trace_id.is_none() {
            self.trace_id = labelled(description, "Trace ID:").and_then(identifier);
        }
        if self.timestamp.is_none() {
            self.timestamp = labelled(description, "Timestamp:").and_then(moment);
        }
    }

    /// The first code whose meaning is known, or the meaning of a policy's own message beside `server_error`.
    fn known_code(&self) -> Option<Meaning> {
        let of_policy = self.of_policy && self.error == "server_error";
        self.codes
            .iter()
            .find_map(|code| error_codes::of_code(*code))
            .or(of_policy.then_some(error_codes::POLICY_MESSAGE))
    }

    /// Who can do something about it: by the code, else by the error word.
    pub fn remedy(&self) -> Remedy {
        let meaning = self.known_code();
        meaning.map_or_else(
            || error_codes::of_word(&self.error).remedy,
            |known| known.remedy,
        )
    }

    /// What it is about: by the code, else by the sub-error, else by the error word.
    pub fn topic(&self) -> Topic {
        let of_suberror = || {
            let (topic, _) = error_codes::of_suberror(self.suberror.as_deref()?)?;
            Some(topic)
        };
        self.known_code()
            .map(|known| known.topic)
            .or_else(of_suberror)
            .unwrap_or_else(|| error_codes::of_word(&self.error).topic)
    }

    /// What it does to a session when it answers a refresh. What asks for an interaction, a claims challenge above all,
    /// is never the end of a session.
    pub fn refresh_effect(&self) -> RefreshEffect {
        if self.remedy() == Remedy::Operator {
            return RefreshEffect::KeepSession;
        }
        let suberror = self.suberror.as_deref().and_then(error_codes::of_suberror);
        let word = error_codes::of_word(&self.error);
        let asks = self.claims.is_some()
            || matches!(suberror, Some((_, Some(RefreshEffect::StepUp))))
            || [Topic::AttentionNeeded, Topic::ConsentMissing].contains(&word.topic);
        if asks {
            return RefreshEffect::StepUp;
        }
        self.known_code().unwrap_or(word).on_refresh
    }

    /// Whether scopes lack somebody's consent.
    pub fn lacks_consent(&self) -> bool {
        let word = "consent_required";
        self.error == word
            || self.suberror.as_deref() == Some(word)
            || [Topic::ConsentMissing, Topic::AdministratorConsent].contains(&self.topic())
    }

    /// Whether only an administrator can consent.
    pub fn needs_administrator(&self) -> bool {
        self.topic() == Topic::AdministratorConsent
    }
}

/// What stands behind a label at the end of a description, on a line of its own or between the others.
fn labelled<'a>(description: &'a str, label: &str) -> Option<&'a str> {
    let (_, after) = description.rsplit_once(label)?;
    let ends = ["\r", "\n", " Trace ID:", " Correlation ID:", " Timestamp:"];
    let end = ends.iter().filter_map(|end| after.find(end)).min();
    let value = after.get(..end.unwrap_or(after.len()))?;
    Some(value.trim().trim_end_matches('.'))
}

fn numbers(members: &Map<String, Value>) -> Vec<AuthorityErrorCode> {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let listed = members.get("error_codes").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(number)
        .take(10)
        .map(AuthorityErrorCode::Entra)
        .collect()
}

/// The code with which a description begins; anywhere else it is only text.
fn code_at_start(description: &str) -> Option<AuthorityErrorCode> {
    let digits = |rest: &str| {
        let end = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    };
    match description.strip_prefix("AADSTS") {
        Some(rest) => digits(rest).map(AuthorityErrorCode::Entra),
        None => digits(description.strip_prefix("AADB2C")?).map(AuthorityErrorCode::B2c),
    }
}

/// An error code as RFC 6749 §5.2 allows it, short.
fn word(text: &str) -> Option<String> {
    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (!text.is_empty() && text.len() <= 100 && text.bytes().all(allowed)).then(|| text.to_owned())
}

fn identifier(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!text.is_empty() && text.len() <= 80 && text.bytes().all(allowed)).then(|| text.to_owned())
}

fn moment(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" :.+-".contains(&byte);
    (!text.is_empty() && text.len() <= 40 && text.bytes().all(allowed)).then(|| text.to_owned())
}

/// A claims challenge that may be sent on: a JSON object of bounded size.
pub(crate) fn claims_object(text: &str) -> Option<String> {
    if text.len() > LONGEST_CLAIMS {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => Some(text.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: B37
    #[test]
    fn an_entra_error_body_keeps_codes_suberror_claims_and_ids() {
        let body = br#"{"error":"invalid_grant","error_description":"AADSTS50076: Due to a configuration change ada@contoso.example\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2024-01-01 00:00:00Z","error_codes":[50076],"timestamp":"2024-01-01 00:00:00Z","trace_id":"t-1","correlation_id":"c-1","error_uri":"https://login.microsoftonline.com/error?code=50076","suberror":"basic_action","claims":"{\"access_token\":{}}"}"#;
        let detail = AuthorityErrorDetail::from_body(body).unwrap();
        assert_eq!(detail.error, "invalid_grant");
        assert_eq!(detail.codes, [AuthorityErrorCode::Entra(50_076)]);
        assert_eq!(detail.suberror.as_deref(), Some("basic_action"));
        assert_eq!(detail.claims.as_deref(), Some(r#"{"access_token":{}}"#));
        assert_eq!(detail.correlation_id.as_deref(), Some("c-1"));
        assert_eq!(detail.timestamp.as_deref(), Some("2024-01-01 00:00:00Z"));
        assert_eq!(detail.remedy(), Remedy::Person);
    }

    #[test]
    fn ids_are_found_whether_or_not_each_has_a_line() {
        for text in [
            "AADSTS50105: No. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2024-01-01 00:00:00Z",
            "AADSTS50105: No.\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2024-01-01 00:00:00Z\r\n",
        ] {
            let detail = AuthorityErrorDetail::from_callback("access_denied", text);
            assert_eq!(detail.correlation_id.as_deref(), Some("c-1"), "{text}");
            assert_eq!(detail.trace_id.as_deref(), Some("t-1"), "{text}");
            assert_eq!(
                detail.timestamp.as_deref(),
                Some("2024-01-01 00:00:00Z"),
                "{text}"
            );
        }
    }

    // proves: T8
    #[test]
    fn an_error_body_without_error_is_still_an_error() {
        let body = br#"{"error_description":"AADSTS991: something","error_codes":[90010]}"#;
        let detail = AuthorityErrorDetail::from_body(body).unwrap();
        assert_eq!(
            detail.codes,
            [
                AuthorityErrorCode::Entra(90_010),
                AuthorityErrorCode::Entra(991)
            ]
        );
    }

    #[test]
    fn what_a_provider_wrote_for_people_is_not_printed() {
        let detail = AuthorityErrorDetail::from_callback(
            "access_denied",
            "AADSTS50020: User account 'ada@contoso.example' from identity provider",
        );
        for text in [format!("{detail}"), format!("{detail:?}")] {
            assert!(!text.contains("ada@"), "{text}");
            assert!(text.contains("AADSTS50020"), "{text}");
        }
    }

    // proves: B204
    #[test]
    fn a_b2c_code_counts_at_the_start_of_the_description_only() {
        let at_start = AuthorityErrorDetail::from_callback(
            "access_denied",
            "AADB2C90118: The user has forgotten their password.\r\nCorrelation ID: 5d9a-1\r\nTimestamp: 2024-01-01 00:00:00Z\r\n",
        );
        assert_eq!(at_start.codes, [AuthorityErrorCode::B2c(90_118)]);
        assert_eq!(at_start.topic(), Topic::ForgotPassword);
        assert_eq!(at_start.correlation_id.as_deref(), Some("5d9a-1"));
        let inside =
            AuthorityErrorDetail::from_callback("access_denied", "see AADB2C90118: forgot");
        assert!(inside.codes.is_empty());
    }

    #[test]
    fn our_secret_is_the_operators_business_and_not_the_persons() {
        let body = br#"{"error":"invalid_client","error_codes":[7000215]}"#;
        let detail = AuthorityErrorDetail::from_body(body).unwrap();
        assert_eq!(detail.remedy(), Remedy::Operator);
        assert_eq!(AuthorityErrorDetail::from_body(b"<html>"), None);
        assert_eq!(AuthorityErrorDetail::from_body(b"{}"), None);
    }

    #[test]
    fn a_refusal_that_concerns_one_api_keeps_the_session_and_one_of_the_grant_ends_it() {
        let effect = |body: &str| {
            let detail = AuthorityErrorDetail::from_body(body.as_bytes()).unwrap();
            detail.refresh_effect()
        };
        let coded = |code: u32| {
            effect(&format!(
                r#"{{"error":"invalid_grant","error_codes":[{code}],"suberror":"token_expired"}}"#
            ))
        };
        for code in [
            70_043, 50_105, 53_003, 530_003, 50_097, 700_003, 90_094, 90_095, 900_941, 90_099,
            530_002, 50_005, 135_011,
        ] {
            assert_eq!(coded(code), RefreshEffect::StepUp, "{code}");
        }
        for code in [
            700_082, 50_173, 50_132, 50_057, 500_341, 70_008, 70_000, 99_999,
        ] {
            assert_eq!(coded(code), RefreshEffect::EndSession, "{code}");
        }
        assert_eq!(coded(7_000_222), RefreshEffect::KeepSession);
        let challenged = r#"{"error":"invalid_grant","error_codes":[50173],"claims":"{}"}"#;
        assert_eq!(effect(challenged), RefreshEffect::StepUp);
        assert_eq!(effect(r#"{"error":"odd"}"#), RefreshEffect::StepUp);
        assert_eq!(
            effect(r#"{"error":"server_error"}"#),
            RefreshEffect::KeepSession
        );
    }

    #[test]
    fn codes_that_only_an_administrator_can_lift_are_told_apart_from_missing_consent() {
        for code in [90_094, 90_095, 900_941, 90_099] {
            let text = format!("AADSTS{code}: no");
            let detail = AuthorityErrorDetail::from_callback("access_denied", &text);
            assert!(
                detail.needs_administrator() && detail.lacks_consent(),
                "{code}"
            );
        }
        let detail = AuthorityErrorDetail::from_callback("consent_required", "AADSTS65001: no");
        assert!(!detail.needs_administrator() && detail.lacks_consent());
    }

    proptest::proptest! {
        #[test]
        fn no_description_makes_the_reader_panic(error in ".{0,40}", description in "(AADSTS|AADB2C)?[0-9]{0,25}.{0,80}") {
            let detail = AuthorityErrorDetail::from_callback(&error, &description);
            proptest::prop_assert!(!detail.to_string().contains(['\r', '\n']));
        }
    }
}
