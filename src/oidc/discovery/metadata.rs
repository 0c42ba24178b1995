//! The metadata document of an authority (OIDC Discovery §3): fetched by us, read tolerantly, checked strictly.
//!
//! Owns its parsing, and the checks of its issuer against the profile's policy and of its endpoints against the
//! authority. openidconnect's own discovery is never used: it compares issuers as text, which fails for every Microsoft
//! kind (docs/decisions/0009).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use crate::domain::authority::{Authority, IssuerConfig};
use crate::domain::credential::ClientId;
use crate::domain::issuer::TrustedIssuer;
use crate::domain::profile::{AuthorityFingerprint, ProfileId, SigningAlgorithm};
use crate::domain::public_url::is_secure_enough;
use crate::http::BufferedResponse;
use crate::http::call::Bulkhead;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::cached_document::{Fetch, Fetched};
use crate::oidc::error::{Misconfiguration, OidcError, Outage};

/// Bytes; the largest document seen is below 4 kB.
const LARGEST: usize = 256 * 1024;
/// Bounds of the lifetime that `Cache-Control` may set.
const SHORTEST_LIFE: Duration = Duration::from_mins(5);
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// Lifetime when the response sets none.
const UNSAID_LIFE: Duration = Duration::from_hours(1);
/// Characters of an issuer that is refused, in logs and reports.
const LONGEST_SHOWN: usize = 200;

/// The checked metadata of an authority.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The issuer, accepted by the profile's policy.
    pub trusted: TrustedIssuer,
    /// Where browsers are sent.
    pub authorization_endpoint: Url,
    /// Where codes and refresh tokens are redeemed.
    pub token_endpoint: Url,
    /// Where the signing keys are.
    pub jwks_uri: Url,
    /// Where more claims about the person are (OIDC Core §5.3).
    pub userinfo_endpoint: Option<Url>,
    /// Where a browser signs out at the authority (RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<Url>,
    /// Where refresh tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Announced methods of client authentication at the token endpoint; empty if there are none.
    pub token_auth_methods: Vec<String>,
    /// Announced signature algorithms of ID tokens, as far as they are known here.
    pub signing_algorithms: Vec<SigningAlgorithm>,
    /// Announced scopes; `None` if there are none.
    pub scopes_supported: Option<Vec<String>>,
    /// Whether every authorization response carries `iss` (RFC 9207 §3).
    pub iss_parameter: bool,
    /// Host of Microsoft Graph in this cloud.
    pub msgraph_host: Option<String>,
    /// The cloud whose signing keys are accepted.
    pub cloud_instance_name: Option<String>,
    /// By how many seconds the authority's clock was ahead of ours when the document was fetched.
    pub clock_ahead: Option<i64>,
}

/// A document whose issuer is not checked yet.
struct UncheckedMetadata {
    members: Map<String, Value>,
    issuer: String,
}

impl UncheckedMetadata {
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

    /// The userinfo endpoint, where it is used. An endpoint that is never called spoils no document.
    fn userinfo(&self, authority: &Authority) -> Result<Option<Url>, OidcError> {
        if authority.dialect().userinfo {
            self.optional("userinfo_endpoint", authority)
        } else {
            Ok(None)
        }
    }

    /// An endpoint that may be missing. One without https counts as missing (RP-Initiated Logout §2.1); one on a
    /// host that does not belong to the authority makes the whole document unusable.
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
            userinfo_endpoint: self.userinfo(authority)?,
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
    pub(crate) bulkhead: Arc<Bulkhead>,
    pub(crate) deps: Arc<ClientDeps>,
    pub(crate) profile: ProfileId,
    pub(crate) fingerprint: AuthorityFingerprint,
    pub(crate) client_id: ClientId,
    pub(crate) authority: Authority,
    pub(crate) issuer_config: IssuerConfig,
}

impl MetadataSource {
    async fn response(&self, timeout: Option<Duration>) -> Result<BufferedResponse, OidcError> {
        let authority = &self.authority;
        let address = authority.metadata_address(&self.issuer_config, &self.client_id);
        let request = self
            .bulkhead
            .client()
            .get(address)
            .header(reqwest::header::ACCEPT, "application/json");
        let timeout = timeout.unwrap_or(self.deps.call_timeout);
        let response = self.bulkhead.call(request, LARGEST, timeout).await?;
        match response.status.as_u16() {
            200 => Ok(response),
            status @ 400..=499 if status != 429 && status != 408 => {
                Err(Misconfiguration::NoMetadata(status).into())
            }
            status => Err(OidcError::Unavailable {
                why: Outage::Status(status),
                retry_after: response.retry_after(self.deps.clock.now()),
            }),
        }
    }

    /// Checks the issuer against the profile's policy. The tenant that it names must be the pinned one, if one is
    /// pinned (trust on first use).
    async fn check_issuer(&self, issuer: &str) -> Result<TrustedIssuer, OidcError> {
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
            .deps
            .tenant_pins
            .pin(&self.profile, self.fingerprint, seen)
            .await
            .map_err(|_| OidcError::outage(Outage::TenantPins))?;
        accept(Some(&pinned))
    }
}

#[async_trait]
impl Fetch for MetadataSource {
    type Document = Metadata;

    const NAME: &'static str = "metadata";

    fn profile(&self) -> &ProfileId {
        &self.profile
    }

    async fn fetch(&self, timeout: Option<Duration>) -> Result<Fetched<Metadata>, OidcError> {
        let response = self.response(timeout).await?;
        let document = UncheckedMetadata::read(&response.body)?;
        let trusted = self.check_issuer(&document.issuer).await?;
        let mut metadata = document.into_metadata(&self.authority, trusted)?;
        let now = self.deps.clock.now();
        metadata.clock_ahead = response.date().map(|date| (date - now).num_seconds());
        let life = response
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

#[cfg(test)]
mod hostile_documents;
