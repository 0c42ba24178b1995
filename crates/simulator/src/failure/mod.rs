//! How each kind of authority says no (microsoft-identity.md §2.5).
//!
//! Owns causes, codes and the shapes of error answers. Causes are ours; codes and texts are the platform's.

mod b2c;
mod entra;
mod openid;

use chrono::DateTime;
use serde_json::{Value, json};

use crate::kind::Kind;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    UnknownClient(String),
    UnknownTenant(String),
    SecretMissing,
    SecretWrong,
    AssertionOutsideItsTime,
    AssertionSignature,
    AssertionAudience,
    AssertionReplayed,
    AssertionUnknownIssuer,
    CodeMalformed,
    CodeUsed,
    CodeExpired,
    OtherTenant,
    OtherPolicy { actual: String, expected: String },
    OtherClient,
    RedirectNotRegistered(String),
    RedirectDiffers,
    VerifierMissing,
    VerifierWrong,
    ChallengeMissing,
    ChallengeMethod,
    RefreshUnknown,
    RefreshExpired,
    Revoked,
    ConsentMissing,
    AdministratorConsentMissing,
    NoSession,
    SeveralAccounts,
    Cancelled,
    ConsentDeclined,
    PasswordForgotten,
    StepUp(String),
    GrantType,
    ResponseType(String),
    Parameter(&'static str),
    Prompt(String),
    ScopeNotSupported(String),
    UnknownScope(String),
    UnknownResource(String),
    SeveralResources,
    NotAdmitted,
    LogoutHint,
}

/// An error answer before it is given a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Empty for a body without `error`, which has been seen (microsoft-identity.md §2.1).
    pub error: String,
    /// The number after AADSTS, or after AADB2C; 0 is none.
    pub code: u32,
    pub text: String,
    pub suberror: Option<String>,
    pub claims: Option<String>,
    pub status: u16,
}

impl Failure {
    pub(crate) fn new(error: &str, code: u32, text: impl Into<String>) -> Self {
        // RFC 6749 §5.2
        let status = if error == "invalid_client" { 401 } else { 400 };
        Self {
            error: error.to_owned(),
            code,
            text: text.into(),
            suberror: None,
            claims: None,
            status,
        }
    }

    pub(crate) fn suberror(self, suberror: &str) -> Self {
        Self {
            suberror: Some(suberror.to_owned()),
            ..self
        }
    }

    pub(crate) fn of(cause: &Cause, kind: Kind) -> Self {
        match kind {
            Kind::B2c => b2c::of(cause),
            Kind::Oidc => openid::of(cause),
            _ => entra::of(cause),
        }
    }

    /// `error_description` as the platform writes it.
    pub(crate) fn description(&self, kind: Kind, trace: &Trace) -> String {
        let Trace {
            id,
            correlation_id,
            timestamp,
        } = trace;
        match (kind, self.code) {
            (Kind::Oidc, _) | (_, 0) => self.text.clone(),
            (Kind::B2c, code) => format!(
                "AADB2C{code}: {}\r\nCorrelation ID: {correlation_id}\r\nTimestamp: {timestamp}\r\n",
                self.text
            ),
            (_, code) => format!(
                "AADSTS{code}: {} Trace ID: {id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
                self.text
            ),
        }
    }

    /// The body of the token endpoint.
    pub(crate) fn body(&self, kind: Kind, origin: &str, trace: &Trace) -> Value {
        let mut body = json!({"error_description": self.description(kind, trace)});
        let Some(members) = body.as_object_mut() else {
            return body;
        };
        if !self.error.is_empty() {
            members.insert("error".to_owned(), self.error.clone().into());
        }
        if matches!(
            kind,
            Kind::EntraId | Kind::ExternalId | Kind::ExternalIdCustomDomain
        ) {
            members.insert("error_codes".to_owned(), json!([self.code]));
            members.insert("timestamp".to_owned(), trace.timestamp.clone().into());
            members.insert("trace_id".to_owned(), trace.id.clone().into());
            members.insert(
                "correlation_id".to_owned(),
                trace.correlation_id.clone().into(),
            );
            let uri = format!("{origin}/error?code={}", self.code);
            members.insert("error_uri".to_owned(), uri.into());
        }
        if let Some(suberror) = &self.suberror {
            members.insert("suberror".to_owned(), suberror.clone().into());
        }
        if let Some(claims) = &self.claims {
            members.insert("claims".to_owned(), claims.clone().into());
        }
        body
    }
}

/// What support asks for.
pub(crate) struct Trace {
    pub id: String,
    pub correlation_id: String,
    pub timestamp: String,
}

impl Trace {
    pub(crate) fn new(id: String, correlation_id: String, now: i64) -> Self {
        let timestamp = DateTime::from_timestamp(now, 0)
            .map(|time| time.format("%Y-%m-%d %H:%M:%SZ").to_string())
            .unwrap_or_default();
        Self {
            id,
            correlation_id,
            timestamp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace() -> Trace {
        Trace::new("t".to_owned(), "c".to_owned(), 1_704_067_200)
    }

    #[test]
    fn entra_sends_codes_suberror_and_claims_beside_the_text() {
        let failure = Failure::of(&Cause::StepUp("{}".to_owned()), Kind::EntraId);
        let body = failure.body(Kind::EntraId, "http://x", &trace());
        assert_eq!(body.get("error_codes").unwrap(), &json!([50076]));
        assert_eq!(body.get("suberror").unwrap(), "basic_action");
        assert_eq!(body.get("timestamp").unwrap(), "2024-01-01 00:00:00Z");
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADSTS50076: ")
        );
    }

    #[test]
    fn b2c_has_its_code_in_the_text_only() {
        let failure = Failure::of(&Cause::PasswordForgotten, Kind::B2c);
        let body = failure.body(Kind::B2c, "http://x", &trace());
        assert!(body.get("error_codes").is_none());
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADB2C90118: ")
        );
    }
}
