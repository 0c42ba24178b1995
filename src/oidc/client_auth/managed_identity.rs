//! Managed identity: the platform's own token for the gateway, sent as client assertion (microsoft-identity 5.4).
//!
//! Owns the sources in their order, and the token until shortly before it expires. The platform's addresses are
//! plain http on the machine itself; no proxy is ever asked, because none of our clients knows one.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::Mutex as Turn;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::environment::Environment;
use crate::domain::secret::ClientAssertion;
use crate::http::bulkhead::Lane;
use crate::http::client::Answer;
use crate::oidc::client_auth::azure_arc;
use crate::oidc::client_auth::service_fabric::pinned_client;
use crate::oidc::error::{CredentialProblem, Outage};

/// Bytes of an answer.
const LARGEST: usize = 64 * 1024;
/// The platform answers from the same machine: one request, and all of them together with the wait for one's turn. A
/// person waits meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);
const PATIENCE_IN_ALL: Duration = Duration::from_secs(5);
/// A token is asked for anew this long before it expires.
const EARLY: Duration = Duration::from_mins(5);
/// Life of a token whose answer does not say.
const UNSAID_LIFE: Duration = Duration::from_mins(10);
/// The instance metadata service, where nothing else is announced.
const IMDS: &str = "http://169.254.169.254";
/// Pauses between attempts at the instance metadata service.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

#[derive(Clone)]
struct Held {
    token: ClientAssertion,
    until: Timestamp,
}

/// The token of one identity for one audience. Whoever asks for it has the turn: a thousand sign-ins ask once, and
/// nobody waits for a source that is slow for another identity.
type HeldToken = Arc<Turn<Option<Held>>>;

/// Tokens of managed identities, for all profiles of the process.
pub(crate) struct ManagedIdentity {
    lane: Lane,
    environment: Environment,
    arc_keys: PathBuf,
    patience_in_all: Duration,
    held: Mutex<HashMap<(Option<String>, String), HeldToken>>,
}

impl fmt::Debug for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManagedIdentity")
    }
}

/// Why a source gave no answer at all.
enum Unanswered {
    /// It passes.
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

/// A source in the order in which they are looked for.
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
    pub(crate) fn new(client: Client, home: Handle, environment: Environment) -> Self {
        Self {
            lane: Lane::new(client, home),
            environment,
            arc_keys: PathBuf::from(azure_arc::KEYS),
            patience_in_all: PATIENCE_IN_ALL,
            held: Mutex::default(),
        }
    }

    /// The token for `audience`; `anew` leaves the held one aside because it was refused.
    pub(crate) async fn token(
        &self,
        identity: Option<&str>,
        audience: &str,
        now: Timestamp,
        anew: bool,
    ) -> Result<ClientAssertion, CredentialProblem> {
        let source = Source::detect(&*self.environment);
        // The turn included: many who wait for a source that is away do not wait for one another's time-outs.
        let asked = self.token_in_turn(&source, identity, audience, now, anew);
        let timed_out = |_| CredentialProblem::ManagedIdentityAway {
            source_name: source.name(),
            why: Outage::TimedOut.to_string(),
        };
        tokio::time::timeout(self.patience_in_all, asked)
            .await
            .map_err(timed_out)?
    }

    async fn token_in_turn(
        &self,
        source: &Source,
        identity: Option<&str>,
        audience: &str,
        now: Timestamp,
        anew: bool,
    ) -> Result<ClientAssertion, CredentialProblem> {
        let held = self.held_token(identity, audience, now);
        let mut held = held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| !anew && now < held.until) {
            return Ok(held.token.clone());
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
        *held = Some(fresh.clone());
        Ok(fresh.token)
    }

    /// The place of an identity's token. Places of tokens that are over go, unless somebody is about to fill them.
    fn held_token(&self, identity: Option<&str>, audience: &str, now: Timestamp) -> HeldToken {
        let key = (identity.map(str::to_owned), audience.to_owned());
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, place| {
            let live = |held: &Option<Held>| held.as_ref().is_some_and(|held| now < held.until);
            Arc::strong_count(place) > 1 || place.try_lock().is_ok_and(|held| live(&held))
        });
        Arc::clone(all.entry(key).or_default())
    }

    async fn ask(
        &self,
        source: &Source,
        identity: Option<&str>,
        audience: &str,
    ) -> Result<Answer, Unanswered> {
        match source {
            Source::ServiceFabric {
                endpoint,
                header,
                thumbprint,
            } => {
                only_own(identity)?;
                let query = [
                    ("api-version", "2019-07-01-preview"),
                    ("resource", audience),
                ];
                let client = pinned_client(thumbprint)
                    .ok_or("IDENTITY_SERVER_THUMBPRINT is no SHA-1 thumbprint")?;
                let url = address(endpoint, &query, None)?;
                if url.scheme() != "https" {
                    return Err(
                        "IDENTITY_ENDPOINT is not https, so its thumbprint proves nothing".into(),
                    );
                }
                let answer = get(
                    &Lane::new(client, Handle::current()),
                    url,
                    &[("Secret", header)],
                )
                .await;
                answer.map_err(|unanswered| match unanswered {
                    Unanswered::Away(why) => Unanswered::Away(format!(
                        "nobody with the certificate of IDENTITY_SERVER_THUMBPRINT answers there: {why}"
                    )),
                    wrong @ Unanswered::Wrong(_) => wrong,
                })
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

    async fn get(&self, url: Url, headers: &[(&str, &str)]) -> Result<Answer, Unanswered> {
        get(&self.lane, url, headers).await
    }

    async fn imds(&self, url: Url) -> Result<Answer, Unanswered> {
        for pause in PAUSES {
            match self.get(url.clone(), &[("Metadata", "true")]).await {
                Ok(answer) if !passes(answer.status) => return Ok(answer),
                _ => tokio::time::sleep(pause).await,
            }
        }
        self.get(url, &[("Metadata", "true")]).await
    }

    /// Azure Arc proves with a key file that we may read files of its group.
    async fn arc(&self, url: Url) -> Result<Answer, Unanswered> {
        let first = self.get(url.clone(), &[("Metadata", "true")]).await?;
        if first.status != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        let proof = azure_arc::answer(&first.headers, &self.arc_keys).await?;
        let headers = [("Metadata", "true"), ("Authorization", proof.as_str())];
        self.get(url, &headers).await
    }
}

async fn get(lane: &Lane, url: Url, headers: &[(&str, &str)]) -> Result<Answer, Unanswered> {
    let mut request = lane.client().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = lane.call(request, LARGEST, PATIENCE).await;
    answer.map_err(|outage: Outage| Unanswered::Away(outage.to_string()))
}

/// Statuses that pass by themselves; the platform says 404 and 410 while it is being updated (microsoft-identity 5.4).
fn passes(status: StatusCode) -> bool {
    status.is_server_error() || [404, 410, 429].contains(&status.as_u16())
}

/// Some sources know the machine's identity only; the user-assigned one is chosen elsewhere.
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

fn read(answer: &Answer, now: Timestamp) -> Result<Held, String> {
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
    Ok(Held {
        token: ClientAssertion::new(token),
        until: expires_at - EARLY,
    })
}

#[cfg(test)]
mod tests;
