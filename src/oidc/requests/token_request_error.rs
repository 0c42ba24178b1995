//! Why a token request brought no tokens, and what that is for a sign-in and for a refresh.

use std::time::Duration;

use crate::domain::secret::RefreshToken;
use crate::http::CallError;
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
};
use crate::oidc::error_codes::{RefreshEffect, Remedy};

/// How long to wait when an authority throttles and does not say until when.
const UNSAID_WAIT: Duration = Duration::from_mins(1);

/// Why a token request brought no tokens.
pub(crate) enum TokenRequestError {
    Outage {
        why: Outage,
        retry_after: Option<Duration>,
    },
    /// Status 429, or a code that says the same.
    Throttled {
        why: Outage,
        retry_after: Option<Duration>,
    },
    Refusal(Box<AuthorityErrorDetail>),
    Response(UnusableResponse),
    Credential(CredentialProblem),
}

impl From<TokenRequestError> for OidcError {
    fn from(failure: TokenRequestError) -> Self {
        match failure {
            TokenRequestError::Outage { why, retry_after } => {
                Self::Unavailable { why, retry_after }
            }
            TokenRequestError::Throttled { why, retry_after } => Self::Unavailable {
                why,
                retry_after: Some(retry_after.unwrap_or(UNSAID_WAIT)),
            },
            TokenRequestError::Refusal(detail) => match detail.remedy() {
                Remedy::Operator => Misconfiguration::Client(detail).into(),
                Remedy::Person | Remedy::Administrator | Remedy::Time => Self::Refused(detail),
            },
            // No response of the authority: a page of something in between, which passes.
            TokenRequestError::Response(unusable) if unusable.fault == ResponseFault::NotJson => {
                Self::Unavailable {
                    why: Outage::Malformed(unusable.fault),
                    retry_after: None,
                }
            }
            TokenRequestError::Response(unusable) => {
                Self::Invalid(Invalid::Response(unusable.fault))
            }
            TokenRequestError::Credential(problem) => Misconfiguration::Credential(problem).into(),
        }
    }
}

impl From<TokenRequestError> for RefreshError {
    fn from(failure: TokenRequestError) -> Self {
        match failure {
            TokenRequestError::Outage { why, retry_after } => {
                Self::Unavailable { why, retry_after }
            }
            TokenRequestError::Throttled { why, retry_after } => Self::Throttled {
                why,
                retry_after: retry_after.unwrap_or(UNSAID_WAIT),
            },
            TokenRequestError::Refusal(detail) => of_refusal(detail),
            // There are no claims to check: no reason to end a session.
            TokenRequestError::Response(unusable) => Self::Unavailable {
                why: Outage::Malformed(unusable.fault),
                retry_after: None,
            },
            TokenRequestError::Credential(problem) => {
                Self::ClientRefused(Misconfiguration::Credential(problem))
            }
        }
    }
}

impl From<CallError> for TokenRequestError {
    fn from(error: CallError) -> Self {
        Self::Outage {
            retry_after: error.retry_after(),
            why: Outage::Call(error),
        }
    }
}

impl From<CredentialProblem> for TokenRequestError {
    /// A platform that does not answer passes; any other problem of the credential is the operator's.
    fn from(problem: CredentialProblem) -> Self {
        match problem {
            CredentialProblem::ManagedIdentityAway { source_name, why } => Self::Outage {
                why: Outage::ManagedIdentity { source_name, why },
                retry_after: None,
            },
            problem => Self::Credential(problem),
        }
    }
}

/// Sorted by the table of error codes; never by description (microsoft-identity 2.5).
fn of_refusal(detail: Box<AuthorityErrorDetail>) -> RefreshError {
    match (detail.refresh_effect(), detail.remedy()) {
        (RefreshEffect::EndSession, _) => RefreshError::Rejected(detail),
        (RefreshEffect::StepUp, _) => RefreshError::InteractionRequired(detail),
        (RefreshEffect::KeepSession, Remedy::Operator) => {
            RefreshError::ClientRefused(Misconfiguration::Client(detail))
        }
        (RefreshEffect::KeepSession, _) => RefreshError::Unavailable {
            why: Outage::ErrorResponse(detail),
            retry_after: None,
        },
    }
}

impl TokenRequestError {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Outage { .. } => "unavailable",
            Self::Throttled { .. } => "throttled",
            Self::Refusal(detail) if detail.error == "invalid_grant" => "invalid_grant",
            Self::Refusal(_) => "refused",
            Self::Response(_) => "malformed",
            Self::Credential(_) => "no_credential",
        }
    }
}

/// A response of which only a new refresh token may be used: the old one may be spent (RFC 6749 §6).
pub(crate) struct UnusableResponse {
    pub(crate) fault: ResponseFault,
    pub(crate) refresh_token: Option<RefreshToken>,
}
