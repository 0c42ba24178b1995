//! Call a named API on the signed-in person's behalf.
//!
//! The token goes to the API's own address and nowhere else: redirects are not followed. What the API answers is shown,
//! never logged.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use crate::domain::api::Api;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::return_to::ReturnTo;
use crate::domain::token_set::AccessGrant;
use crate::flow::access::ungranted;
use crate::flow::error::FlowError;
use crate::flow::refresh::{Force, LONGEST_RETRY_AFTER, PersonNeeded, Token, usable_token};
use crate::flow::services::{ApiOfPerson, Services};
use crate::flow::session_check::SignedIn;
use crate::http::retry_after;
use crate::measure::calls::{CallOutcome, api_called};
use crate::measure::spans;
use crate::oidc::claims_challenge;

/// Bytes of an answer that are shown; the rest is cut, and the page says so.
const MOST_SHOWN: usize = 512 * 1024;
/// Bytes of an answer with its JSON indented; a longer one is shown as it was sent. Half a megabyte of nested lists would
/// become a page of 67 MB.
const LONGEST_INDENTED: usize = 2 * MOST_SHOWN;
/// The wait after a 429 or 503 without `Retry-After`.
const UNSAID_WAIT: Duration = Duration::from_secs(10);

/// What an API answered.
#[derive(Debug)]
pub struct ApiAnswer {
    /// The status code.
    pub status: u16,
    /// The content type as sent, or empty.
    pub content_type: String,
    /// The body as text: JSON is indented unless that makes it too long, other text is as it was sent, and a body that is
    /// not text is left out.
    pub text: String,
    /// The body was longer.
    pub truncated: bool,
    /// The body is not text: `bytes` has its length.
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
        /// What the authority said about a token for this API. Whoever comes back and is refused again sees it.
        refusal: Option<FlowError>,
    },
    /// Scopes were not granted. The person may grant them at the authority; whoever comes back without them sees this
    /// error.
    Ungranted(FlowError),
}

/// Calls `api` for the person.
///
/// 1. The API asked to wait, for this person, and that time is not over: nothing is called.
/// 2. A token that can be used now ([`usable_token`]), with every scope that the API needs.
/// 3. The call, to the API's own address. Its time limit holds for both tries together.
/// 4. The API asks to wait: this is remembered for everything at its origin, and the answer says so.
/// 5. 401 at the first try: the token is refreshed, with the claims of the challenge if there are any, and steps 2 to 5
///    happen once more.
/// 6. 401 with a challenge at the second try: the person must go to the authority. Any other answer is shown.
///
/// # Errors
/// `NotSignedIn` when the session ended; `Ungranted` when only an administrator can grant the scopes;
/// `RefreshDelayed` when a refresh takes its time; `ApiUnavailable`, `ApiTimedOut`, `ApiThrottled` when the API gives no
/// answer.
pub async fn call(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    who: &SignedIn,
    api: &Api,
) -> Result<Called, FlowError> {
    let key: ApiOfPerson = (
        profile.id.clone(),
        api.endpoint.origin().ascii_serialization(),
        who.session().identity.person(),
    );
    if let Some((retry_after, ())) = services.api_throttled.remaining(&key, services.now()) {
        return Err(FlowError::ApiThrottled { retry_after });
    }
    let mut force = Force::default();
    let mut left = services.api_timeout;
    for last in [false, true] {
        let token = usable_token(services, profile, who, api, force).await?;
        let grant = match granted(profile, api, token)? {
            ControlFlow::Continue(grant) => grant,
            ControlFlow::Break(called) => return Ok(called),
        };
        let until = Instant::now() + left;
        let response = in_time(api, until, send(services, &profile.id, api, &grant)).await?;
        let status = response.status().as_u16();
        if let Some(wait) = asked_wait(status, retry_after(response.headers(), services.now())) {
            let until = services.now() + wait;
            services.api_throttled.hold_back(key, until, ());
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
            return Ok(Called::Interaction {
                claims: challenge,
                refusal: None,
            });
        }
        left = until.saturating_duration_since(Instant::now());
        force = Force {
            refused: Some(grant),
            claims: challenge,
        };
    }
    Err(FlowError::ApiUnavailable("it refused every token"))
}

/// A token of the person for `api` that an upstream can use now, or what the person must do first.
///
/// # Errors
/// As [`call`], but for what an API answers.
pub async fn token(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    who: &SignedIn,
    api: &Api,
) -> Result<Result<AccessGrant, Called>, FlowError> {
    let token = usable_token(services, profile, who, api, Force::default()).await?;
    Ok(match granted(profile, api, token)? {
        ControlFlow::Continue(grant) => Ok(grant),
        ControlFlow::Break(called) => Err(called),
    })
}

/// The claims that `WWW-Authenticate` fields demand of a token, if they do.
pub fn claims_of<'a>(fields: impl Iterator<Item = &'a str>) -> Option<String> {
    claims_challenge(fields)
}

/// The token of step 2, or how the call ends without one.
fn granted(
    profile: &Profile,
    api: &Api,
    token: Token,
) -> Result<ControlFlow<Called, AccessGrant>, FlowError> {
    let grant = match token {
        Token::Usable(grant) => grant,
        Token::Interaction { claims, why } => {
            tracing::info!(profile.id = %profile.id, api = %api.name, reason = %why, "the person is needed for a token");
            let refusal = refusal(profile, api, why);
            return Ok(ControlFlow::Break(Called::Interaction { claims, refusal }));
        }
        Token::Delayed { why, retry_after } => {
            return Err(FlowError::RefreshDelayed { why, retry_after });
        }
        Token::Unavailable(cause) => return Err(FlowError::from_oidc(*cause, None)),
        Token::Ended => return Err(FlowError::NotSignedIn),
    };
    let missing = grant.ungranted(api);
    if missing.is_empty() {
        return Ok(ControlFlow::Continue(grant));
    }
    let error = ungranted(profile, api, missing.into_iter());
    // Customers of External ID cannot consent: sending them to the authority would change nothing.
    if profile.authority.dialect().admin_consent_only {
        return Err(error);
    }
    Ok(ControlFlow::Break(Called::Ungranted(error)))
}

/// The error of an authority that refuses tokens for this API, and keeps the grant.
fn refusal(profile: &Profile, api: &Api, why: PersonNeeded) -> Option<FlowError> {
    let PersonNeeded::Refused(detail) = why else {
        return None;
    };
    Some(FlowError::Refused {
        detail,
        target: page_of(profile, api)?,
    })
}

/// The page of a call of this API.
pub fn page_of(profile: &Profile, api: &Api) -> Option<ReturnTo> {
    let path = OwnPath::call_api(&profile.public_url, &api.name);
    ReturnTo::parse(&path, &profile.public_url, &profile.redirect_path)
}

/// How long an answer asks the gateway to wait. 429 and 503 ask for it even without a time; a 504 without a time is about
/// a server behind the API, and is shown.
fn asked_wait(status: u16, said: Option<Duration>) -> Option<Duration> {
    let wait = match status {
        429 | 503 => said.unwrap_or(UNSAID_WAIT),
        504 => said?,
        _ => return None,
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

/// The claims challenge in any of the `WWW-Authenticate` fields.
fn challenge_of(headers: &reqwest::header::HeaderMap) -> Option<String> {
    let fields = headers.get_all(reqwest::header::WWW_AUTHENTICATE);
    claims_challenge(fields.iter().filter_map(|field| field.to_str().ok()))
}

/// Waits for an API until its time is over.
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
    profile: &ProfileId,
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
    let began = Instant::now();
    let span = spans::api(profile.as_str(), api.name.as_str());
    let sent = services.api_client.send(request).instrument(span).await;
    let outcome = match &sent {
        Ok(response) => CallOutcome::Answered(response.status().as_u16()),
        Err(error) if error.is_timeout() => CallOutcome::TimedOut,
        Err(_) => CallOutcome::NoAnswer,
    };
    api_called(profile, outcome, began.elapsed());
    sent.map_err(|error| {
        // The address is the profile's own and holds no secret; it is left out of the log all the same.
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

/// A text that refuses to grow beyond [`LONGEST_INDENTED`].
#[derive(Default)]
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_INDENTED {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// JSON with indentation; `None` for what is not JSON or becomes too long.
fn indented(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let mut text = Bounded::default();
    serde_json::to_writer_pretty(&mut text, &value).ok()?;
    String::from_utf8(text.0).ok()
}

/// The body as text, and whether it is binary: JSON is indented, text is kept, anything else is only counted.
fn shown(body: &[u8], truncated: bool) -> (String, bool) {
    if let Some(text) = indented(body) {
        return (text, false);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_unless_that_makes_it_too_long() {
        assert_eq!(shown(b"{\"a\":1}", false).0, "{\n  \"a\": 1\n}");
        let nested = format!("{}[1]{}", "[".repeat(100), "]".repeat(100));
        let many = vec![nested; 2_000].join(",");
        let long = format!("[{many}]");
        assert!(long.len() < MOST_SHOWN);
        assert_eq!(shown(long.as_bytes(), false), (long.clone(), false));
    }
}
