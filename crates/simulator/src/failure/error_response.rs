//! The shape of error answers: `error`, code, text, and the members that Microsoft adds (microsoft-identity.md §2.5).
//!
//! Does not know which cause leads to which code.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::kind::Kind;

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
