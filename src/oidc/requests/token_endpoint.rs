//! A request to the token endpoint: the grant, the client authentication, and the response or the refusal.
//!
//! Owns the second try with another client authentication. A grant is never repeated after an outage: a code works
//! once, and a refresh token may have been rotated (RFC 9700 §4.14.2).

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tracing::Instrument as _;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::domain::profile::Profile;
use crate::http::{BufferedResponse, CallError};
use crate::measure::spans;
use crate::measure::table::GRANTS;
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::client_auth::credentials::{
    AuthenticationRequest, ClientAuthentication, Try, may_succeed_with_another,
};
use crate::oidc::discovery::endpoints::DiscoveredAuthority;
use crate::oidc::error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
};
use crate::oidc::error_codes::{RefreshEffect, Remedy, Topic};
use crate::oidc::profile_client::ProfileClient;
use crate::oidc::requests::parameters::Form;
use crate::oidc::requests::token_response::{TokenResponse, UnusableResponse};

/// Bytes of a response.
const LARGEST: usize = 256 * 1024;
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
                Remedy::Person | Remedy::Time => Self::Refused(detail),
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

impl ProfileClient {
    /// Sends a token request (RFC 6749 §4.1.3, §6) and reads the response. If the client authentication is refused and
    /// another one may be accepted, tries once more.
    pub(crate) async fn request_tokens(
        &self,
        authority: &DiscoveredAuthority<'_>,
        grant: &Form<'_>,
    ) -> Result<TokenResponse, TokenRequestError> {
        let said = grant.iter().find(|(name, _)| *name == "grant_type");
        let known = said.and_then(|(_, said)| GRANTS.iter().find(|known| **known == *said));
        let word = known.copied().unwrap_or("other");
        let began = Instant::now();
        let span = spans::token_endpoint(authority.profile.id.as_str(), word);
        let outcome = self.with_second_try(authority, grant);
        let outcome = outcome.instrument(span).await;
        let profile = authority.profile.id.to_string();
        metrics::histogram!("gatehouse_token_request_duration_seconds", "profile" => profile.clone(), "grant" => word)
            .record(began.elapsed().as_secs_f64());
        metrics::counter!(
            "gatehouse_token_requests_total",
            "profile" => profile,
            "grant" => word,
            "outcome" => outcome.as_ref().map_or_else(TokenRequestError::word, |_| "ok"),
        )
        .increment(1);
        outcome
    }

    async fn with_second_try(
        &self,
        authority: &DiscoveredAuthority<'_>,
        grant: &Form<'_>,
    ) -> Result<TokenResponse, TokenRequestError> {
        let profile = authority.profile;
        let refusal = match self.attempt(authority, grant, Try::First).await {
            Err(TokenRequestError::Refusal(refusal))
                if may_succeed_with_another(profile, &refusal) =>
            {
                refusal
            }
            first => return first,
        };
        let second = self.attempt(authority, grant, Try::Second).await;
        match &second {
            Ok(_) => self.credentials.second_accepted(),
            // The client authentication was accepted, only the grant was not.
            Err(TokenRequestError::Refusal(second))
                if !may_succeed_with_another(profile, second) =>
            {
                self.credentials.second_accepted();
            }
            // The first refusal says more than a second authentication that could not be made.
            Err(TokenRequestError::Credential(_)) => {
                return Err(TokenRequestError::Refusal(refusal));
            }
            Err(_) => {}
        }
        second
    }

    async fn attempt(
        &self,
        authority: &DiscoveredAuthority<'_>,
        grant: &Form<'_>,
        which: Try,
    ) -> Result<TokenResponse, TokenRequestError> {
        let authentication = self.authenticate(authority, which).await?;
        let response = self.send(authority, grant, &authentication).await?;
        self.read(authority.profile, &response)
    }

    /// Makes the client authentication for a request to this authority.
    pub(crate) async fn authenticate(
        &self,
        authority: &DiscoveredAuthority<'_>,
        which: Try,
    ) -> Result<ClientAuthentication, CredentialProblem> {
        let request = AuthenticationRequest {
            profile: authority.profile,
            metadata: &authority.metadata,
            now: self.deps.clock.now(),
            random: &*self.deps.random,
            which,
        };
        self.permit_files(authority.profile)?;
        let authentication = self
            .credentials
            .authenticate(&request, &self.identities)
            .await?;
        // Again: what was read leaves the process only if no file was exchanged meanwhile.
        self.permit_files(authority.profile)?;
        Ok(authentication)
    }

    /// Whoever writes a profile's files could replace one by a link to a file of gatehouse, and receive its content.
    fn permit_files(&self, profile: &Profile) -> Result<(), CredentialProblem> {
        let files = profile.client.credential.files().into_iter();
        let permits = &self.deps.permits_file;
        match files.into_iter().find(|file| !permits(&profile.id, file)) {
            Some(file) => Err(CredentialProblem::Forbidden(file.display().to_string())),
            None => Ok(()),
        }
    }

    async fn send(
        &self,
        authority: &DiscoveredAuthority<'_>,
        grant: &Form<'_>,
        authentication: &ClientAuthentication,
    ) -> Result<BufferedResponse, CallError> {
        let clock = &self.deps.clock;
        self.circuit_breaker.pass(clock.now())?;
        let endpoint = &authority.metadata.token_endpoint;
        let sent = self.post(endpoint, grant, authentication).await;
        match &sent {
            Ok(response) if !response.status.is_server_error() => self.circuit_breaker.answered(),
            _ => self.circuit_breaker.failed(clock.now()),
        }
        sent
    }

    /// Posts a form with the client authentication.
    pub(crate) async fn post(
        &self,
        endpoint: &Url,
        form: &Form<'_>,
        authentication: &ClientAuthentication,
    ) -> Result<BufferedResponse, CallError> {
        let body = Serializer::new(String::new())
            .extend_pairs(form)
            .extend_pairs(&authentication.form)
            .finish();
        let mut request = self
            .bulkhead
            .client()
            .post(endpoint.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some(authorization) = &authentication.authorization
            && let Ok(mut value) = HeaderValue::from_str(authorization)
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let timeout = self.deps.call_timeout;
        self.bulkhead.call(request, LARGEST, timeout).await
    }

    fn read(
        &self,
        profile: &Profile,
        response: &BufferedResponse,
    ) -> Result<TokenResponse, TokenRequestError> {
        let status = response.status.as_u16();
        if status == 200 {
            let id_token_only = profile.authority.dialect().id_token_only;
            return TokenResponse::read(&response.body, id_token_only)
                .map_err(TokenRequestError::Response);
        }
        let retry_after = response.retry_after(self.deps.clock.now());
        let detail = AuthorityErrorDetail::from_body(&response.body).map(Box::new);
        let passes = |detail: &AuthorityErrorDetail| detail.remedy() == Remedy::Time;
        let (why, loops) = match detail {
            Some(detail)
                if status != 429 && response.status.is_client_error() && !passes(&detail) =>
            {
                return Err(TokenRequestError::Refusal(detail));
            }
            Some(detail) => {
                let loops = detail.topic() == Topic::RequestLoop;
                (Outage::ErrorResponse(detail), loops)
            }
            None => (Outage::Status(status), false),
        };
        Err(if status == 429 || loops {
            TokenRequestError::Throttled { why, retry_after }
        } else {
            TokenRequestError::Outage { why, retry_after }
        })
    }
}

impl TokenRequestError {
    fn word(&self) -> &'static str {
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
