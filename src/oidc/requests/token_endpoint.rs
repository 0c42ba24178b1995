//! A request to the token endpoint: the grant, the client authentication, and the response or the refusal.
//!
//! Owns the second try with another client authentication. A grant is never repeated after an outage: a code works
//! once, and a refresh token may have been rotated (RFC 9700 §4.14.2).
//!
//! The response (RFC 6749 §5.1) is read tolerantly: numbers as text, white space around tokens and missing members occur at
//! Microsoft, at its older endpoints and in mocks of them.

use std::fmt;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value};
use tracing::Instrument as _;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::domain::api::Api;
use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, IdToken, RefreshToken};
use crate::domain::token_set::{AccessGrant, StatedLifetime};
use crate::http::{BufferedResponse, CallError};
use crate::measure::spans;
use crate::measure::table::GRANTS;
use crate::oidc::authorities::{DiscoveredAuthority, ProfileClient};
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::client_auth::credentials::{
    AuthenticationRequest, ClientAuthentication, Try, may_succeed_with_another,
};
use crate::oidc::error::{CredentialProblem, Outage, ResponseFault};
use crate::oidc::error_codes::{Remedy, Topic};
use crate::oidc::requests::parameters::{Form, token_is_for_graph};
use crate::oidc::requests::token_request_error::{TokenRequestError, UnusableResponse};

/// Bytes of a response.
const LARGEST: usize = 256 * 1024;

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

/// Bytes of one token.
const LARGEST_TOKEN: usize = 64 * 1024;

/// A successful response.
pub(crate) struct TokenResponse {
    pub(crate) access_token: Option<AccessToken>,
    pub(crate) id_token: Option<IdToken>,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) refresh_in: Option<Duration>,
    /// As granted; empty if the response does not say.
    pub(crate) scopes: Vec<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("access_token", &self.access_token)
            .field("id_token", &self.id_token)
            .field("refresh_token", &self.refresh_token)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl TokenResponse {
    /// Reads the body. `id_token_only` accepts a response without an access token (B2C without an API scope).
    pub(crate) fn read(body: &[u8], id_token_only: bool) -> Result<Self, UnusableResponse> {
        let unusable = |fault| UnusableResponse {
            fault,
            refresh_token: None,
        };
        let members = match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(unusable(ResponseFault::Shape)),
            Err(_) => return Err(unusable(ResponseFault::NotJson)),
        };
        Self::of(&members, id_token_only).map_err(|fault| UnusableResponse {
            fault,
            refresh_token: text(&members, "refresh_token").map(RefreshToken::new),
        })
    }

    fn of(members: &Map<String, Value>, id_token_only: bool) -> Result<Self, ResponseFault> {
        let access_token = match members.get("access_token") {
            None | Some(Value::Null) if id_token_only => None,
            Some(Value::String(text)) => {
                Some(token(text).ok_or(ResponseFault::AccessToken)?.to_owned())
            }
            _ => return Err(ResponseFault::AccessToken),
        };
        // RFC 6749 §5.1, §7.1: compared without regard to case; a token of an unknown type is not used.
        let bearer = match members.get("token_type") {
            Some(Value::String(kind)) => kind.eq_ignore_ascii_case("bearer"),
            None => access_token.is_none(),
            Some(_) => false,
        };
        if !bearer {
            return Err(ResponseFault::TokenType);
        }
        let id_token = text(members, "id_token");
        let refresh_token = text(members, "refresh_token");
        Ok(Self {
            access_token: access_token.map(AccessToken::new),
            id_token: id_token.map(IdToken::new),
            refresh_token: refresh_token.map(RefreshToken::new),
            expires_in: members.get("expires_in").and_then(lifetime),
            refresh_in: members.get("refresh_in").and_then(lifetime),
            scopes: text(members, "scope")
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// A member that is text and not empty, without the white space around it.
fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    token(members.get(name)?.as_str()?)
}

/// A token can be sent in a header: printable ASCII. Some authorities put white space after it.
fn token(text: &str) -> Option<&str> {
    let text = text.trim();
    let printable = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    (!text.is_empty() && text.len() <= LARGEST_TOKEN && printable).then_some(text)
}

/// Seconds as number or as text, whole or not. Anything else, and less than one second, counts as missing.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // Ten years at most; the domain has a shorter limit.
    let sane = seconds.is_finite() && seconds >= 1.0;
    sane.then(|| Duration::from_secs_f64(seconds.min(315_360_000.0).floor()))
}

/// The access token of a response with its use. At Microsoft a token is for one resource: without an API it is for
/// none.
pub(crate) fn access_grant(
    profile: &Profile,
    api: Option<&Api>,
    response: &TokenResponse,
    now: Timestamp,
) -> Option<AccessGrant> {
    let name = if profile.authority.dialect().microsoft {
        Some(api?.name.clone())
    } else {
        None
    };
    Some(AccessGrant::new(
        name,
        response.access_token.clone()?,
        response.scopes.clone(),
        now,
        StatedLifetime {
            expires_in: response.expires_in,
            refresh_in: response.refresh_in,
        },
    ))
}

/// The access token of a response, if it is for Microsoft Graph.
pub(crate) fn graph_token(
    profile: &Profile,
    api: Option<&Api>,
    response: &TokenResponse,
) -> Option<AccessToken> {
    response
        .access_token
        .clone()
        .filter(|_| token_is_for_graph(profile, api))
}

#[cfg(test)]
mod tests;
