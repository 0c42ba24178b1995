//! The discovered endpoints of one user flow of one profile: metadata, signing keys, and tokens verified with them.
//!
//! Owns the refetch of the keys when a token names an unknown one, with separate budgets: tokens that the authority
//! itself sent cannot be forged, tokens that anybody posts can.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::domain::authority::IssuerConfig;
use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ProfileId, SigningAlgorithm};
use crate::http::call::Bulkhead;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::cached_document::{CachedDocument, Fetch, Snapshot};
use crate::oidc::discovery::jwks::{KeySet, KeySource};
use crate::oidc::discovery::metadata::{Metadata, MetadataSource};
use crate::oidc::discovery::sought_keys::SoughtKeys;
use crate::oidc::error::{Invalid, OidcError, Outage, SignatureRefusal};
use crate::oidc::tokens::id_token::{Expected, Signed};
use crate::oidc::tokens::jwt::{Jwt, TokenUse};

/// Where a token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From the token or userinfo endpoint, over a connection that we opened.
    Authority,
    /// The same, in the response to a refresh: a session depends on it.
    Refresh,
    /// Posted to us by anybody.
    Stranger,
    /// An access token that a caller sent with a request.
    Caller,
}

/// A limited number of fetches in a span of time.
struct Budget {
    most: usize,
    span: Duration,
    spent: Mutex<VecDeque<Timestamp>>,
}

impl Budget {
    fn new(most: usize, span: Duration) -> Self {
        Self {
            most,
            span,
            spent: Mutex::default(),
        }
    }

    fn spend(&self, now: Timestamp) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.front().is_some_and(|at| *at + self.span <= now) {
            spent.pop_front();
        }
        let left = spent.len() < self.most;
        if left {
            spent.push_back(now);
        }
        left
    }

    /// How long until the next fetch is allowed.
    fn wait(&self, now: Timestamp) -> Duration {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = spent.front().filter(|_| spent.len() >= self.most);
        oldest
            .and_then(|at| (*at + self.span - now).to_std().ok())
            .unwrap_or_default()
    }
}

/// Metadata and keys of one user flow.
pub(crate) struct Discovery {
    pub(crate) issuer_config: IssuerConfig,
    deps: Arc<ClientDeps>,
    bulkhead: Arc<Bulkhead>,
    profile: ProfileId,
    metadata: Arc<CachedDocument<MetadataSource>>,
    keys: Mutex<Option<(Url, Arc<CachedDocument<KeySource>>)>>,
    for_authority: Budget,
    for_strangers: Budget,
    for_callers: Budget,
    sought: SoughtKeys,
}

impl Discovery {
    /// Nothing is fetched before it is needed.
    pub(crate) fn new(
        profile: &Profile,
        issuer_config: &IssuerConfig,
        bulkhead: Arc<Bulkhead>,
        deps: Arc<ClientDeps>,
    ) -> Self {
        let source = MetadataSource {
            bulkhead: Arc::clone(&bulkhead),
            deps: Arc::clone(&deps),
            profile: profile.id.clone(),
            fingerprint: profile.fingerprint,
            client_id: profile.client.id.clone(),
            authority: profile.authority.clone(),
            issuer_config: issuer_config.clone(),
        };
        Self {
            issuer_config: issuer_config.clone(),
            bulkhead,
            profile: profile.id.clone(),
            metadata: cached(source, &deps),
            keys: Mutex::default(),
            // A rotation needs one fetch; several rotations within a minute must pass.
            for_authority: Budget::new(5, Duration::from_mins(1)),
            for_strangers: Budget::new(1, Duration::from_secs(30)),
            for_callers: Budget::new(1, Duration::from_secs(30)),
            sought: SoughtKeys::default(),
            deps,
        }
    }

    /// The metadata, fetched if it must be.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        Ok(Arc::clone(&self.metadata.current().await?.document))
    }

    /// The metadata if it was fetched already.
    pub(crate) fn metadata_at_hand(&self) -> Option<Arc<Metadata>> {
        Some(Arc::clone(&self.metadata.at_hand()?.document))
    }

    fn key_document(&self, url: &Url) -> Arc<CachedDocument<KeySource>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, document)) = keys.as_ref()
            && known == url
        {
            return Arc::clone(document);
        }
        let source = KeySource {
            bulkhead: Arc::clone(&self.bulkhead),
            deps: Arc::clone(&self.deps),
            profile: self.profile.clone(),
            url: url.clone(),
        };
        let document = cached(source, &self.deps);
        *keys = Some((url.clone(), Arc::clone(&document)));
        document
    }
}

fn cached<F: Fetch>(source: F, deps: &ClientDeps) -> Arc<CachedDocument<F>> {
    let (clock, random) = (Arc::clone(&deps.clock), Arc::clone(&deps.random));
    Arc::new(CachedDocument::new(source, clock, random))
}

/// The authority of one user flow of a profile, with its metadata at the beginning of a request.
pub(crate) struct DiscoveredAuthority<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) discovery: Arc<Discovery>,
    pub(crate) metadata: Arc<Metadata>,
}

impl DiscoveredAuthority<'_> {
    /// The signing keys, fetched if they must be.
    pub(crate) async fn keys(&self) -> Result<Arc<KeySet>, OidcError> {
        let document = self.discovery.key_document(&self.metadata.jwks_uri);
        Ok(Arc::clone(&document.current().await?.document))
    }

    /// Checks the header of a token and verifies its signature; its claims are still to be checked.
    pub(crate) async fn verify(
        &self,
        text: &str,
        kind: TokenUse,
        origin: Origin,
    ) -> Result<Signed, OidcError> {
        let jwt = self.parse(text, kind)?;
        Ok(self.verify_parsed(&jwt, origin).await?.0)
    }

    /// Checks the form and the header of a token; nothing of it is true yet.
    pub(crate) fn parse<'t>(&self, text: &'t str, kind: TokenUse) -> Result<Jwt<'t>, OidcError> {
        let algorithms = algorithms(self.profile, &self.metadata);
        Ok(Jwt::parse(text, kind, &algorithms).map_err(Invalid::Form)?)
    }

    /// Verifies the signature of a token, and returns the keys beside it.
    pub(crate) async fn verify_parsed(
        &self,
        jwt: &Jwt<'_>,
        origin: Origin,
    ) -> Result<(Signed, Arc<KeySet>), OidcError> {
        let document = self.discovery.key_document(&self.metadata.jwks_uri);
        let snapshot = document.current().await?;
        match signed(&snapshot, jwt) {
            // OIDC Core §10.1.1: the authority may have new keys, even under an old `kid`.
            Err(SignatureRefusal::NoKey | SignatureRefusal::Wrong) => {}
            verified => return Ok((verified?, Arc::clone(&snapshot.document))),
        }
        let budget = match origin {
            Origin::Authority | Origin::Refresh => &self.discovery.for_authority,
            Origin::Stranger => &self.discovery.for_strangers,
            Origin::Caller => &self.discovery.for_callers,
        };
        let now = self.discovery.deps.clock.now();
        let newer = document.renew(Some(snapshot.version), || budget.spend(now));
        match newer.await {
            Ok(newer) => {
                let verified = signed(&newer, jwt);
                if matches!(verified, Err(SignatureRefusal::NoKey)) {
                    self.discovery.sought.remember(jwt, &newer.document);
                }
                Ok((verified?, Arc::clone(&newer.document)))
            }
            Err(OidcError::Unavailable {
                why: Outage::KeysJustFetched,
                ..
            }) => match (signed(&snapshot, jwt), origin) {
                (Err(SignatureRefusal::NoKey), Origin::Caller)
                    if self.discovery.sought.knows(jwt, &snapshot.document) =>
                {
                    Err(SignatureRefusal::NoKey.into())
                }
                // The key can be fetched in a moment: no reason to end a session, and none to refuse a notice that
                // the authority sends again, or a caller who tries again.
                (
                    Err(SignatureRefusal::NoKey),
                    Origin::Refresh | Origin::Stranger | Origin::Caller,
                ) => Err(OidcError::Unavailable {
                    why: Outage::KeysJustFetched,
                    retry_after: Some(budget.wait(now)),
                }),
                (verified, _) => Ok((verified?, Arc::clone(&snapshot.document))),
            },
            Err(outage) => Err(outage),
        }
    }

    /// What the claims of a token are checked against.
    pub(crate) fn expected(&self) -> Expected<'_> {
        let issuer_config = &self.discovery.issuer_config;
        Expected {
            policy: &issuer_config.issuer,
            trusted: &self.metadata.trusted,
            user_flow: issuer_config.user_flow.as_ref(),
            policy_claim: issuer_config.policy_claim,
            client_id: self.profile.client.id.as_str(),
            now: self.discovery.deps.clock.now(),
            skew: self.profile.clock_skew,
            cloud: self.metadata.cloud_instance_name.as_deref(),
        }
    }
}

fn signed(snapshot: &Snapshot<KeySet>, jwt: &Jwt<'_>) -> Result<Signed, SignatureRefusal> {
    let key = snapshot.document.verify(jwt)?;
    Ok(Signed {
        claims: jwt.claims.clone(),
        key_issuer: key.issuer.clone(),
        key_cloud: key.cloud_instance_name.clone(),
    })
}

/// The profile's list; else what the metadata announces; else RS256, which every provider must support (OIDC Core
/// §15.1).
fn algorithms(profile: &Profile, metadata: &Metadata) -> Vec<SigningAlgorithm> {
    if !profile.signing_algorithms.is_empty() {
        profile.signing_algorithms.clone()
    } else if !metadata.signing_algorithms.is_empty() {
        metadata.signing_algorithms.clone()
    } else {
        vec![SigningAlgorithm::Rs256]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: D3
    #[test]
    fn a_budget_is_spent_and_comes_back_with_time() {
        let budget = Budget::new(2, Duration::from_mins(1));
        let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap();
        assert!(budget.spend(at(0)));
        assert!(budget.spend(at(10)));
        assert!(!budget.spend(at(59)));
        assert_eq!(budget.wait(at(59)), Duration::from_secs(1));
        assert!(budget.spend(at(60)));
        assert!(!budget.spend(at(61)));
        assert!(budget.spend(at(70)));
    }
}
