//! What upstreams are told about callers, made once for each caller and route and used again until the assertion ages.

use std::fmt;
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::random::Random;
use crate::domain::route::Route;
use crate::proxy::assertion::{Addressee, Signer};
use crate::proxy::identity_headers::{IdentityHeaders, identity_headers};
use crate::seal::{KeyRing, SigningKeys};

/// Callers and routes that are remembered; each takes about two kilobytes.
const MOST_CALLERS: usize = 10_000;
/// Profiles whose key pairs are remembered.
const MOST_PROFILES: usize = 1_000;

/// A caller whom an upstream is told about.
#[derive(Debug, Clone, Copy)]
pub struct KnownCaller<'a> {
    /// Who it is.
    pub identity: &'a Identity,
    /// When the session or the token ends.
    pub until: Timestamp,
}

/// Addresses of values that [`PreparedHeaders`] keeps alive: while an entry stands, no other value has its address. The route is
/// a part of the profile.
#[derive(PartialEq, Eq, Hash)]
struct PreparedHeadersKey {
    identity: usize,
    profile: usize,
    route: usize,
}

struct PreparedHeaders<T> {
    value: Arc<T>,
    renew_at: Timestamp,
    /// The route's host and path, compared again: a route that is not a part of the profile is not kept alive.
    host: String,
    path: String,
    _alive: (Identity, Arc<Profile>),
}

impl<T> PreparedHeaders<T> {
    fn is_for(&self, route: &Route, now: Timestamp) -> bool {
        now < self.renew_at && self.host == route.host && self.path == route.path
    }
}

/// Prepares what upstreams are told. `T` is the form in which the headers are kept.
pub struct UpstreamIdentity<T> {
    keys: Arc<KeyRing>,
    random: Arc<dyn Random>,
    shape: fn(IdentityHeaders) -> T,
    signing: Cache<ProfileId, Arc<SigningKeys>>,
    prepared: Cache<PreparedHeadersKey, Arc<PreparedHeaders<T>>>,
}

impl<T> fmt::Debug for UpstreamIdentity<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamIdentity").finish_non_exhaustive()
    }
}

impl<T> UpstreamIdentity<T> {
    /// Signs with keys of `keys`, and keeps headers as `shape` makes them.
    pub fn new(
        keys: Arc<KeyRing>,
        random: Arc<dyn Random>,
        shape: fn(IdentityHeaders) -> T,
    ) -> Self {
        Self {
            keys,
            random,
            shape,
            signing: Cache::new(MOST_PROFILES),
            prepared: Cache::new(MOST_CALLERS),
        }
    }

    /// The headers about a caller; about nobody they say that all are absent.
    pub fn headers(
        &self,
        profile: &Arc<Profile>,
        route: &Route,
        caller: Option<KnownCaller<'_>>,
        now: Timestamp,
    ) -> Arc<T> {
        let Some(caller) = caller else {
            let to = Addressee::of(profile, route);
            return Arc::new((self.shape)(identity_headers(to, None, None)));
        };
        let key = PreparedHeadersKey {
            identity: caller.identity.address(),
            profile: Arc::as_ptr(profile).addr(),
            route: std::ptr::from_ref(route).addr(),
        };
        if let Some(prepared) = self.prepared.get(&key)
            && prepared.is_for(route, now)
        {
            return Arc::clone(&prepared.value);
        }
        let prepared = Arc::new(self.prepare(profile, route, caller, now));
        self.prepared.insert(key, Arc::clone(&prepared));
        Arc::clone(&prepared.value)
    }

    fn prepare(
        &self,
        profile: &Arc<Profile>,
        route: &Route,
        caller: KnownCaller<'_>,
        now: Timestamp,
    ) -> PreparedHeaders<T> {
        let to = Addressee::of(profile, route);
        let keys = self.signing_keys(&profile.id);
        let mut nonce = [0; 16];
        self.random.fill(&mut nonce);
        let signer = keys.as_deref().map(|keys| Signer {
            keys,
            nonce,
            now,
            until: caller.until,
        });
        let headers = identity_headers(to, Some(caller.identity), signer.as_ref());
        PreparedHeaders {
            value: Arc::new((self.shape)(headers)),
            renew_at: signer.map_or(now, |signer| signer.renew_at()),
            host: route.host.clone(),
            path: route.path.clone(),
            _alive: (caller.identity.clone(), Arc::clone(profile)),
        }
    }

    /// The public keys of a profile's assertions as a JWK set.
    pub fn jwks(&self, profile: &ProfileId) -> Option<String> {
        Some(self.signing_keys(profile)?.jwks().to_owned())
    }

    fn signing_keys(&self, profile: &ProfileId) -> Option<Arc<SigningKeys>> {
        if let Some(keys) = self.signing.get(profile) {
            return Some(keys);
        }
        let keys = Arc::new(self.keys.signing_keys(profile)?);
        self.signing.insert(profile.clone(), Arc::clone(&keys));
        Some(keys)
    }
}
