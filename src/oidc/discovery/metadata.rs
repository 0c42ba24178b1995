//! The metadata document of an authority (OIDC Discovery §3): fetched by us, read tolerantly, judged strictly.
//!
//! Owns its parsing, the judgement of its issuer by the profile's policy and of its endpoints by the authority.
//! openidconnect's own discovery is never used: it compares issuers as text and fails for every Microsoft kind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use crate::domain::authority::{Authority, IssuerConfig};
use crate::domain::clock::Clock;
use crate::domain::issuer::TrustedIssuer;
use crate::domain::profile::{AuthorityFingerprint, ProfileId, SigningAlgorithm};
use crate::domain::public_url::is_secure_enough;
use crate::http::bulkhead::Lane;
use crate::http::client::Answer;
use crate::oidc::discovery::cached_document::{Fetch, Fetched};
use crate::oidc::discovery::tenant_pin::TenantPins;
use crate::oidc::error::{Misconfiguration, OidcError, Outage};

/// Bytes; the largest document seen is below 4 kB.
const LARGEST: usize = 256 * 1024;
/// Bounds of what `Cache-Control` may say.
const SHORTEST_LIFE: Duration = Duration::from_mins(5);
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// Life when the answer does not say.
const UNSAID_LIFE: Duration = Duration::from_hours(1);

/// Characters of a stranger's issuer that a log and a report repeat.
const LONGEST_SHOWN: usize = 200;

/// What an authority says about itself, as far as it is believed.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The issuer, accepted by the profile's policy.
    pub trusted: TrustedIssuer,
    /// Where browsers are sent.
    pub authorization_endpoint: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: Url,
    /// Where the signing keys are.
    pub jwks_uri: Url,
    /// More claims about the person (OIDC Core §5.3).
    pub userinfo_endpoint: Option<Url>,
    /// Sign-out at the authority (RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<Url>,
    /// Where refresh tokens are given back (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Ways to authenticate at the token endpoint; empty if unsaid.
    pub token_auth_methods: Vec<String>,
    /// Announced signature algorithms of ID tokens that we know.
    pub signing_algorithms: Vec<SigningAlgorithm>,
    /// Announced scopes; `None` if unsaid.
    pub scopes_supported: Option<Vec<String>>,
    /// Whether every authorization response carries `iss` (RFC 9207 §3).
    pub iss_parameter: bool,
    /// Host of Microsoft Graph in this cloud.
    pub msgraph_host: Option<String>,
    /// The cloud whose keys count.
    pub cloud_instance_name: Option<String>,
    /// How far the authority's clock is ahead of ours, in seconds, when the document came.
    pub clock_ahead: Option<i64>,
}

/// A document before its issuer is judged.
struct Document {
    members: Map<String, Value>,
    issuer: String,
}

impl Document {
    fn read(body: &[u8]) -> Result<Self, OidcError> {
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(OidcError::outage(Outage::BadDocument(
                "the metadata is no JSON object",
            )));
        };
        let issuer = match members.get("issuer") {
            Some(Value::String(issuer)) => issuer.clone(),
            _ => return Err(Misconfiguration::Member("issuer").into()),
        };
        Ok(Self { members, issuer })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        let values = self.members.get(name)?.as_array()?;
        let texts = values.iter().filter_map(Value::as_str);
        Some(texts.map(str::to_owned).collect())
    }

    fn required(&self, name: &'static str, authority: &Authority) -> Result<Url, OidcError> {
        let url = self
            .text(name)
            .and_then(|text| Url::parse(text).ok())
            .ok_or(Misconfiguration::Member(name))?;
        self.accepted(name, url, authority)
    }

    /// An endpoint that may be missing. One that is not https is as good as missing (RP-Initiated Logout §2.1); one
    /// on a stranger's host spoils the document.
    fn optional(
        &self,
        name: &'static str,
        authority: &Authority,
    ) -> Result<Option<Url>, OidcError> {
        let url = self.text(name).and_then(|text| Url::parse(text).ok());
        url.filter(is_secure_enough)
            .map(|url| self.accepted(name, url, authority))
            .transpose()
    }

    /// RFC 9700 §4.4: an endpoint belongs to its authority.
    fn accepted(
        &self,
        name: &'static str,
        url: Url,
        authority: &Authority,
    ) -> Result<Url, OidcError> {
        let plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if plain && authority.accepts_endpoint(&url, &self.issuer) {
            Ok(url)
        } else {
            Err(Misconfiguration::Endpoint(name).into())
        }
    }

    fn into_metadata(
        self,
        authority: &Authority,
        trusted: TrustedIssuer,
    ) -> Result<Metadata, OidcError> {
        let algorithms = self.texts("id_token_signing_alg_values_supported");
        Ok(Metadata {
            authorization_endpoint: self.required("authorization_endpoint", authority)?,
            token_endpoint: self.required("token_endpoint", authority)?,
            jwks_uri: self.required("jwks_uri", authority)?,
            userinfo_endpoint: self.optional("userinfo_endpoint", authority)?,
            end_session_endpoint: self.optional("end_session_endpoint", authority)?,
            revocation_endpoint: self.optional("revocation_endpoint", authority)?,
            token_auth_methods: self
                .texts("token_endpoint_auth_methods_supported")
                .unwrap_or_default(),
            signing_algorithms: algorithms
                .unwrap_or_default()
                .iter()
                .filter_map(|name| SigningAlgorithm::parse(name))
                .collect(),
            scopes_supported: self.texts("scopes_supported"),
            iss_parameter: self
                .members
                .get("authorization_response_iss_parameter_supported")
                == Some(&Value::Bool(true)),
            msgraph_host: self.text("msgraph_host").map(str::to_owned),
            cloud_instance_name: self.text("cloud_instance_name").map(str::to_owned),
            clock_ahead: None,
            trusted,
        })
    }
}

/// Fetches one metadata document of one profile.
pub(crate) struct MetadataSource {
    pub(crate) lane: Arc<Lane>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pins: Arc<dyn TenantPins>,
    pub(crate) patience: Duration,
    pub(crate) profile: ProfileId,
    pub(crate) binding: AuthorityFingerprint,
    pub(crate) authority: Authority,
    pub(crate) issuer_config: IssuerConfig,
}

impl MetadataSource {
    async fn answer(&self, patience: Option<Duration>) -> Result<Answer, OidcError> {
        let request = self
            .lane
            .client()
            .get(self.issuer_config.metadata_url.clone())
            .header(reqwest::header::ACCEPT, "application/json");
        let patience = patience.unwrap_or(self.patience);
        let answer = self.lane.call(request, LARGEST, patience).await;
        let answer = answer.map_err(OidcError::outage)?;
        match answer.status.as_u16() {
            200 => Ok(answer),
            status @ 400..=499 if status != 429 && status != 408 => {
                Err(Misconfiguration::NoMetadata(status).into())
            }
            status => Err(OidcError::Unavailable {
                why: Outage::Status(status),
                retry_after: answer.retry_after(self.clock.now()),
            }),
        }
    }

    /// The issuer by the profile's policy; the tenant that it names must be the one seen first.
    async fn judge(&self, issuer: &str) -> Result<TrustedIssuer, OidcError> {
        let policy = &self.issuer_config.issuer;
        let accept = |pinned| {
            policy.accept_metadata(issuer, pinned).map_err(|refusal| {
                OidcError::from(Misconfiguration::Issuer {
                    refusal,
                    found: issuer.chars().take(LONGEST_SHOWN).collect(),
                    expected: policy.wanted(pinned),
                })
            })
        };
        let trusted = accept(None)?;
        let Some(seen) = &trusted.tenant else {
            return Ok(trusted);
        };
        let pinned = self
            .pins
            .pin(&self.profile, self.binding, seen)
            .await
            .map_err(|_| OidcError::outage(Outage::TenantPins))?;
        accept(Some(&pinned))
    }

    async fn fetched(&self, patience: Option<Duration>) -> Result<Fetched<Metadata>, OidcError> {
        let answer = self.answer(patience).await?;
        let document = Document::read(&answer.body)?;
        let trusted = self.judge(&document.issuer).await?;
        let mut metadata = document.into_metadata(&self.authority, trusted)?;
        metadata.clock_ahead = answer
            .date()
            .map(|date| (date - self.clock.now()).num_seconds());
        let life = answer
            .max_age()
            .unwrap_or(UNSAID_LIFE)
            .clamp(SHORTEST_LIFE, LONGEST_LIFE);
        Ok(Fetched {
            document: metadata,
            renew_after: life,
            stale_after: LONGEST_LIFE,
        })
    }
}

#[async_trait]
impl Fetch for MetadataSource {
    type Document = Metadata;

    fn name(&self) -> String {
        format!("metadata of {}", self.profile)
    }

    async fn fetch(&self, patience: Option<Duration>) -> Result<Fetched<Metadata>, OidcError> {
        let fetched = self.fetched(patience).await;
        crate::oidc::count_fetch(&self.profile, "metadata", fetched.is_ok());
        fetched
    }
}
