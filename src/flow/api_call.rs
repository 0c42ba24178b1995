//! Call a named API on the signed-in person's behalf.
//!
//! The token goes to the API's own address and nowhere else: redirects are not followed. What the API answers is shown,
//! never logged.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::api::Api;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::token_set::AccessGrant;
use crate::flow::access::ungranted;
use crate::flow::error::FlowError;
use crate::flow::refresh::{Force, Token, usable_token};
use crate::flow::services::{LONGEST_RETRY, Services};
use crate::flow::session_check::SignedIn;
use crate::http::retry_after;
use crate::oidc::claims_challenge;

/// Bytes of an answer that are shown; the rest is cut and said to be.
const MOST_SHOWN: usize = 512 * 1024;
/// When an API says 429 or 503, but not for how long.
const UNSAID_WAIT: Duration = Duration::from_secs(10);

/// What an API answered.
#[derive(Debug)]
pub struct ApiAnswer {
    /// The status code.
    pub status: u16,
    /// The content type as sent, or empty.
    pub content_type: String,
    /// The body as text: JSON indented, anything else as it is, nothing of what cannot be shown.
    pub text: String,
    /// The body was longer.
    pub truncated: bool,
    /// The body is no text: its length stands in `bytes`.
    pub binary: bool,
    /// Bytes of the body that were read.
    pub bytes: usize,
}

/// How a call ended.
#[derive(Debug)]
pub enum Called {
    /// The API answered.
    Answered(ApiAnswer),
    /// The person must go to the authority first, and comes back to the call.
    Interaction {
        /// Claims to ask for.
        claims: Option<String>,
    },
    /// Scopes were not granted, which the person may cure at the authority; who comes back without them is told by
    /// this error.
    Ungranted(FlowError),
}

/// Calls `api` for the person.
///
/// # Errors
/// `NotSignedIn` when the session ended; `Ungranted` when only an administrator can grant the scopes;
/// `ApiUnavailable`, `ApiTimedOut`, `ApiThrottled` when there is no answer.
pub async fn call(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    who: &SignedIn,
    api: &Api,
) -> Result<Called, FlowError> {
    let key = (
        profile.id.clone(),
        api.endpoint.origin().ascii_serialization(),
        who.session().identity.person(),
    );
    if let Some(retry_after) = resting(services, &key) {
        return Err(FlowError::ApiThrottled { retry_after });
    }
    let mut force = Force::default();
    // The API's own time, for both of its answers together.
    let mut left = services.api_time_out;
    // At most twice: an API that refuses a token gets a newer one, once.
    for last in [false, true] {
        let grant = match usable_token(services, profile, who, api, force).await? {
            Token::Usable(grant) => grant,
            Token::Interaction { claims, reason } => {
                tracing::info!(profile.id = %profile.id, api = %api.name, reason, "the person is needed for a token");
                return Ok(Called::Interaction { claims });
            }
            Token::Unavailable(cause) => return Err(FlowError::from_oidc(*cause, None)),
            Token::Ended => return Err(FlowError::NotSignedIn),
        };
        let missing = grant.ungranted(api);
        if !missing.is_empty() {
            let lacking = ungranted(profile, api, missing.into_iter());
            // Customers of External ID cannot consent: to send them would be in vain.
            if profile.authority.dialect().admin_consent_only {
                return Err(lacking);
            }
            return Ok(Called::Ungranted(lacking));
        }
        let until = Instant::now() + left;
        let response = in_time(api, until, send(services, api, &grant)).await?;
        let status = response.status().as_u16();
        if let Some(wait) = asked_wait(status, retry_after(response.headers(), services.now())) {
            services.throttled.insert(key, services.now() + wait);
            return Err(FlowError::ApiThrottled { retry_after: wait });
        }
        let challenge = (status == 401)
            .then(|| challenge_of(response.headers()))
            .flatten();
        if status != 401 || (last && challenge.is_none()) {
            let answer = in_time(api, until, read(response)).await?;
            return Ok(Called::Answered(answer));
        }
        if last {
            return Ok(Called::Interaction { claims: challenge });
        }
        left = until.saturating_duration_since(Instant::now());
        force = Force {
            refused: Some(grant),
            claims: challenge,
        };
    }
    Err(FlowError::ApiUnavailable("it refused every token"))
}

/// How long an answer asks to wait. 429 and 503 ask for it even without a time; a 504 without one is about a server
/// behind the API, and shown.
fn asked_wait(status: u16, said: Option<Duration>) -> Option<Duration> {
    let wait = match status {
        429 | 503 => said.unwrap_or(UNSAID_WAIT),
        504 => said?,
        _ => return None,
    };
    Some(wait.min(LONGEST_RETRY))
}

/// How long the API still wants to be left alone for this person.
fn resting(services: &Services, key: &(ProfileId, String, SubjectKey)) -> Option<Duration> {
    let until = services.throttled.get(key)?;
    let left = (until - services.now()).to_std().ok()?;
    (!left.is_zero()).then_some(left)
}

/// The claims challenge among the `WWW-Authenticate` fields, whichever holds it.
fn challenge_of(headers: &reqwest::header::HeaderMap) -> Option<String> {
    let fields = headers.get_all(reqwest::header::WWW_AUTHENTICATE);
    claims_challenge(fields.iter().filter_map(|field| field.to_str().ok()))
}

/// Waits for an API until its time is over, however often it was asked.
async fn in_time<T>(
    api: &Api,
    until: Instant,
    work: impl Future<Output = Result<T, FlowError>>,
) -> Result<T, FlowError> {
    tokio::time::timeout_at(until, work)
        .await
        .unwrap_or_else(|_| {
            tracing::warn!(api = %api.name, "the API did not answer in time");
            Err(FlowError::ApiTimedOut)
        })
}

async fn send(
    services: &Services,
    api: &Api,
    grant: &AccessGrant,
) -> Result<reqwest::Response, FlowError> {
    let request = services
        .api_client
        .client()
        .get(api.endpoint.clone())
        .bearer_auth(grant.token.expose())
        .header(
            reqwest::header::ACCEPT,
            "application/json, text/*;q=0.9, */*;q=0.1",
        );
    let sent = services.api_client.send(request).await;
    sent.map_err(|error| {
        // The address is the profile's own and holds no secret; the cause is kept short of it all the same.
        let timed_out = error.is_timeout();
        tracing::warn!(api = %api.name, error = %error.without_url(), "the API did not answer");
        if timed_out {
            FlowError::ApiTimedOut
        } else {
            FlowError::ApiUnavailable("no answer")
        }
    })
}

async fn read(mut response: reqwest::Response) -> Result<ApiAnswer, FlowError> {
    let status = response.status().as_u16();
    let header = response.headers().get(reqwest::header::CONTENT_TYPE);
    let content_type = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let mut body = Vec::new();
    let mut truncated = false;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                body.extend_from_slice(&chunk);
                if body.len() > MOST_SHOWN {
                    body.truncate(MOST_SHOWN);
                    truncated = true;
                    break;
                }
            }
            Ok(None) => break,
            Err(error) if error.is_timeout() => return Err(FlowError::ApiTimedOut),
            Err(_) => return Err(FlowError::ApiUnavailable("the answer broke off")),
        }
    }
    let (text, binary) = shown(&body, truncated);
    Ok(ApiAnswer {
        status,
        content_type,
        text,
        truncated,
        binary,
        bytes: body.len(),
    })
}

/// JSON is indented, text is kept, anything else is only counted.
fn shown(body: &[u8], truncated: bool) -> (String, bool) {
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
        return (
            serde_json::to_string_pretty(&value).unwrap_or_default(),
            false,
        );
    }
    let readable = |text: &str| !text.contains('\0');
    match std::str::from_utf8(body) {
        Ok(text) if readable(text) => (text.to_owned(), false),
        // A cut in the middle of a letter is still text.
        Err(error) if truncated && body.len() - error.valid_up_to() < 4 => (
            String::from_utf8_lossy(body.get(..error.valid_up_to()).unwrap_or_default())
                .into_owned(),
            false,
        ),
        _ => (String::new(), true),
    }
}
