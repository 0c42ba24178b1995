//! What an authority says when it refuses: error, codes, sub-error, and the ids that its support asks for.
//!
//! Reads error bodies of token endpoints and the error parameters of callbacks alike. Decisions are made by
//! [`AuthorityErrorDetail::remedy`], on codes and never on descriptions; B2C's codes exist only at the start of the
//! description (microsoft-identity 2.5).

use std::fmt;

use serde_json::{Map, Value};

/// Characters; a description beyond this is cut.
const LONGEST_DESCRIPTION: usize = 2_000;
/// Bytes of a claims challenge that is passed on.
const LONGEST_CLAIMS: usize = 4_096;

/// A code in an authority's own numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorityErrorCode {
    /// `AADSTS…`: Entra ID and External ID.
    Entra(u64),
    /// `AADB2C…`: Azure AD B2C.
    B2c(u64),
}

impl fmt::Display for AuthorityErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entra(code) => write!(f, "AADSTS{code}"),
            Self::B2c(code) => write!(f, "AADB2C{code}"),
        }
    }
}

/// Who can do something about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The person: sign in again, consent, choose another account.
    Person,
    /// The operator: a secret, an address, a scope.
    Operator,
    /// Nobody: it passes.
    Time,
}

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
    description: String,
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
            description: String::new(),
        };
        detail.describe(text("error_description").unwrap_or_default());
        Some(detail)
    }

    /// Takes over the description and what only stands in it.
    fn describe(&mut self, description: &str) {
        self.description = description.chars().take(LONGEST_DESCRIPTION).collect();
        if let Some(code) = code_at_start(description)
            && !self.codes.contains(&code)
        {
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

    /// What the authority wrote for people: may hold names and addresses, must be escaped, is not for logs.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether it has this code of Entra ID's.
    pub fn has_entra(&self, code: u64) -> bool {
        self.codes.contains(&AuthorityErrorCode::Entra(code))
    }

    /// Whether it has this code of B2C's.
    pub fn has_b2c(&self, code: u64) -> bool {
        self.codes.contains(&AuthorityErrorCode::B2c(code))
    }

    /// Whether scopes lack somebody's consent.
    pub fn lacks_consent(&self) -> bool {
        let said = self.error == "consent_required"
            || self.suberror.as_deref() == Some("consent_required");
        said || self.has_entra(65_001) || self.needs_administrator()
    }

    /// AADSTS90094: only an administrator can consent.
    pub fn needs_administrator(&self) -> bool {
        self.has_entra(90_094)
    }

    /// Who can do something about it. A code that is known decides, else the error does.
    pub fn remedy(&self) -> Remedy {
        let of_code = self.codes.iter().find_map(|code| match code {
            AuthorityErrorCode::Entra(code) => entra_remedy(*code),
            AuthorityErrorCode::B2c(code) => b2c_remedy(*code),
        });
        of_code.unwrap_or(match self.error.as_str() {
            "invalid_client"
            | "unauthorized_client"
            | "invalid_request"
            | "invalid_scope"
            | "invalid_resource"
            | "unsupported_grant_type"
            | "unsupported_response_type"
            | "invalid_target" => Remedy::Operator,
            "temporarily_unavailable" | "server_error" | "slow_down" => Remedy::Time,
            _ => Remedy::Person,
        })
    }
}

/// Codes that say more than their `error` does (microsoft-identity 2.5).
fn entra_remedy(code: u64) -> Option<Remedy> {
    match code {
        50_011 | 70_011 | 28_003 | 900_144 | 500_011 | 500_207 | 500_208 | 500_210 | 700_016
        | 90_002 | 90_023 | 7_000_215 | 7_000_222 | 700_024 | 700_027 | 7_000_274 | 7_000_214
        | 7_000_277 | 1_000_502 => Some(Remedy::Operator),
        90_033 | 90_055 | 50_196 => Some(Remedy::Time),
        16_000
        | 50_020
        | 50_055
        | 50_057
        | 50_058
        | 50_076
        | 50_079
        | 50_105
        | 50_158
        | 65_001
        | 65_004
        | 70_000
        | 70_008
        | 70_043
        | 700_082
        | 53_000..=53_003 => Some(Remedy::Person),
        _ => None,
    }
}

fn b2c_remedy(code: u64) -> Option<Remedy> {
    match code {
        90_006 | 90_067 | 90_008 | 90_110 | 90_043 | 90_055 | 90_115 | 90_117 | 90_146 | 90_205
        | 90_079 | 90_081 | 90_088 | 90_107 | 90_183 => Some(Remedy::Operator),
        90_077 | 90_080 | 90_091 | 90_118 | 90_128 | 90_129 | 90_182 | 90_208..=90_238 => {
            Some(Remedy::Person)
        }
        _ => None,
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

    #[test]
    fn b37_an_entra_error_body_keeps_codes_suberror_claims_and_ids() {
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

    #[test]
    fn t8_an_error_body_without_error_is_still_an_error() {
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
        assert!(detail.description().contains("ada@"));
    }

    #[test]
    fn b204_a_b2c_code_counts_at_the_start_of_the_description_only() {
        let at_start = AuthorityErrorDetail::from_callback(
            "access_denied",
            "AADB2C90118: The user has forgotten their password.\r\nCorrelation ID: 5d9a-1\r\nTimestamp: 2024-01-01 00:00:00Z\r\n",
        );
        assert!(at_start.has_b2c(90_118));
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

    proptest::proptest! {
        #[test]
        fn no_description_makes_the_reader_panic(error in ".{0,40}", description in "(AADSTS|AADB2C)?[0-9]{0,25}.{0,80}") {
            let detail = AuthorityErrorDetail::from_callback(&error, &description);
            proptest::prop_assert!(!detail.to_string().contains(['\r', '\n']));
        }
    }
}
