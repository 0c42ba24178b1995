//! One journey of one profile at its authority: metadata, keys, and verified tokens.
//!
//! Owns the refetch of keys when a token names an unknown one, with separate budgets: tokens straight from the
//! token endpoint cannot be forged, tokens that strangers post can.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::domain::authority::IssuerConfig;
use crate::domain::clock::{Clock, Random, Timestamp};
use crate::domain::profile::{Profile, ProfileId, SigningAlgorithm};
use crate::http::bulkhead::Lane;
use crate::oidc::discovery::cached_document::{Copy, Kept};
use crate::oidc::discovery::jwks::{KeySet, KeySource};
use crate::oidc::discovery::metadata::{Metadata, MetadataSource};
use crate::oidc::error::{Invalid, OidcError, Outage, SignatureRefusal};
use crate::oidc::tokens::id_token::{Expected, Signed};
use crate::oidc::tokens::jwt::{Jwt, TokenUse};

/// Where a token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From the token or userinfo endpoint, over a connection that we opened.
    Authority,
    /// The same, in the answer to a refresh: a session hangs on it.
    Refresh,
    /// Posted by anybody.
    Stranger,
}

/// Permission for a limited number of fetches in a span of time.
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

    /// How long until there is one to spend.
    fn wait(&self, now: Timestamp) -> Duration {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = spent.front().filter(|_| spent.len() >= self.most);
        oldest
            .and_then(|at| (*at + self.span - now).to_std().ok())
            .unwrap_or_default()
    }
}

/// Means that all places of a process share.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) patience: Duration,
    pub(crate) keys_max_age: Duration,
}

/// Metadata and keys of one journey.
pub(crate) struct Discovery {
    pub(crate) issuer_config: IssuerConfig,
    means: Means,
    lane: Arc<Lane>,
    profile: ProfileId,
    metadata: Arc<Kept<MetadataSource>>,
    keys: Mutex<Option<(Url, Arc<Kept<KeySource>>)>>,
    for_authority: Budget,
    for_strangers: Budget,
}

impl Discovery {
    pub(crate) fn new(source: MetadataSource, means: Means) -> Self {
        let (issuer_config, lane) = (source.issuer_config.clone(), Arc::clone(&source.lane));
        let profile = source.profile.clone();
        let (clock, random) = (Arc::clone(&means.clock), Arc::clone(&means.random));
        Self {
            issuer_config,
            lane,
            profile,
            metadata: Arc::new(Kept::new(source, clock, random)),
            keys: Mutex::default(),
            // A rotation needs one fetch; several within a minute must pass.
            for_authority: Budget::new(5, Duration::from_mins(1)),
            for_strangers: Budget::new(1, Duration::from_secs(30)),
            means,
        }
    }

    /// The metadata, fetched if it must be.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        Ok(Arc::clone(&self.metadata.current().await?.document))
    }

    /// The metadata if it is at hand without a call.
    pub(crate) fn metadata_at_hand(&self) -> Option<Arc<Metadata>> {
        Some(Arc::clone(&self.metadata.at_hand()?.document))
    }

    fn key_source(&self, url: &Url) -> Arc<Kept<KeySource>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, kept)) = keys.as_ref()
            && at == url
        {
            return Arc::clone(kept);
        }
        let source = KeySource {
            lane: Arc::clone(&self.lane),
            clock: Arc::clone(&self.means.clock),
            patience: self.means.patience,
            max_age: self.means.keys_max_age,
            profile: self.profile.clone(),
            url: url.clone(),
        };
        let (clock, random) = (
            Arc::clone(&self.means.clock),
            Arc::clone(&self.means.random),
        );
        let kept = Arc::new(Kept::new(source, clock, random));
        *keys = Some((url.clone(), Arc::clone(&kept)));
        kept
    }

    /// The signing keys, fetched if they must be.
    pub(crate) async fn keys(&self, metadata: &Metadata) -> Result<Arc<KeySet>, OidcError> {
        let kept = self.key_source(&metadata.jwks_uri);
        Ok(Arc::clone(&kept.current().await?.document))
    }

    /// Passes a token through the gate and verifies its signature; the claims are still to be checked.
    pub(crate) async fn verify(
        &self,
        profile: &Profile,
        metadata: &Metadata,
        text: &str,
        kind: TokenUse,
        origin: Origin,
    ) -> Result<Signed, OidcError> {
        let jwt = Jwt::parse(text, kind, &algorithms(profile, metadata)).map_err(Invalid::Form)?;
        let kept = self.key_source(&metadata.jwks_uri);
        let copy = kept.current().await?;
        match signed(&copy, &jwt) {
            // OIDC Core §10.1.1: the authority may have new keys, even under an old name.
            Err(SignatureRefusal::NoKey | SignatureRefusal::Wrong) => {}
            verified => return Ok(verified?),
        }
        let budget = match origin {
            Origin::Authority | Origin::Refresh => &self.for_authority,
            Origin::Stranger => &self.for_strangers,
        };
        let now = self.means.clock.now();
        let newer = match kept.renew(Some(copy.version), || budget.spend(now)).await {
            Ok(newer) => newer,
            Err(OidcError::Unavailable {
                why: Outage::KeysJustFetched,
                ..
            }) => {
                return match (signed(&copy, &jwt), origin) {
                    // Its key may be there as soon as we may look: no reason to end a session, and none to refuse a
                    // notice that the authority sends again.
                    (Err(SignatureRefusal::NoKey), Origin::Refresh | Origin::Stranger) => {
                        Err(OidcError::Unavailable {
                            why: Outage::KeysJustFetched,
                            retry_after: Some(budget.wait(now)),
                        })
                    }
                    // A key that may not be asked for is a key that we do not have.
                    (verified, _) => Ok(verified?),
                };
            }
            Err(outage) => return Err(outage),
        };
        Ok(signed(&newer, &jwt)?)
    }

    /// What a token of this journey is measured against.
    pub(crate) fn expected<'a>(
        &'a self,
        profile: &'a Profile,
        metadata: &'a Metadata,
    ) -> Expected<'a> {
        Expected {
            policy: &self.issuer_config.issuer,
            trusted: &metadata.trusted,
            user_flow: self.issuer_config.user_flow.as_ref(),
            client_id: profile.client.id.as_str(),
            now: self.means.clock.now(),
            skew: profile.clock_skew,
            cloud: metadata.cloud_instance_name.as_deref(),
        }
    }
}

fn signed(copy: &Copy<KeySet>, jwt: &Jwt<'_>) -> Result<Signed, SignatureRefusal> {
    let key = copy.document.verify(jwt)?;
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

    #[test]
    fn d3_a_budget_is_spent_and_comes_back_with_time() {
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
