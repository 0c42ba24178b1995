//! One exchange at a token endpoint: the grant, the gateway's proof, and the answer or the refusal.
//!
//! Owns the second try with another proof. Never repeats a grant after an outage: a code works once, a refresh
//! token may have been rotated (RFC 9700 §4.14.2).

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::domain::profile::Profile;
use crate::http::client::Answer;
use crate::oidc::authority_error::{AuthorityErrorDetail, Remedy};
use crate::oidc::client_auth::authenticator::{ClientAuth, Proof, ProofRequest};
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
};
use crate::oidc::profile_client::Room;
use crate::oidc::requests::token_response::{Damaged, TokenResponse};

/// Bytes of an answer.
const LARGEST: usize = 256 * 1024;
/// Wait when an authority says "too many" and not until when.
const UNSAID_WAIT: Duration = Duration::from_mins(1);

/// AADSTS50196: the authority has seen a loop and throttles the client (microsoft-identity 2.5).
const REQUEST_LOOP: u64 = 50_196;

/// Why an exchange brought no tokens.
pub(crate) enum Failure {
    Outage {
        why: Outage,
        retry_after: Option<Duration>,
    },
    /// 429, or a code that says the same.
    Throttled {
        why: Outage,
        retry_after: Option<Duration>,
    },
    Refusal(Box<AuthorityErrorDetail>),
    Response(Damaged),
    Credential(CredentialProblem),
}

impl From<Failure> for OidcError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Outage { why, retry_after } => Self::Unavailable { why, retry_after },
            Failure::Throttled { why, retry_after } => Self::Unavailable {
                why,
                retry_after: Some(retry_after.unwrap_or(UNSAID_WAIT)),
            },
            Failure::Refusal(detail) => match detail.remedy() {
                Remedy::Operator => Misconfiguration::Client(detail).into(),
                Remedy::Person | Remedy::Time => Self::Refused(detail),
            },
            // Nothing of the protocol was said: a page of something before the authority, which passes.
            Failure::Response(damaged) if damaged.fault == ResponseFault::NotJson => {
                Self::Unavailable {
                    why: Outage::Malformed(damaged.fault),
                    retry_after: None,
                }
            }
            Failure::Response(damaged) => Self::Invalid(Invalid::Response(damaged.fault)),
            Failure::Credential(problem) => Misconfiguration::Credential(problem).into(),
        }
    }
}

impl From<Failure> for RefreshError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Outage { why, retry_after } => Self::Unavailable { why, retry_after },
            Failure::Throttled { why, retry_after } => Self::Throttled {
                why,
                retry_after: retry_after.unwrap_or(UNSAID_WAIT),
            },
            Failure::Refusal(detail) => of_refusal(detail),
            // Nothing was claimed that could be believed or not: no reason to end a session.
            Failure::Response(damaged) => Self::Unavailable {
                why: Outage::Malformed(damaged.fault),
                retry_after: None,
            },
            Failure::Credential(problem) => {
                Self::ClientRefused(Misconfiguration::Credential(problem))
            }
        }
    }
}

/// Sorted by `error`, then `suberror` and `claims`, then codes; never by description (microsoft-identity 2.5).
fn of_refusal(detail: Box<AuthorityErrorDetail>) -> RefreshError {
    if detail.remedy() == Remedy::Operator {
        return RefreshError::ClientRefused(Misconfiguration::Client(detail));
    }
    let interaction = ["interaction_required", "consent_required", "login_required"];
    let helps = [
        "basic_action",
        "additional_action",
        "message_only",
        "consent_required",
        "user_password_expired",
    ];
    let asks = interaction.contains(&detail.error.as_str())
        || detail.claims.is_some()
        || detail
            .suberror
            .as_deref()
            .is_some_and(|suberror| helps.contains(&suberror))
        || [50_076, 50_079, 50_158, 65_001]
            .iter()
            .any(|code| detail.has_entra(*code));
    match detail.error.as_str() {
        _ if asks => RefreshError::InteractionRequired(detail),
        "invalid_grant" => RefreshError::Rejected(detail),
        _ if detail.remedy() == Remedy::Time => RefreshError::Unavailable {
            why: Outage::ErrorResponse(detail),
            retry_after: None,
        },
        // An unknown refusal is no reason to throw a session away: the person signs in again where tokens are needed.
        _ => RefreshError::InteractionRequired(detail),
    }
}

impl Room {
    /// Sends a grant (RFC 6749 §4.1.3, §6) and reads the answer.
    pub(crate) async fn exchange(
        &self,
        profile: &Profile,
        metadata: &Metadata,
        grant: &[(&'static str, &str)],
    ) -> Result<TokenResponse, Failure> {
        let first = self.attempt(profile, metadata, grant, false).await;
        let outcome = match first {
            Err(Failure::Refusal(refusal)) if ClientAuth::may_succeed_again(profile, &refusal) => {
                let second = self.attempt(profile, metadata, grant, true).await;
                match second {
                    Ok(_) => self.client_auth.second_accepted(),
                    // The proof was accepted, only the grant was not.
                    Err(Failure::Refusal(ref second))
                        if !ClientAuth::may_succeed_again(profile, second) =>
                    {
                        self.client_auth.second_accepted();
                    }
                    // What the first attempt was told says more than a second proof that could not be made.
                    Err(Failure::Credential(_)) => return Err(Failure::Refusal(refusal)),
                    Err(_) => {}
                }
                second
            }
            first => first,
        };
        let kind = grant
            .iter()
            .find_map(|(name, value)| (*name == "grant_type").then(|| (*value).to_owned()));
        metrics::counter!(
            "gatehouse_token_requests_total",
            "profile" => profile.id.to_string(),
            "grant" => kind.unwrap_or_default(),
            "outcome" => outcome.as_ref().map_or_else(Failure::word, |_| "ok"),
        )
        .increment(1);
        outcome
    }

    async fn attempt(
        &self,
        profile: &Profile,
        metadata: &Metadata,
        grant: &[(&'static str, &str)],
        second: bool,
    ) -> Result<TokenResponse, Failure> {
        let request = ProofRequest {
            profile,
            metadata,
            now: self.means.clock.now(),
            random: &*self.means.random,
            second,
        };
        let proof = self
            .client_auth
            .prove(&request, &self.identities)
            .await
            .map_err(Failure::of_credential)?;
        let answer = self.send(metadata, grant, &proof).await?;
        self.judge(profile, &answer)
    }

    async fn send(
        &self,
        metadata: &Metadata,
        grant: &[(&'static str, &str)],
        proof: &Proof,
    ) -> Result<Answer, Failure> {
        let clock = &self.means.clock;
        self.breaker
            .pass(clock.now())
            .map_err(|left| Failure::Outage {
                why: Outage::Resting,
                retry_after: Some(left),
            })?;
        let sent = self.post(&metadata.token_endpoint, grant, proof).await;
        match &sent {
            Ok(answer) if !answer.status.is_server_error() => self.breaker.answered(),
            _ => self.breaker.failed(clock.now()),
        }
        sent.map_err(|why| Failure::Outage {
            why,
            retry_after: None,
        })
    }

    /// Posts a form with the gateway's proof.
    pub(crate) async fn post(
        &self,
        endpoint: &Url,
        form: &[(&'static str, &str)],
        proof: &Proof,
    ) -> Result<Answer, Outage> {
        let body = Serializer::new(String::new())
            .extend_pairs(form)
            .extend_pairs(&proof.form)
            .finish();
        let mut request = self
            .lane
            .client()
            .post(endpoint.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some(authorization) = &proof.authorization
            && let Ok(mut value) = HeaderValue::from_str(authorization)
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        self.lane.call(request, LARGEST, self.means.patience).await
    }

    fn judge(&self, profile: &Profile, answer: &Answer) -> Result<TokenResponse, Failure> {
        let status = answer.status.as_u16();
        let retry_after = answer.retry_after(self.means.clock.now());
        if status == 200 {
            let only = profile.authority.dialect().id_token_only;
            return TokenResponse::read(&answer.body, only).map_err(Failure::Response);
        }
        let detail = AuthorityErrorDetail::from_body(&answer.body).map(Box::new);
        let passes = |detail: &AuthorityErrorDetail| detail.remedy() == Remedy::Time;
        let (why, loops) = match detail {
            Some(detail)
                if status != 429 && answer.status.is_client_error() && !passes(&detail) =>
            {
                return Err(Failure::Refusal(detail));
            }
            Some(detail) => {
                let loops = detail.has_entra(REQUEST_LOOP);
                (Outage::ErrorResponse(detail), loops)
            }
            None => (Outage::Status(status), false),
        };
        Err(if status == 429 || loops {
            Failure::Throttled { why, retry_after }
        } else {
            Failure::Outage { why, retry_after }
        })
    }
}

impl Failure {
    /// A platform that does not answer passes; anything else about the credential is the operator's.
    fn of_credential(problem: CredentialProblem) -> Self {
        match problem {
            CredentialProblem::ManagedIdentityAway { source_name, why } => Self::Outage {
                why: Outage::ManagedIdentity { source_name, why },
                retry_after: None,
            },
            problem => Self::Credential(problem),
        }
    }

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
