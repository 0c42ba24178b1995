//! Managed identity: a token that the platform issues to this process, sent as client assertion (microsoft-identity 5.4).
//!
//! Owns the sources in the order in which they are looked for, and each token until shortly before it expires. The
//! platform's addresses are plain http on the machine itself; calls to them never go through a proxy.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::environment::Environment;
use crate::domain::secret::ClientAssertion;
use crate::http::call::Bulkhead;
use crate::http::{BufferedResponse, CallError, OutboundClient};
use crate::oidc::client_auth::azure_arc;
use crate::oidc::client_auth::service_fabric::pinned_client;
use crate::oidc::error::CredentialProblem;

/// Bytes of a response.
const LARGEST: usize = 64 * 1024;
/// Time for one request, and for all requests of a caller together with the wait for the lock. The platform answers
/// from the same machine, and a person waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
/// A new token is requested this long before the old one expires.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// Lifetime of a token whose response does not state one.
const UNSAID_LIFE: Duration = Duration::from_mins(10);
/// The instance metadata service, where nothing else is announced.
const IMDS: &str = "http://169.254.169.254";
/// Pauses between attempts at the instance metadata service.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

#[derive(Clone)]
struct CachedToken {
    token: ClientAssertion,
    until: Timestamp,
}

/// The token of one identity for one audience. Its lock makes requests single-flight: a thousand sign-ins cause one
/// request, and nobody waits for a request about another identity.
type TokenSlot = Arc<AsyncMutex<Option<CachedToken>>>;

/// Tokens of managed identities, for all profiles of the process.
pub(crate) struct ManagedIdentity {
    bulkhead: Bulkhead,
    environment: Environment,
    arc_keys: PathBuf,
    total_timeout: Duration,
    slots: Mutex<HashMap<(Option<String>, String), TokenSlot>>,
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManagedIdentity")
    }
}

/// Why a source gave no response.
enum Unanswered {
    /// It passes by itself.
    Away(String),
    /// An operator must act.
    Wrong(String),
}

impl From<String> for Unanswered {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

impl From<&str> for Unanswered {
    fn from(why: &str) -> Self {
        Self::Wrong(why.to_owned())
    }
}

/// The sources, in the order in which they are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    ServiceFabric {
        endpoint: String,
        header: String,
        thumbprint: String,
    },
    AppService {
        endpoint: String,
        header: String,
    },
    MachineLearning {
        endpoint: String,
        secret: String,
    },
    Arc {
        endpoint: String,
    },
    Imds {
        base: String,
    },
}

impl Source {
    fn name(&self) -> &'static str {
        match self {
            Self::ServiceFabric { .. } => "Service Fabric",
            Self::AppService { .. } => "App Service",
            Self::MachineLearning { .. } => "Machine Learning",
            Self::Arc { .. } => "Azure Arc",
            Self::Imds { .. } => "instance metadata service",
        }
    }

    fn detect(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let (Some(endpoint), Some(header)) = (set("IDENTITY_ENDPOINT"), set("IDENTITY_HEADER")) {
            return match set("IDENTITY_SERVER_THUMBPRINT") {
                Some(thumbprint) => Self::ServiceFabric {
                    endpoint,
                    header,
                    thumbprint,
                },
                None => Self::AppService { endpoint, header },
            };
        }
        if let (Some(endpoint), Some(secret)) = (set("MSI_ENDPOINT"), set("MSI_SECRET")) {
            return Self::MachineLearning { endpoint, secret };
        }
        if let (Some(endpoint), Some(_)) = (set("IDENTITY_ENDPOINT"), set("IMDS_ENDPOINT")) {
            return Self::Arc { endpoint };
        }
        let base = set("AZURE_POD_IDENTITY_AUTHORITY_HOST").unwrap_or_else(|| IMDS.to_owned());
        Self::Imds { base }
    }
}

impl ManagedIdentity {
    pub(crate) fn new(client: OutboundClient, environment: Environment) -> Self {
        Self {
            bulkhead: Bulkhead::new(client),
            environment,
            arc_keys: PathBuf::from(azure_arc::KEYS),
            total_timeout: TOTAL_TIMEOUT,
            slots: Mutex::default(),
        }
    }

    /// The token for `audience`. If the cached token was `refused`, a new one is requested.
    pub(crate) async fn token(
        &self,
        identity: Option<&str>,
        audience: &str,
        now: Timestamp,
        refused: bool,
    ) -> Result<ClientAssertion, CredentialProblem> {
        let source = Source::detect(&*self.environment);
        // The wait for the lock included: otherwise callers would wait for one another's time-outs in turn.
        let asked = self.single_flight(&source, identity, audience, now, refused);
        let timed_out = |_| CredentialProblem::ManagedIdentityAway {
            source_name: source.name(),
            why: CallError::TimedOut.to_string(),
        };
        tokio::time::timeout(self.total_timeout, asked)
            .await
            .map_err(timed_out)?
    }

    async fn single_flight(
        &self,
        source: &Source,
        identity: Option<&str>,
        audience: &str,
        now: Timestamp,
        refused: bool,
    ) -> Result<ClientAssertion, CredentialProblem> {
        let slot = self.slot(identity, audience, now);
        let mut slot = slot.lock().await;
        let usable = |cached: &&CachedToken| !refused && now < cached.until;
        if let Some(cached) = slot.as_ref().filter(usable) {
            return Ok(cached.token.clone());
        }
        let problem = |why: String| CredentialProblem::ManagedIdentity {
            source_name: source.name(),
            why,
        };
        let away = |why: String| CredentialProblem::ManagedIdentityAway {
            source_name: source.name(),
            why,
        };
        let asked = self.ask(source, identity, audience).await;
        let answer = asked.map_err(|unanswered| match unanswered {
            Unanswered::Away(why) => away(why),
            Unanswered::Wrong(why) => problem(why),
        })?;
        if passes(answer.status) {
            return Err(away(format!("status {}", answer.status.as_u16())));
        }
        let fresh = read(&answer, now).map_err(problem)?;
        *slot = Some(fresh.clone());
        Ok(fresh.token)
    }

    /// The slot of an identity's token. Slots with expired tokens are dropped, unless somebody is about to fill them.
    fn slot(&self, identity: Option<&str>, audience: &str, now: Timestamp) -> TokenSlot {
        let key = (identity.map(str::to_owned), audience.to_owned());
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| {
            let live = |cached: &CachedToken| now < cached.until;
            Arc::strong_count(slot) > 1
                || slot
                    .try_lock()
                    .is_ok_and(|cached| cached.as_ref().is_some_and(live))
        });
        Arc::clone(slots.entry(key).or_default())
    }

    async fn ask(
        &self,
        source: &Source,
        identity: Option<&str>,
        audience: &str,
    ) -> Result<BufferedResponse, Unanswered> {
        match source {
            Source::ServiceFabric {
                endpoint,
                header,
                thumbprint,
            } => {
                only_own(identity)?;
                service_fabric(endpoint, header, thumbprint, audience).await
            }
            Source::AppService { endpoint, header } => {
                let query = [("api-version", "2019-08-01"), ("resource", audience)];
                let url = address(endpoint, &query, identity.map(|id| ("client_id", id)))?;
                self.get(url, &[("X-IDENTITY-HEADER", header), ("Metadata", "true")])
                    .await
            }
            Source::MachineLearning { endpoint, secret } => {
                let default = (self.environment)("DEFAULT_IDENTITY_CLIENT_ID");
                let id = identity.or(default.as_deref()).map(|id| ("clientid", id));
                let query = [("api-version", "2017-09-01"), ("resource", audience)];
                self.get(address(endpoint, &query, id)?, &[("secret", secret)])
                    .await
            }
            Source::Arc { endpoint } => {
                only_own(identity)?;
                let query = [("api-version", "2020-06-01"), ("resource", audience)];
                self.arc(address(endpoint, &query, None)?).await
            }
            Source::Imds { base } => {
                let endpoint = format!(
                    "{}/metadata/identity/oauth2/token",
                    base.trim_end_matches('/')
                );
                let query = [("api-version", "2018-02-01"), ("resource", audience)];
                let url = address(&endpoint, &query, identity.map(|id| ("client_id", id)))?;
                self.imds(url).await
            }
        }
    }

    async fn get(
        &self,
        url: Url,
        headers: &[(&str, &str)],
    ) -> Result<BufferedResponse, Unanswered> {
        get(&self.bulkhead, url, headers).await
    }

    async fn imds(&self, url: Url) -> Result<BufferedResponse, Unanswered> {
        for pause in PAUSES {
            match self.get(url.clone(), &[("Metadata", "true")]).await {
                Ok(answer) if !passes(answer.status) => return Ok(answer),
                _ => tokio::time::sleep(pause).await,
            }
        }
        self.get(url, &[("Metadata", "true")]).await
    }

    /// Azure Arc demands the content of a key file that only members of its group can read.
    async fn arc(&self, url: Url) -> Result<BufferedResponse, Unanswered> {
        let first = self.get(url.clone(), &[("Metadata", "true")]).await?;
        if first.status != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        let authentication = azure_arc::answer(&first.headers, &self.arc_keys).await?;
        let headers = [
            ("Metadata", "true"),
            ("Authorization", authentication.as_str()),
        ];
        self.get(url, &headers).await
    }
}

/// Service Fabric's endpoint has a self-signed certificate, whose thumbprint the platform passes.
async fn service_fabric(
    endpoint: &str,
    header: &str,
    thumbprint: &str,
    audience: &str,
) -> Result<BufferedResponse, Unanswered> {
    let query = [
        ("api-version", "2019-07-01-preview"),
        ("resource", audience),
    ];
    let client =
        pinned_client(thumbprint).ok_or("IDENTITY_SERVER_THUMBPRINT is no SHA-1 thumbprint")?;
    let url = address(endpoint, &query, None)?;
    if url.scheme() != "https" {
        return Err("IDENTITY_ENDPOINT is not https, so its thumbprint proves nothing".into());
    }
    let bulkhead = Bulkhead::new(OutboundClient::over(client));
    let response = get(&bulkhead, url, &[("Secret", header)]).await;
    response.map_err(|unanswered| match unanswered {
        Unanswered::Away(why) => Unanswered::Away(format!(
            "nobody with the certificate of IDENTITY_SERVER_THUMBPRINT answers there: {why}"
        )),
        wrong @ Unanswered::Wrong(_) => wrong,
    })
}

async fn get(
    bulkhead: &Bulkhead,
    url: Url,
    headers: &[(&str, &str)],
) -> Result<BufferedResponse, Unanswered> {
    let mut request = bulkhead.client().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = bulkhead.call(request, LARGEST, TIMEOUT).await;
    response.map_err(|error| Unanswered::Away(error.to_string()))
}

/// Statuses that pass by themselves; the platform answers 404 and 410 while it is being updated (microsoft-identity
/// 5.4).
fn passes(status: StatusCode) -> bool {
    status.is_server_error() || [404, 410, 429].contains(&status.as_u16())
}

/// Some sources know only the machine's own identity; a user-assigned one is configured at the platform.
fn only_own(identity: Option<&str>) -> Result<(), String> {
    match identity {
        None => Ok(()),
        Some(_) => Err("only the machine's own identity exists here".to_owned()),
    }
}

fn address(
    endpoint: &str,
    query: &[(&str, &str)],
    identity: Option<(&str, &str)>,
) -> Result<Url, String> {
    let mut url = Url::parse(endpoint).map_err(|_| "its address is malformed".to_owned())?;
    url.query_pairs_mut()
        .extend_pairs(query)
        .extend_pairs(identity);
    Ok(url)
}

fn read(answer: &BufferedResponse, now: Timestamp) -> Result<CachedToken, String> {
    if answer.status != StatusCode::OK {
        return Err(format!("status {}", answer.status.as_u16()));
    }
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = document
        .get("access_token")
        .and_then(Value::as_str)
        .filter(|token| !token.is_empty())
        .ok_or("the answer has no token")?;
    let number = |name: &str| match document.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let expires_at = number("expires_on")
        .and_then(|at| Timestamp::from_timestamp(at, 0))
        .or_else(|| {
            let life = u64::try_from(number("expires_in")?).ok()?;
            Some(now + Duration::from_secs(life.min(86_400)))
        })
        .unwrap_or(now + UNSAID_LIFE);
    Ok(CachedToken {
        token: ClientAssertion::new(token),
        // A time before the first date that can be written is over already.
        until: expires_at.checked_sub_signed(EARLY).unwrap_or(now),
    })
}

#[cfg(test)]
mod tests;
