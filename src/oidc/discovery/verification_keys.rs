//! The signing keys of an authority in use: which key verifies which token, and when the keys are fetched again.
//!
//! A token that names an unknown key leads to a fetch, with separate budgets: tokens that the authority itself sent cannot be
//! forged, tokens that anybody posts can.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use jsonwebtoken::{Algorithm, crypto};
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::profile::{ProfileId, SigningAlgorithm};
use crate::http::call::Bulkhead;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::cached_document::{CachedDocument, Snapshot};
use crate::oidc::discovery::jwks::{KeyFamily, KeySet, KeySource, SigningKey};
use crate::oidc::error::{OidcError, Outage, SignatureRefusal};
use crate::oidc::tokens::id_token::Signed;
use crate::oidc::tokens::jwt::Jwt;

/// How many keys of the same `kid` are tried for one token.
const TRIED: usize = 4;

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

/// How many key ids are remembered.
const MOST_SOUGHT: usize = 32;

/// Key ids that were looked for in the newest key set in vain, each with that key set: a token with one of them is refused at
/// once while the budget for another fetch is spent.
#[derive(Default)]
struct SoughtKeys(Mutex<VecDeque<(Option<String>, Weak<KeySet>)>>);

impl SoughtKeys {
    /// Remembers that the key set has no key for the token.
    fn remember(&self, jwt: &Jwt<'_>, keys: &Arc<KeySet>) {
        let mut sought = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sought.len() >= MOST_SOUGHT {
            sought.pop_front();
        }
        sought.push_back((jwt.key_id.clone(), Arc::downgrade(keys)));
    }

    /// Whether the key of the token was looked for in this key set.
    fn knows(&self, jwt: &Jwt<'_>, keys: &Arc<KeySet>) -> bool {
        let sought = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sought.iter().any(|(key_id, lacking)| {
            *key_id == jwt.key_id && std::ptr::eq(lacking.as_ptr(), Arc::as_ptr(keys))
        })
    }
}

impl KeySet {
    /// Verifies the signature and returns the key that made it.
    pub(crate) fn verify(&self, jwt: &Jwt<'_>) -> Result<&SigningKey, SignatureRefusal> {
        let family = KeyFamily::of(jwt.algorithm);
        let fits = |key: &&SigningKey| {
            // RFC 8725 §3.1: one key, one algorithm family.
            key.family == family
                && key.algorithm.is_none_or(|own| own == jwt.algorithm)
                && (jwt.key_id.is_none() || key.id == jwt.key_id)
        };
        let candidates: Vec<_> = self.keys.iter().filter(fits).take(TRIED).collect();
        if candidates.is_empty() {
            return Err(SignatureRefusal::NoKey);
        }
        if jwt.key_id.is_none() && candidates.len() > 1 {
            return Err(SignatureRefusal::AmbiguousKey);
        }
        let algorithm = match jwt.algorithm {
            SigningAlgorithm::Rs256 => Algorithm::RS256,
            SigningAlgorithm::Ps256 => Algorithm::PS256,
            SigningAlgorithm::Es256 => Algorithm::ES256,
        };
        let good = |key: &&SigningKey| {
            crypto::verify(jwt.signature, jwt.signed.as_bytes(), &key.public, algorithm)
                .unwrap_or(false)
        };
        candidates
            .into_iter()
            .find(good)
            .ok_or(SignatureRefusal::Wrong)
    }
}

/// The signing keys of one user flow of one profile.
pub(crate) struct VerificationKeys {
    deps: Arc<ClientDeps>,
    bulkhead: Arc<Bulkhead>,
    profile: ProfileId,
    document: Mutex<Option<(Url, Arc<CachedDocument<KeySource>>)>>,
    for_authority: Budget,
    for_strangers: Budget,
    for_callers: Budget,
    sought: SoughtKeys,
}

impl VerificationKeys {
    /// Nothing is fetched before it is needed.
    pub(crate) fn new(profile: &ProfileId, bulkhead: Arc<Bulkhead>, deps: Arc<ClientDeps>) -> Self {
        Self {
            deps,
            bulkhead,
            profile: profile.clone(),
            document: Mutex::default(),
            // A rotation needs one fetch; several rotations within a minute must pass.
            for_authority: Budget::new(5, Duration::from_mins(1)),
            for_strangers: Budget::new(1, Duration::from_secs(30)),
            for_callers: Budget::new(1, Duration::from_secs(30)),
            sought: SoughtKeys::default(),
        }
    }

    /// The time by which tokens are judged.
    pub(crate) fn now(&self) -> Timestamp {
        self.deps.clock.now()
    }

    /// The keys at this address, fetched if they must be.
    pub(crate) async fn current(&self, jwks_uri: &Url) -> Result<Arc<KeySet>, OidcError> {
        let document = self.document(jwks_uri);
        Ok(Arc::clone(&document.current().await?.document))
    }

    /// Verifies the signature of a token, and returns the keys beside it.
    pub(crate) async fn verify(
        &self,
        jwks_uri: &Url,
        jwt: &Jwt<'_>,
        origin: Origin,
    ) -> Result<(Signed, Arc<KeySet>), OidcError> {
        let document = self.document(jwks_uri);
        let snapshot = document.current().await?;
        match signed(&snapshot, jwt) {
            // OIDC Core §10.1.1: the authority may have new keys, even under an old `kid`.
            Err(SignatureRefusal::NoKey | SignatureRefusal::Wrong) => {}
            verified => return Ok((verified?, Arc::clone(&snapshot.document))),
        }
        let budget = match origin {
            Origin::Authority | Origin::Refresh => &self.for_authority,
            Origin::Stranger => &self.for_strangers,
            Origin::Caller => &self.for_callers,
        };
        let now = self.deps.clock.now();
        let newer = document.renew(Some(snapshot.version), || budget.spend(now));
        match newer.await {
            Ok(newer) => {
                let verified = signed(&newer, jwt);
                if matches!(verified, Err(SignatureRefusal::NoKey)) {
                    self.sought.remember(jwt, &newer.document);
                }
                Ok((verified?, Arc::clone(&newer.document)))
            }
            Err(OidcError::Unavailable {
                why: Outage::KeysJustFetched,
                ..
            }) => match (signed(&snapshot, jwt), origin) {
                (Err(SignatureRefusal::NoKey), Origin::Caller)
                    if self.sought.knows(jwt, &snapshot.document) =>
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

    fn document(&self, url: &Url) -> Arc<CachedDocument<KeySource>> {
        let mut keys = self.document.lock().unwrap_or_else(PoisonError::into_inner);
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
        let (clock, random) = (Arc::clone(&self.deps.clock), Arc::clone(&self.deps.random));
        let document = Arc::new(CachedDocument::new(source, clock, random));
        *keys = Some((url.clone(), Arc::clone(&document)));
        document
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
